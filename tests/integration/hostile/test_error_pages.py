"""What goes wrong has a page in plain words, also while the database is down."""

import logging

import pytest

from app.errors import RETRY_AFTER
from tests.support.rows import statements

SORRY = "We are having trouble"
CODES = {
    404: ("GET", "/nowhere", "There is no such page"),
    405: ("GET", "/logout", "This cannot be done by a link"),
    400: ("GET", "/notifications?since=nan", "This request makes no sense to us"),
}


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_has_a_page_of_this_site(client, susan, code):
    method, path, words = CODES[code]
    answer = client.log_in(susan).open(path, method=method)

    assert answer.status_code == code
    assert client.parsed(answer).h1.text == words
    assert client.parsed(answer).select_one("main a")["href"] == "/"


def test_a_wrong_method_is_told_the_right_ones(client, susan):
    answer = client.log_in(susan).get("/logout")

    assert {"POST", "OPTIONS"} == set(answer.allow)


def test_a_request_that_is_too_large_is_refused_in_words(app, client, susan):
    client.log_in(susan).token()
    app.config["MAX_CONTENT_LENGTH"] = 2000

    assert client.submit("/", body="x" * 140).status_code == 302
    answer = client.submit("/", body="x" * 2000)

    assert answer.status_code == 413
    assert "This is too much at once" in answer.text


def test_a_name_of_the_site_that_is_not_trusted_is_refused(app, client):
    app.config["TRUSTED_HOSTS"] = ["microblog.example"]

    answers = [client.get("/login", base_url=f"http://{name}.example") for name in NAMES]

    assert [answer.status_code for answer in answers] == [200, 400]


NAMES = ["microblog", "elsewhere"]


def test_an_error_page_asks_the_database_nothing(client, susan):
    client.log_in(susan)

    with statements() as executed:
        client.get("/nowhere")

    assert executed == []


def test_while_the_database_is_down_every_page_says_when_to_come_back(client, databases, susan):
    client.log_in(susan)
    paths = ["/", "/user/susan", "/messages", "/profile/edit", "/notifications", "/login"]

    with databases.gone():
        answers = [client.get(path) for path in paths]

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["Retry-After"] for answer in answers} == {str(RETRY_AFTER)}
    assert all(SORRY in answer.text for answer in answers)


def test_what_the_database_said_is_logged_and_not_shown(caplog, client, databases, susan):
    client.log_in(susan)

    with databases.gone(), caplog.at_level(logging.ERROR):
        answer = client.get("/")

    [record] = caplog.records
    assert record.message == "The database did not answer"
    assert "OperationalError" in caplog.text
    assert "OperationalError" not in answer.text


def test_what_is_sent_while_the_database_is_down_is_refused_in_words(client, databases, susan):
    client.log_in(susan).token()

    with databases.gone():
        assert SORRY in client.submit("/", body="x").text
        assert SORRY in client.submit("/tasks/export-posts").text


def test_a_log_in_while_the_database_is_down_is_refused_in_words(client, databases):
    client.token()

    with databases.gone():
        answer = client.submit("/login", username="susan", password="cat")

    assert answer.status_code == 503


def test_pages_are_back_with_the_database(client, databases, susan):
    client.log_in(susan)
    with databases.gone():
        client.get("/")

    assert client.get("/").status_code == 200
