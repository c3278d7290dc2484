"""Who is asked about, and what is left alone, when tasks are settled."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from freezegun import freeze_time
from sqlalchemy import event

from app import clock
from app.extensions import db
from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import task_queue
from app.tasks.recovery import AGAIN, recover
from tests.support.builders import long_ago, make_task
from tests.support.rows import the


@pytest.fixture
def silent_job(app, jobs, susan):
    """The job of a task that has not been heard of for longer than SILENCE; it waits."""
    with jobs.held():
        task = launch(count_slowly, susan, seconds=1)
    task.updated_at = long_ago()
    db.session.commit()
    return task_queue().fetch_job(task.id)


@contextmanager
def updates():
    """Give the statements that change something while the block runs."""
    seen = []

    def see(_connection, _cursor, statement, *_more):
        seen.extend([statement] if statement.startswith("UPDATE") else [])

    event.listen(db.engine, "before_cursor_execute", see)
    yield seen
    event.remove(db.engine, "before_cursor_execute", see)


@freeze_time("2026-01-31 12:00:00")
@pytest.mark.parametrize(("seconds", "ended"), [(60, 0), (60.5, 1)])
def test_a_minute_has_to_have_passed(app, susan, seconds, ended):
    make_task(susan, updated_at=clock.now() - timedelta(seconds=seconds))

    assert recover() == ended


def test_nothing_is_asked_about_a_task_that_has_ended(app, susan):
    make_task(susan, state="finished", updated_at=long_ago())

    with updates() as seen:
        recover()

    assert seen == []


def test_a_job_that_waits_keeps_its_place_and_its_tries(jobs, silent_job):
    tries = silent_job.retries_left

    assert recover() == 0

    assert task_queue().get_job_ids() == [silent_job.id]
    assert task_queue().fetch_job(silent_job.id).retries_left == tries
    assert the(Task).reason == ""
    jobs.run()


def test_a_task_whose_job_waits_again_waits_too(jobs, silent_job):
    task = the(Task)
    task.state, task.updated_at = "running", long_ago()
    db.session.commit()
    silent_job.meta["state"] = "running"
    silent_job.save_meta()

    assert recover() == 0

    assert (the(Task).state, the(Task).reason) == ("queued", AGAIN)
    assert silent_job.get_meta()["state"] == "queued"
    jobs.run()
