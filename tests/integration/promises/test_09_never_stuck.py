"""Promise 9: whatever dies, the task is tried again or ends as failed, within two minutes."""

from datetime import timedelta

import pytest
from freezegun import freeze_time
from sqlalchemy.exc import OperationalError

from app import clock
from app.extensions import db
from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import task_queue
from app.tasks.record import NotWanted
from app.tasks.recovery import recover
from pytest_rq.queue import WorkHorseDied
from tests.support.builders import long_ago, make_posts, make_task
from tests.support.dying import die_at
from tests.support.horses import kill_the_horse
from tests.support.rows import the

INTERRUPTED = "The task was interrupted. Please start it again."
AGAIN = "The last try did not succeed. It will be tried again by itself."


def silent(user, **changes):
    """A task that has not been heard of for longer than SILENCE."""
    return make_task(user, updated_at=long_ago(), **changes)


@pytest.fixture
def no_retries(app):
    """Whatever fails has failed."""
    app.config["RETRY_PAUSES"] = []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_task_whose_job_is_gone_ends_as_failed(app, susan, state):
    silent(susan, state=state)

    assert recover() == 1

    assert (the(Task).state, the(Task).reason) == ("failed", INTERRUPTED)


def test_a_task_that_was_heard_of_lately_is_left_alone(app, susan):
    make_task(susan)

    assert recover() == 0
    assert the(Task).unfinished


def test_a_task_whose_job_waits_is_left_alone(app, jobs, susan):
    with jobs.held():
        launch(count_slowly, susan, seconds=1)

    with freeze_time(clock.now() + timedelta(hours=1)):
        assert recover() == 0
    jobs.run()


def test_nothing_is_said_of_any_task_while_the_broker_is_down(app, backend, susan):
    silent(susan)

    with backend.down():
        assert recover() == 0

    assert the(Task).unfinished


def test_a_task_whose_job_failed_unheard_ends_as_failed(app, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    job = task_queue().fetch_job(task_id)
    job.cancel()

    with freeze_time(clock.now() + timedelta(minutes=2)):
        assert recover() == 1

    assert the(Task).state == "failed"
    assert job.get_meta()["state"] == "failed"


def test_a_task_that_could_not_record_its_failure_ends_as_failed(
    no_retries, client, databases, jobs, outbox, susan
):
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    with databases.locked(), jobs.expect_failure(OperationalError):
        jobs.run()
    assert the(Task).unfinished

    jobs.advance(seconds=61)

    assert INTERRUPTED in client.get("/user/susan").text


ONLY_REAL = pytest.mark.backend("real", reason="only a process can be killed")


@pytest.fixture
def running_export(client, jobs, outbox, susan):
    """A user whose export is at work."""
    make_posts(susan, "first", "second", "third")
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    return client


@ONLY_REAL
def test_the_owner_of_a_killed_job_is_told_at_once(jobs, running_export):
    with jobs.pause(at=2) as job:
        job.kill()

    [data] = running_export.progress()
    assert (data["state"], data["progress"], data["reason"]) == ("queued", 33, AGAIN)


@ONLY_REAL
def test_a_killed_job_is_tried_again(jobs, outbox, running_export):
    with jobs.pause(at=2) as job:
        job.kill()

    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


@ONLY_REAL
def test_a_job_that_is_killed_time_and_again_ends_its_task_as_failed(
    app, jobs, outbox, running_export
):
    outbox.on_arrival = lambda: kill_the_horse(app)

    with jobs.expect_failure(WorkHorseDied):
        for pause in (0, *app.config["RETRY_PAUSES"]):
            jobs.advance(pause)

    assert (the(Task).state, the(Task).reason) == ("failed", INTERRUPTED)


@ONLY_REAL
def test_after_the_last_kill_the_user_can_start_again_at_once(
    no_retries, jobs, outbox, running_export
):
    with jobs.expect_failure(WorkHorseDied), jobs.pause(at=2) as job:
        job.kill()

    running_export.submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1


@pytest.mark.backend("worker", reason="in a process that goes on nothing is killed for real")
def test_a_job_that_is_run_again_after_its_worker_died_is_said_to_wait(
    app, jobs, outbox, running_export
):
    die_at(app, progress=33)

    jobs.move_clock(app.config["JOB_TIMEOUT"] + 61)  # which an in-process worker is given
    [data] = running_export.progress()
    jobs.advance(10)

    assert (data["state"], data["progress"], data["reason"]) == ("queued", 33, AGAIN)
    assert (the(Task).state, the(Task).attempt, len(outbox)) == ("finished", 2, 1)


@ONLY_REAL
def test_a_job_that_died_with_its_worker_is_tried_again_after_its_heartbeat(
    jobs, outbox, running_export
):
    with jobs.expect_failure(WorkHorseDied), jobs.pause(at=2) as job:
        job.kill(worker_too=True)
    assert the(Task).state == "running"

    jobs.advance(seconds=91)
    assert AGAIN in running_export.get("/user/susan").text
    jobs.advance(seconds=10)

    assert (the(Task).state, len(outbox)) == ("finished", 1)


def test_a_look_at_the_profile_ends_a_dead_task(client, susan):
    silent(susan)

    page = client.log_in(susan).get("/user/susan")

    assert INTERRUPTED in page.text


def test_a_poll_ends_a_dead_task(client, susan):
    silent(susan)

    [data] = client.log_in(susan).progress()

    assert (data["state"], data["reason"]) == ("failed", INTERRUPTED)


def test_a_dead_task_is_in_nobodys_way(client, jobs, outbox, susan):
    silent(susan)

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1


def test_a_job_whose_task_was_given_up_does_nothing(app, jobs, outbox, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    task = the(Task, id=task_id)
    task.state = "failed"
    db.session.commit()

    with jobs.expect_failure(NotWanted):
        jobs.run()

    assert the(Task).progress == 0
