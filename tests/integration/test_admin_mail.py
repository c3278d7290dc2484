"""Errors reach the admins by mail: once a minute for one cause, and never in anybody's way."""

import logging
import threading

import pytest
from freezegun import freeze_time

from app import alerts, create_app
from app.alerts import AdminMail
from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from tests.support.outbox import text_of
from tests.support.rows import the

OWN_CLOCK = pytest.mark.backend("inline", "worker", reason="a real broker has a clock of its own")


@pytest.fixture
def admins(app, monkeypatch, outbox):
    """The mail of an app that has admins."""
    monkeypatch.setattr(app.logger, "handlers", [])
    monkeypatch.setitem(app.config, "ADMINS", ["admin@example.com", "root@example.com"])
    alerts.init_app(app)
    return outbox


def fail(app, message="It broke."):
    """Log an error, always in this line."""
    app.logger.error(message)


def fail_elsewhere(app):
    """Log an error, always in this other line."""
    app.logger.error("It broke.")


def test_an_error_in_a_request_is_mailed(admins, app, client, monkeypatch, susan):
    client.log_in(susan)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "POSTS_PER_PAGE", "not a number")

    client.get("/", headers={"X-Request-ID": "this-one"})

    [message] = admins
    assert set(message["To"].split(", ")) == {"admin@example.com", "root@example.com"}
    assert message["Subject"].startswith("[Microblog] TypeError at ")
    assert "request_id=this-one method=GET path=/ " in text_of(message)
    assert "Traceback" in text_of(message)


def test_a_failed_task_is_mailed(admins, jobs, susan):
    with jobs.expect_failure(TypeError):
        launch(count_slowly, susan, seconds="soon")
        jobs.run()

    [message] = admins
    assert message["Subject"].startswith("[Microblog] TypeError at tasks/count.py:")
    assert f"Task {the(Task).id} failed" in text_of(message)
    assert f"task_id={the(Task).id}" in text_of(message)


def test_a_warning_is_not_mailed(admins, app):
    app.logger.warning("It may break.")

    assert admins == []


@OWN_CLOCK
def test_one_cause_makes_one_mail_a_minute_which_counts_the_rest(admins, app):
    with freeze_time("2026-01-31") as clock:
        for seconds in (0, 30, 29, 2):
            clock.tick(seconds)
            fail(app)

    first, second = admins
    assert "more since the last mail" not in text_of(first)
    assert "2 more since the last mail about it are in the log only." in text_of(second)


def test_without_the_broker_each_process_counts_the_minute(admins, app, backend):
    with freeze_time("2026-01-31") as clock, backend.down():
        for seconds in (0, 30, 29, 2):
            clock.tick(seconds)
            fail(app)

    _first, second = admins
    assert "2 more since the last mail about it are in the log only." in text_of(second)


def test_processes_share_the_minute(admins, app):
    fail(app)

    another = AdminMail(app)
    app.logger.handlers = [another]
    fail(app)

    assert len(admins) == 1


def test_each_cause_has_a_minute_of_its_own(admins, app):
    fail(app)
    fail_elsewhere(app)

    assert len(admins) == 2
    assert admins[0]["Subject"] != admins[1]["Subject"]


def test_an_error_is_known_by_where_it_was_raised(admins, app):
    for text in ("one", "two"):
        try:
            int(text)
        except ValueError:
            app.logger.exception("Not a number: %s", text)
    for text in ("three", "four"):
        app.logger.error("Not a number: %s", text, exc_info=ValueError(text))

    assert [message["Subject"].split()[1] for message in admins] == ["ValueError", "ValueError"]


def test_mail_that_fails_is_logged_and_makes_no_further_mail(admins, app, caplog):
    admins.refuse()

    fail(app)

    assert admins == []
    [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
    assert warning.getMessage().startswith("The admins could not be told of ERROR at ")


@pytest.mark.backend("inline", "worker", reason="a mail server logs in a process of its own")
def test_what_is_logged_while_a_mail_is_sent_makes_none(admins, app):
    admins.on_arrival = lambda: app.logger.error("The mail server has a complaint.")

    fail(app)

    assert len(admins) == 1


def test_while_a_mail_hangs_nobody_waits_and_errors_are_counted(admins, app, monkeypatch):
    let_go = threading.Event()
    admins.on_arrival = lambda: let_go.wait(10)

    with monkeypatch.context() as patch:
        patch.setattr(alerts, "PATIENCE", 0.05)
        fail(app)
    for _ in range(2):
        fail_elsewhere(app)
    [hanging] = [each for each in threading.enumerate() if each.name == alerts.SENDER]
    let_go.set()
    hanging.join(10)
    fail_elsewhere(app)

    assert len(admins) == 2
    assert "2 more since the last mail about it" in text_of(admins[1])


def test_a_record_that_cannot_be_written_harms_nobody(admins, app, capsys, monkeypatch):
    monkeypatch.setattr(app.logger, "propagate", False)  # pytest's own handler would raise

    app.logger.error("%d posts", "three")

    assert admins == []
    assert "Logging error" in capsys.readouterr().err


def test_what_users_write_stays_in_the_text(admins, app):
    fail(app, "Hello\nBcc: everybody@example.com\n\udcff")

    [message] = admins
    assert message["Bcc"] is None
    assert "    | Bcc: everybody@example.com" in text_of(message)


@pytest.mark.parametrize(
    ("settings", "debug", "count"),
    [
        ({"MAIL_SERVER": "mail.example.com", "ADMINS": ["a@example.com"]}, "0", 1),
        ({"MAIL_SERVER": "mail.example.com", "ADMINS": ["a@example.com"]}, "1", 0),
        ({"MAIL_SERVER": "mail.example.com"}, "0", 0),
        ({"ADMINS": ["a@example.com"]}, "0", 0),
    ],
    ids=["production", "debug", "no-admins", "no-mail-server"],
)
def test_there_is_such_mail_where_it_can_be_sent(monkeypatch, settings, debug, count):
    monkeypatch.setenv("FLASK_DEBUG", debug)
    logger = logging.getLogger("app")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "level", logger.level)

    create_app(settings)

    assert len(logger.handlers) == count
