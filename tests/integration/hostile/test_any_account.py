"""Any name, address and password is kept exactly or refused in words; none adds a header."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from sqlalchemy import event, insert

from app.extensions import db
from app.models import User
from tests.support.rows import all_of, the
from tests.support.texts import ANYTHING, account, errors_on, few, post_raw

WRONG_ADDRESS = {"Invalid email address."}
HEADERS = {"Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"}


def delete(user):
    db.session.delete(user)
    db.session.commit()


@few
@given(ANYTHING)
@example("мария")
@example("İ")
@example("NUL: \0")
def test_a_name_is_kept_exactly_and_leads_to_its_profile_or_is_refused(app, client, text):
    answer = post_raw(client, "/register", **account(username=text))

    if answer.status_code == 302:
        mary = the(User)
        assert mary.username == text
        assert app.test_client().log_in(mary).get(f"/user/{quote(text)}").status_code == 200
        delete(mary)
    else:
        assert errors_on(client, answer)


@pytest.mark.parametrize(
    "name", ["mary\n", ".", "..", "ｍary", "ﬁ", "\u202emary", "mary\0", "a/b", "<b>"]
)
def test_a_name_that_would_deceive_or_lead_nowhere_is_refused(client, name):
    answer = client.submit("/register", **account(username=name))

    assert errors_on(client, answer)
    assert all_of(User) == []


def be_quicker(*_unused):
    columns = {"username": "mary", "email": "another@example.com", "password_hash": ""}
    with db.engine.begin() as connection:
        connection.execute(insert(User.__table__).values(about_me="", notified_at=0, **columns))


def test_of_two_who_want_a_name_at_once_one_is_told(client):
    event.listen(db.session, "before_flush", be_quicker, once=True)

    page = client.submit("/register", **account())

    assert "Please choose another username or email address." in page.text
    assert the(User).email == "another@example.com"


@few
@given(ANYTHING)
@example("x" * 256)
@example("🎉" * 100)
@example("NUL: \0")
def test_a_password_works_or_is_refused(app, text):
    visitor = app.test_client()
    answer = post_raw(visitor, "/register", **account(password=text, password2=text))

    if answer.status_code == 302:
        assert post_raw(visitor, "/login", username="mary", password=text).location == "/"
        delete(the(User))
    else:
        assert errors_on(visitor, answer)


@pytest.mark.parametrize("page", ["/register", "/login"])
def test_an_endless_password_is_refused_and_never_hashed(app, client, page):
    app.config["PASSWORD_HASH"] = "a method that does not exist"
    endless = "x" * 200_000

    answer = client.submit(page, **account(password=endless, password2=endless))

    assert "At most 256 characters." in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "mary@example.com\r\nBcc: john@example.com",
        "mary@example.com\n",
        "mary@example.com\0",
        '"mary\r\nBcc: john"@example.com',
        "Mary <mary@example.com>",
        "mary@example.com, john@example.com",
        "élan@example.com",  # no header can hold it but by an extension that few servers have
        "mary@example.com\ud83c",
        f"{'x' * 120}@example.com",
        f"mary@{'x' * 300}.com",
    ],
)
@pytest.mark.parametrize("page", ["/register", "/reset-password"])
def test_an_address_that_no_mail_can_go_to_is_refused(client, page, address):
    answer = post_raw(client, page, **account(email=address))

    assert errors_on(client, answer)
    assert all_of(User) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("o'mary+tag@example.com", "o'mary+tag@example.com"),
        ("Mary@EXAMPLE.com", "Mary@example.com"),
        ("mary@exämple.com", "mary@xn--exmple-cua.com"),
        ("mary@straße.de", "mary@xn--strae-oqa.de"),
    ],
)
def test_an_address_is_kept_as_mail_servers_write_it(client, jobs, outbox, typed, kept):
    client.submit("/register", **account(email=typed))
    client.submit("/reset-password", email=typed)
    jobs.run()

    [message] = outbox
    assert (the(User).email, message["To"]) == (kept, kept)
    assert set(message.keys()) == HEADERS
