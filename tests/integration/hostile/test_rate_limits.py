"""What can be tried endlessly is not: limits, kept on the broker, that fail open."""

import logging

import pytest
from freezegun import freeze_time

from app.models import Task, User
from tests.support.builders import PASSWORD, make_user
from tests.support.rows import all_of
from tests.support.texts import account

TWO = "2 per minute"


def log_in(visitor, name="susan", password="wrong", **options):
    fields = {"csrf_token": visitor.token(), "username": name, "password": password}
    return visitor.post("/login", data=fields, **options).status_code


def test_an_account_can_be_tried_only_so_often(app, client, susan):
    app.config["LOGIN_LIMIT"] = TWO

    assert [log_in(client) for _ in range(3)] == [200, 200, 429]
    assert log_in(app.test_client(), password=PASSWORD) == 429


def test_another_account_is_not_held_back(app, client, susan):
    app.config["LOGIN_LIMIT"] = TWO
    make_user("john")

    assert [log_in(client) for _ in range(3)][-1] == 429
    assert log_in(client, "john", PASSWORD) == 302


def test_an_account_that_does_not_exist_is_treated_alike(app, client):
    app.config["LOGIN_LIMIT"] = TWO

    assert [log_in(client, "nobody") for _ in range(3)] == [200, 200, 429]


def test_looking_at_the_form_is_never_too_often(app, client):
    app.config["LOGIN_LIMIT"] = app.config["NETWORK_LIMIT"] = TWO

    assert {client.get("/login").status_code for _ in range(4)} == {200}


def test_the_page_says_when_to_try_again(app, client, susan):
    app.config["LOGIN_LIMIT"] = "1 per 5 minutes"
    log_in(client)

    answer = client.submit("/login", username="susan", password="wrong")

    assert "This was tried too often" in answer.text
    assert "Please try again in 5 minutes." in answer.text
    assert 295 <= int(answer.headers["Retry-After"]) <= 301


@pytest.mark.backend("inline", "worker", reason="the clock of a real broker is not this one")
def test_after_that_time_it_can_be_tried_again(app, client, susan):
    app.config["LOGIN_LIMIT"] = "1 per minute"
    log_in(client)

    with freeze_time() as clock:
        assert log_in(client) == 429
        clock.tick(61)
        assert log_in(client, password=PASSWORD) == 302


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("192.0.2.1", "192.0.2.1", 429),
        ("192.0.2.1", "192.0.2.2", 200),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", 429),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", 200),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", 200),
        ("", "", 429),
        ("@a socket", "@another socket", 200),
    ],
)
def test_a_network_can_try_only_so_many_accounts(app, client, first, second, answer):
    app.config["NETWORK_LIMIT"] = "1 per minute"
    log_in(client, "susan", environ_base={"REMOTE_ADDR": first})

    assert log_in(client, "john", environ_base={"REMOTE_ADDR": second}) == answer


@pytest.mark.parametrize(("proxies", "answer"), [(0, 429), (2, 200)])
def test_behind_proxies_a_network_is_where_they_say_a_request_is_from(deployed, proxies, answer):
    visitor = deployed(TRUSTED_PROXIES=proxies, NETWORK_LIMIT="1 per minute")
    log_in(visitor, headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.1"})

    assert log_in(visitor, headers={"X-Forwarded-For": "192.0.2.2, 198.51.100.1"}) == answer


def test_log_ins_and_resets_of_a_network_are_counted_together(app, client):
    app.config["NETWORK_LIMIT"] = "1 per minute"
    log_in(client)

    assert client.submit("/reset-password", email="susan@example.com").status_code == 429


def test_an_address_is_mailed_only_so_often(app, client, jobs, outbox, susan):
    app.config["RESET_LIMIT"] = TWO

    answers = [client.submit("/reset-password", email=susan.email) for _ in range(3)]
    jobs.run()

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert len(outbox) == 2


@pytest.mark.parametrize(
    "spelled", ["SUSAN@example.com", "susan@Example.COM", "susan@ｅxample.com"]
)
def test_another_spelling_of_an_address_counts_as_the_same(
    app, client, jobs, outbox, spelled, susan
):
    app.config["RESET_LIMIT"] = "1 per hour"
    client.submit("/reset-password", email=susan.email)

    assert client.submit("/reset-password", email=spelled).status_code == 429
    jobs.run()
    assert len(outbox) == 1


@pytest.mark.parametrize("other", ["john@example.com", "no address"])
def test_another_address_is_not_held_back(app, client, jobs, other):
    app.config["RESET_LIMIT"] = "1 per hour"
    client.submit("/reset-password", email="susan@example.com")

    assert client.submit("/reset-password", email=other).status_code in {200, 302}
    jobs.run()


def test_a_network_makes_only_so_many_accounts(app, client):
    app.config["REGISTER_LIMIT"] = "1 per hour"
    client.submit("/register", **account())

    another = account(username="john", email="john@example.com")
    assert client.submit("/register", **another).status_code == 429
    assert [user.username for user in all_of(User)] == ["mary"]


def test_a_user_exports_only_so_often(app, client, jobs, susan):
    app.config["EXPORT_LIMIT"] = "1 per hour"
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert client.submit("/tasks/export-posts").status_code == 429
    assert len(all_of(Task)) == 1


def test_users_of_one_network_export_as_they_like(app, client, jobs, susan):
    app.config["EXPORT_LIMIT"] = "1 per hour"
    client.log_in(susan).submit("/tasks/export-posts")

    answer = app.test_client().log_in(make_user("john")).submit("/tasks/export-posts")
    jobs.run()

    assert answer.status_code == 302


@pytest.fixture
def limited(app):
    """The app, with a limit on everything."""
    for name in ("LOGIN_LIMIT", "NETWORK_LIMIT", "EXPORT_LIMIT", "RESET_LIMIT", "REGISTER_LIMIT"):
        app.config[name] = "1 per hour"
    return app


def test_while_the_broker_is_down_nobody_is_held_back(backend, client, limited, susan):
    with backend.down():
        assert [log_in(client) for _ in range(3)] == [200] * 3
        assert log_in(client, password=PASSWORD) == 302


def test_that_nobody_is_held_back_is_logged_once_a_request(backend, caplog, client, limited, susan):
    with backend.down(), caplog.at_level(logging.WARNING):
        log_in(client)

    [record] = caplog.records
    assert record.message.startswith("Nobody is held back, the broker does not count: ")


def test_a_broker_that_goes_down_meanwhile_does_not_spoil_the_refusal(backend, client, limited):
    log_in(client)
    client.token()

    with backend.down(after=1):
        answer = client.submit("/login", username="susan", password="wrong")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")


def test_the_broker_is_told_no_name_and_no_address(backend, client, limited):
    log_in(client, "susan@example.com")

    keys = b" ".join(backend.connection.keys("*"))
    assert keys.count(b"LIMITS") == 2
    assert b"susan" not in keys
