"""Promise 10: what may pass is tried again, after growing pauses; nothing is mailed as another."""

from contextlib import ExitStack

import pytest
from freezegun import freeze_time

from app.mail import MailDelayed
from app.models import Task
from app.tasks.queue import task_queue
from tests.support.builders import make_posts
from tests.support.horses import kill_the_horse
from tests.support.rows import the

AGAIN = "The last try did not succeed. It will be tried again by itself."
NOT_DELIVERED = "The email could not be delivered. Please try again later."


@pytest.fixture
def delayed(client, jobs, outbox, susan):
    """Susan, whose export met a mail server that cannot take it now."""
    make_posts(susan, "first", "second")
    outbox.refuse(451)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()
    return client


@pytest.mark.parametrize(("code", "at"), [(451, "DATA"), (421, "MAIL"), (450, "RCPT")])
def test_what_is_refused_for_now_goes_out_later(client, jobs, outbox, susan, code, at):
    outbox.refuse(code, at)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    outbox.accept()
    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


def test_a_mail_server_that_hangs_up_is_tried_again(client, jobs, outbox, susan):
    outbox.hang_up()
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    outbox.accept()
    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


@freeze_time("2026-01-31 12:00:00")
def test_the_pauses_grow_and_then_the_task_has_failed(client, jobs, outbox, susan):
    outbox.refuse(451)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    seen = [jobs.advance(pause).retried for pause in (9, 1, 59, 1, 299)]
    with jobs.expect_failure(MailDelayed):
        jobs.advance(seconds=1)

    assert seen == [0, 1, 0, 1, 0]
    assert (the(Task).state, the(Task).reason) == ("failed", NOT_DELIVERED)


def test_the_pauses_are_a_setting(app, client, jobs, outbox, susan):
    app.config["RETRY_PAUSES"] = []
    outbox.refuse(451)
    client.log_in(susan)

    with jobs.expect_failure(MailDelayed):
        client.submit("/tasks/export-posts")

    assert the(Task).state == "failed"


def test_its_owner_is_told_that_it_will_be_tried_again(delayed):
    [told] = delayed.progress()

    assert (told["state"], told["progress"], told["reason"]) == ("queued", 99, AGAIN)
    for page in ("/", "/user/susan"):
        assert AGAIN in delayed.page(page).select_one("[data-task]").text


@pytest.mark.backend("inline", "worker", reason="a fork has a log of its own")
def test_a_try_that_is_repeated_is_a_warning_in_the_log(caplog, delayed):
    [record] = [each for each in caplog.get_records("setup") if each.name == "app"]

    assert (record.levelname, record.message) == ("WARNING", f"Task {the(Task).id} is tried again")


def test_meanwhile_no_second_export_is_started(delayed):
    page = delayed.submit("/tasks/export-posts", follow_redirects=True)

    assert "An export is already in progress." in page.text


def test_a_try_that_succeeds_leaves_no_reason(jobs, outbox, delayed):
    outbox.accept()
    jobs.advance(seconds=10)

    assert (the(Task).state, the(Task).reason) == ("finished", "")


def test_progress_does_not_go_back_at_another_try(client, jobs, outbox, history, susan):
    make_posts(susan, "first", "second", "third")
    outbox.refuse(451)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    outbox.accept()
    jobs.advance(seconds=10)

    progress = [progress for _state, progress in history()]
    assert progress == sorted(progress)


def test_a_retried_mail_carries_its_message_id_again(client, databases, jobs, outbox, susan):
    # The mail is accepted, and just then the database is locked: nobody can record it.
    with ExitStack() as lock:
        outbox.on_arrival = lambda: lock.enter_context(databases.locked())
        client.log_in(susan).submit("/tasks/export-posts")
        jobs.run()
    outbox.accept()
    jobs.advance(seconds=10)

    assert [message["Message-ID"] for message in outbox] == [f"<{the(Task).id}@example.com>"] * 2
    assert the(Task).state == "finished"


@pytest.mark.backend("real", reason="only a process can be killed")
def test_a_worker_killed_when_the_mail_was_accepted_sends_it_by_the_same_id(
    app, client, jobs, outbox, susan
):
    def kill():
        outbox.accept()
        kill_the_horse(app)

    outbox.on_arrival = kill
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()
    jobs.advance(seconds=10)

    assert [message["Message-ID"] for message in outbox] == [f"<{the(Task).id}@example.com>"] * 2
    assert the(Task).state == "finished"


def test_two_exports_are_two_messages(client, jobs, outbox, susan):
    client.log_in(susan)

    for _ in range(2):
        client.submit("/tasks/export-posts")
        jobs.run()

    assert len({message["Message-ID"] for message in outbox}) == 2


@pytest.mark.parametrize("code", [451, 421])
def test_a_mail_without_a_task_is_tried_again_too(client, jobs, outbox, susan, code):
    outbox.refuse(code)
    client.submit("/reset-password", email=susan.email)
    jobs.run()

    outbox.accept()
    jobs.advance(seconds=10)

    assert [message["To"] for message in outbox] == [susan.email]


def test_a_mail_without_a_task_that_is_refused_is_given_up(client, jobs, outbox, susan):
    outbox.refuse(554)

    with jobs.expect_failure(Exception) as failed:
        client.submit("/reset-password", email=susan.email)

    outbox.accept()
    assert jobs.advance(seconds=600).finished == 0
    assert task_queue().fetch_job(failed[0].job.id).retries_left == 0


@pytest.mark.backend("real", reason="only there a connection is opened")
def test_a_mail_server_that_takes_too_long_is_tried_again(app, client, jobs, outbox, susan):
    app.config["MAIL_TIMEOUT"] = 0.1
    outbox.dawdle(0.3)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert (the(Task).state, the(Task).reason) == ("queued", AGAIN)


@pytest.mark.backend("real", reason="only there a connection is opened")
def test_a_mail_server_that_is_not_there_is_tried_again(
    app, client, jobs, outbox, monkeypatch, susan
):
    monkeypatch.setattr(app.extensions["mail"], "port", 1)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert (the(Task).state, the(Task).reason) == ("queued", AGAIN)
