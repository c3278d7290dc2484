"""Promise 8: a task that raises ends as failed, with a plain reason, and leaves nothing behind."""

import pytest
from rq.timeouts import JobTimeoutException

from app.extensions import db
from app.mail import MailNotConfigured, MailNotSent
from app.models import Post, Task
from app.tasks.engine import running
from app.tasks.queue import task_queue
from tests.support.builders import make_task
from tests.support.rows import all_of, the

REFUSED = "The email could not be delivered. Please try again later."


@pytest.fixture
def failed(client, jobs, outbox, susan):
    """The failure of susan's export, which the mail server refused."""
    outbox.refuse()
    client.log_in(susan)
    with jobs.expect_failure(MailNotSent) as failures:
        client.submit("/tasks/export-posts")
    return failures[0]


def test_the_task_ends_as_failed_with_a_plain_reason(failed):
    task = the(Task)

    assert (task.state, task.reason) == ("failed", REFUSED)
    assert task.ended_at is not None


ADDRESS = "The email could not be delivered: the mail server refused the address."
SIZE = "The email could not be delivered: it is too large for the mail server."


@pytest.mark.parametrize(
    ("code", "at", "reason"),
    [
        (554, "DATA", REFUSED),
        (530, "MAIL", REFUSED),
        (552, "MAIL", SIZE),
        (552, "DATA", SIZE),
        (550, "RCPT", ADDRESS),
    ],
)
def test_a_refusal_for_good_is_explained_and_final(client, jobs, outbox, susan, code, at, reason):
    outbox.refuse(code, at)
    client.log_in(susan)

    with jobs.expect_failure(MailNotSent):
        client.submit("/tasks/export-posts")

    assert jobs.run().scheduled == 0
    assert (the(Task).state, the(Task).reason, outbox) == ("failed", reason, [])


def test_a_slow_mail_server_is_waited_for(client, jobs, outbox, susan):
    outbox.dawdle(0.01)

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert (the(Task).state, len(outbox)) == ("finished", 1)


def test_its_owner_is_told_without_a_reload(client, failed):
    [data] = client.progress()

    assert (data["state"], data["reason"]) == ("failed", REFUSED)


def test_its_owner_sees_it_on_the_profile(client, failed):
    assert REFUSED in client.get("/user/susan").text


@pytest.mark.backend("inline", "worker", reason="a fork has a log of its own")
def test_the_traceback_is_logged_by_the_app(caplog, failed):
    [record] = [each for each in caplog.get_records("setup") if each.name == "app"]

    assert record.message == f"Task {failed.job.id} failed"
    assert record.exc_info[0] is MailNotSent


def test_rq_keeps_the_failed_job(failed):
    assert failed.job.id in task_queue().failed_job_registry


def test_rq_knows_that_no_try_is_left(failed):
    assert task_queue().fetch_job(failed.job.id).retries_left == 0


def break_down(task_id, *rows):
    """Do the work of a task that writes some rows, then meets an error nobody foresaw."""
    with running(task_id):
        db.session.add_all(rows)
        db.session.flush()
        raise ZeroDivisionError


def test_an_unknown_error_is_explained_without_its_details(app, susan):
    task_id = make_task(susan).id

    with pytest.raises(ZeroDivisionError):
        break_down(task_id)

    assert the(Task).reason == "Something went wrong on our side. Please try again later."


def test_a_task_that_was_stopped_says_so(app, susan):
    task_id = make_task(susan).id

    with pytest.raises(JobTimeoutException), running(task_id):
        raise JobTimeoutException

    assert the(Task).reason == "The task took too long and was stopped."


def test_a_failed_task_keeps_nothing_it_half_wrote(app, susan):
    task_id, owner = make_task(susan).id, susan.id

    half_written = Post(body="half written", user_id=owner)

    with pytest.raises(ZeroDivisionError):
        break_down(task_id, half_written)

    assert all_of(Post) == []


def test_without_a_mail_server_the_export_fails_rather_than_pretends(
    client, jobs, susan, no_mail_server
):
    client.log_in(susan)

    with jobs.expect_failure(MailNotConfigured):
        client.submit("/tasks/export-posts")

    assert the(Task).state == "failed"
