"""Accounts: register, log in, log out, reset the password."""

import re

import pytest
from freezegun import freeze_time

from app.models import User
from tests.support.builders import make_user
from tests.support.outbox import text_of
from tests.support.rows import all_of, the

MARY = {
    "username": "mary",
    "email": "mary@example.com",
    "password": "a secret",
    "password2": "a secret",
}
WRONG = "Invalid username or password."


def test_somebody_who_registers_can_log_in(client):
    client.submit("/register", **MARY)

    client.log_in_by_form(the(User), password="a secret")
    assert "mary" in client.get("/user/mary").text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"username": ""}, "This field is required."),
        ({"username": "two words"}, "Only letters, digits, dots, dashes and underscores."),
        ({"username": "x" * 65}, "At most 64 characters."),
        ({"username": "susan"}, "Please choose another username."),
        ({"email": "mary"}, "Invalid email address."),
        ({"email": "susan@example.com"}, "Please use another email address."),
        ({"email": "SUSAN@example.com"}, "Please use another email address."),
        ({"password": ""}, "This field is required."),
        ({"password2": "another"}, "This is not the same password."),
    ],
)
def test_a_wrong_registration_is_refused_in_words(client, susan, change, complaint):
    page = client.submit("/register", **{**MARY, **change})

    assert complaint in page.text
    assert len(all_of(User)) == 1


def test_a_name_may_be_written_in_any_script(client):
    client.submit("/register", **{**MARY, "username": "мария"})

    assert the(User).username == "мария"


@pytest.mark.parametrize(("name", "password"), [("susan", "dog"), ("nobody", "cat")])
def test_a_wrong_log_in_is_refused_in_the_same_words(client, susan, name, password):
    page = client.submit("/login", username=name, password=password)

    assert WRONG in page.text
    assert client.get("/").status_code == 302


def test_logging_out_ends_the_session(client, susan):
    client.log_in_by_form(susan).submit("/logout")

    assert client.get("/").location == "/login?next=%2F"


def test_whoever_is_logged_in_has_no_need_to(client, susan):
    client.log_in(susan)

    assert {client.get(page).location for page in ("/login", "/register")} == {"/"}


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/user/susan", "/user/susan"),
        ("/messages?page=2", "/messages?page=2"),
        ("https://example.org/", "/"),
        ("//example.org/", "/"),
        ("/\\example.org/", "/"),
        ("javascript:alert(1)", "/"),
        ("user/susan", "/"),
        ("http://[", "/"),
        ("/\t/example.org/", "/"),
    ],
)
def test_after_the_log_in_one_lands_on_this_site(client, susan, target, lands):
    fields = {"csrf_token": client.token(), "username": "susan", "password": "cat"}

    assert client.post("/login", query_string={"next": target}, data=fields).location == lands


def test_two_visitors_are_two_people(app, client, susan):
    client.log_in_by_form(susan)

    assert app.test_client().get("/").location == "/login?next=%2F"


@pytest.fixture
def link(client, outbox, jobs, susan):
    """The path that susan was mailed when she asked to reset her password."""
    client.submit("/reset-password", email="Susan@example.com")
    jobs.run()
    [message] = outbox
    return re.search(r"https://blog.example.com(/reset-password/\S+)", text_of(message))[1]


def test_a_forgotten_password_is_replaced_by_a_link(client, link, susan):
    client.submit(link, password="dog", password2="dog")

    client.log_in_by_form(susan, password="dog")


def test_the_link_works_once(client, link):
    client.submit(link, password="dog", password2="dog")
    page = client.submit(link, password="cow", password2="cow", follow_redirects=True)

    assert "This link has expired or was already used." in page.text
    assert the(User).check_password("dog")


def test_the_mail_says_to_whom_it_is_and_how_long_the_link_works(link, outbox):
    text = text_of(outbox[0])

    assert text.startswith("Hello susan,")
    assert "It works once, for 10 minutes." in text


def test_the_link_expires(client, link):
    with freeze_time(tick=True) as clock:
        clock.tick(601)
        page = client.get(link, follow_redirects=True)

    assert "This link has expired or was already used." in page.text


def test_the_link_wants_the_new_password_twice(client, link):
    page = client.submit(link, password="dog", password2="cow")

    assert "This is not the same password." in page.text


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, jobs, outbox, susan):
    known = client.submit("/reset-password", email="susan@example.com", follow_redirects=True)
    unknown = client.submit("/reset-password", email="mary@example.com", follow_redirects=True)
    jobs.run()

    assert "If there is an account with that address" in known.text
    assert "If there is an account with that address" in unknown.text
    assert [message["To"] for message in outbox] == ["susan@example.com"]


def test_a_session_of_a_deleted_account_is_nobodys(app, client):
    from app.extensions import db

    mary = make_user("mary")
    client.log_in_by_form(mary)
    db.session.delete(mary)
    db.session.commit()

    assert client.get("/").location == "/login?next=%2F"
