"""The database is locked, is gone, or changes while an export reads it."""

import json
from contextlib import ExitStack

import pytest
from sqlalchemy import delete

from app.extensions import db
from app.models import Notification, Post, Task, User
from app.tasks.record import NotWanted
from tests.support.builders import make_posts
from tests.support.outbox import attachments_of
from tests.support.rows import all_of, the

AGAIN = "The last try did not succeed. It will be tried again by itself."


@pytest.fixture
def waiting_export(client, jobs, outbox, susan):
    """Susan, whose export of three posts waits to be run."""
    make_posts(susan, "first", "second", "third")
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    return client


def bodies_in(message):
    [(_name, _type, data)] = attachments_of(message)
    return [post["body"] for post in json.loads(data)["posts"]]


def test_a_database_that_is_locked_in_the_middle_of_an_export_delays_it(
    databases, jobs, outbox, waiting_export
):
    with ExitStack() as lock, jobs.pause(at=2):
        lock.enter_context(databases.locked())
    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


def test_a_database_that_is_locked_at_its_start_delays_it_too(
    databases, jobs, outbox, waiting_export
):
    with databases.locked():
        jobs.run()
    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


@pytest.mark.backend("inline", "worker", reason="a fork has connections of its own")
def test_a_database_that_is_gone_in_the_middle_of_an_export_delays_it(
    databases, jobs, outbox, waiting_export
):
    with ExitStack() as outage, jobs.pause(at=2):
        outage.enter_context(databases.gone())
    assert outbox == []
    jobs.advance(seconds=10)

    assert (the(Task).state, the(Task).attempt, len(outbox)) == ("finished", 2, 1)


@pytest.mark.backend("inline", "worker", reason="a fork has connections of its own")
def test_what_could_not_be_recorded_is_logged(caplog, databases, jobs, outbox, waiting_export):
    with ExitStack() as outage, jobs.pause(at=2):
        outage.enter_context(databases.gone())

    assert f"Task {the(Task).id}: its state could not be recorded: (" in caplog.text
    jobs.advance(seconds=10)


def test_posts_that_are_added_during_an_export_are_not_in_it(jobs, outbox, susan, waiting_export):
    with jobs.pause(at=2):
        make_posts(susan, "too late")

    assert bodies_in(outbox[0]) == ["first", "second", "third"]


def test_posts_that_are_deleted_during_an_export_are_in_it(jobs, outbox, waiting_export):
    with jobs.pause(at=2):
        db.session.execute(delete(Post))
        db.session.commit()

    assert bodies_in(outbox[0]) == ["first", "second", "third"]


def test_a_user_who_is_deleted_during_an_export_gets_no_mail(jobs, outbox, waiting_export):
    with jobs.expect_failure(NotWanted), jobs.pause(at=2):
        db.session.execute(delete(User))
        db.session.commit()

    assert outbox == []
    assert all_of(Task) + all_of(Notification) + all_of(Post) == []


def test_a_user_who_is_deleted_before_their_export_gets_no_mail(jobs, outbox, waiting_export):
    db.session.execute(delete(User))
    db.session.commit()

    with jobs.expect_failure(NotWanted):
        jobs.run()

    assert outbox == []


def test_an_export_of_nothing_is_an_empty_archive(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert bodies_in(outbox[0]) == []
