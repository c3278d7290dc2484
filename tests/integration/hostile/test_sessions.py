"""A session begins at the log-in and ends with it, or with the password."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.extensions import db
from app.tokens import make_reset_token
from tests.support.builders import PASSWORD
from tests.support.outbox import html_of, text_of
from tests.support.texts import few

LOGIN_PAGE = "/login?next=%2F"


def test_nothing_that_was_planted_before_the_log_in_is_kept(client, susan):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = client.token()

    client.log_in_by_form(susan)

    with client.session_transaction() as session:
        assert "planted" not in session
    assert client.post("/", data={"csrf_token": before, "body": "x"}).status_code == 400


def test_nothing_is_left_after_logging_out(client, susan):
    client.log_in_by_form(susan).submit("/logout")

    with client.session_transaction() as session:
        assert dict(session) == {}


def log_in_and_be_remembered(visitor, user):
    visitor.submit("/login", username=user.username, password=PASSWORD, remember_me="y")
    return visitor


def forget_session(visitor):
    visitor.delete_cookie("session")
    return visitor


def reset_password(app, user):
    link = f"/reset-password/{make_reset_token(user)}"
    answer = app.test_client().submit(link, password="a new one", password2="a new one")
    assert answer.location == "/login"


def test_a_new_password_ends_every_session_with_the_old_one(app, client, susan):
    client.log_in_by_form(susan)

    reset_password(app, susan)

    assert client.get("/").location == LOGIN_PAGE


def test_a_new_password_ends_being_remembered_with_the_old_one(app, client, susan):
    log_in_and_be_remembered(client, susan)
    assert forget_session(client).get("/").status_code == 200

    reset_password(app, susan)

    assert forget_session(client).get("/").location == LOGIN_PAGE


def test_a_new_password_leaves_others_sessions_alone(app, client, susan):
    from tests.support.builders import make_user

    client.log_in(make_user("john"))

    reset_password(app, susan)

    assert client.get("/").status_code == 200


@pytest.mark.parametrize("session_id", ["{id}", "{id}.", "{id}.0123456789abcdef", "0.x"])
def test_a_session_that_names_a_user_alone_is_nobodys(client, susan, session_id):
    with client.session_transaction() as session:
        session.update(_user_id=session_id.format(id=susan.id), _fresh=True)

    assert client.get("/").location == LOGIN_PAGE


def test_a_session_tells_nothing_of_the_password(client, susan):
    client.log_in_by_form(susan)

    with client.session_transaction() as session:
        told = str(dict(session))
    db.session.refresh(susan)
    assert not any(part in told for part in susan.password_hash.split("$") if len(part) > 5)


# What a browser passes over or reads as a slash, and what it begins a host with.
PIECES = ["/", "\\", "//", "\t", "\n", "\0", " ", ".", "..", "@", ":", "?", "#", "%2f", "%5c", "é"]
PIECES += ["https:", "javascript:", "example.org", "data:", "\u2028", "\u3002", "\uff0f", "user"]


@few
@given(st.lists(st.sampled_from(PIECES), max_size=5).map("".join))
@example("/\\example.org")
@example("\t//example.org")
@example("/%5cexample.org")
@example("/.//example.org")
def test_after_the_log_in_no_address_leads_elsewhere(app, susan, target):
    visitor = app.test_client()
    fields = {"csrf_token": visitor.token(), "username": "susan", "password": PASSWORD}
    location = visitor.post("/login", query_string={"next": target}, data=fields).location

    as_browsers_read_it = location.replace("\\", "/").translate(dict.fromkeys(map(ord, "\t\r\n")))
    assert location.isascii()
    assert urlsplit(urljoin("http://localhost/login", as_browsers_read_it)).netloc == "localhost"


def test_a_mail_leads_to_this_site_whatever_host_a_request_names(client, jobs, outbox, susan):
    client.base_url = "http://evil.example.com"
    [token] = client.page("/reset-password").select("[name=csrf_token]")
    client.post("/reset-password", data={"csrf_token": token["value"], "email": susan.email})
    jobs.run()

    [message] = outbox
    assert "evil" not in text_of(message) + html_of(message)
    assert "https://blog.example.com/reset-password/" in text_of(message)
