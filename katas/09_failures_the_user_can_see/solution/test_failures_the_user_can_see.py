"""Notice a failure that its user cannot see, or should not."""

import pytest

from app.extensions import db
from app.mail import MailNotSent
from app.models import Post, Task
from app.tasks.engine import running
from tests.support.builders import make_posts, make_task
from tests.support.rows import all_of, the


def fail(client, jobs, outbox, user):
    """Let a user's export fail, because the mail server refuses."""
    outbox.refuse()
    client.log_in(user)
    with jobs.expect_failure(MailNotSent):
        client.submit("/tasks/export-posts")


def test_its_owner_sees_that_it_failed_and_why(client, jobs, outbox, susan):
    fail(client, jobs, outbox, susan)

    [data] = client.progress()
    assert data["state"] == "failed"
    assert data["reason"] == "The email could not be delivered. Please try again later."


def test_its_owner_can_start_again(client, jobs, outbox, susan):
    fail(client, jobs, outbox, susan)
    outbox.on_arrival = lambda: None

    client.submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1


def test_half_an_archive_is_not_mailed(client, jobs, outbox, susan):
    make_posts(susan, "first", "second", "third")
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")

    with jobs.expect_failure(Exception), jobs.pause(at=2):
        the(Task).state = "failed"
        db.session.commit()

    assert outbox == []


def test_an_error_that_nobody_foresaw_has_plain_words(app, susan):
    with pytest.raises(ZeroDivisionError), running(make_task(susan).id):
        raise ZeroDivisionError

    assert the(Task).reason == "Something went wrong on our side. Please try again later."


def test_what_was_half_written_is_gone(app, susan):
    task_id, owner = make_task(susan).id, susan.id

    with pytest.raises(ZeroDivisionError), running(task_id):
        write_and_fail(owner)

    assert all_of(Post) == []


def write_and_fail(owner):
    """Write a post, and meet an error that nobody foresaw."""
    db.session.add(Post(body="half written", user_id=owner))
    db.session.flush()
    raise ZeroDivisionError
