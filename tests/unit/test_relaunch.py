"""A failed task is run again as the same one, and no other is."""

import pytest
from sqlalchemy import text

from app.extensions import db
from app.models import UNFINISHED, Task
from app.tasks.count import count_slowly
from app.tasks.engine import (
    NOT_STARTED,
    AlreadyInProgress,
    BrokerUnreachable,
    NotRepeatable,
    launch,
    relaunch,
)
from app.tasks.queue import task_queue
from app.tasks.record import move
from tests.support.builders import make_task
from tests.support.rows import the


def test_a_failed_task_can_be_run_again_as_it_was_launched(app, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=3).id
    move(task_id, UNFINISHED, state="failed", reason="No luck")
    task_queue().empty()

    relaunch(the(Task))
    jobs.run()

    task = the(Task)
    assert (task.id, task.state, task.reason, task.progress) == (task_id, "finished", "", 100)
    assert task.ended_at is not None


def test_a_task_that_is_run_again_has_not_ended(app, jobs, susan):
    given = {"name": "count_slowly", "arguments_json": '{"seconds": 1}'}
    task = make_task(susan, state="failed", reason="No luck", **given)

    with jobs.held():
        relaunch(task)

    assert (the(Task).state, the(Task).reason, the(Task).ended_at) == ("queued", "", None)
    jobs.run()


def test_the_job_of_a_task_that_is_run_again_has_not_failed(app, jobs, susan):
    with jobs.expect_failure(TypeError):
        launch(count_slowly, susan, seconds="many")
        jobs.run()

    with jobs.held():
        relaunch(the(Task))

    assert task_queue().failed_job_registry.get_job_ids() == []
    with jobs.expect_failure(TypeError):
        jobs.run()


@pytest.mark.parametrize("state", ["queued", "running", "finished"])
def test_only_a_failed_task_is_run_again(app, susan, state):
    with pytest.raises(NotRepeatable, match=f"The task is {state}: only one that failed can be"):
        relaunch(make_task(susan, state=state))

    assert the(Task).state == state


def test_a_failed_task_is_not_run_again_beside_another_of_its_name(app, susan):
    failed = make_task(susan, state="failed")
    make_task(susan, id="another")

    with pytest.raises(AlreadyInProgress, match="export_posts"):
        relaunch(failed)
    with db.engine.begin() as elsewhere:  # nothing is left locked
        elsewhere.execute(text("UPDATE task SET progress = 7"))

    assert (the(Task, id=failed.id).state, the(Task, id=failed.id).progress) == ("failed", 7)


def test_a_failed_task_is_left_alone_if_the_broker_cannot_be_reached(app, backend, susan):
    failed = make_task(susan, state="failed", reason="No luck")

    with backend.down(), pytest.raises(BrokerUnreachable, match=r"^export_posts$"):
        relaunch(failed)

    assert (the(Task).state, the(Task).reason) == ("failed", "No luck")


@pytest.mark.parametrize("after", [1, 2])
def test_it_has_failed_again_if_the_broker_goes_down_meanwhile(app, backend, susan, after):
    with backend.down(after=after), pytest.raises(BrokerUnreachable, match=r"^export_posts$"):
        relaunch(make_task(susan, state="failed", reason="No luck"))

    assert (the(Task).state, the(Task).reason) == ("failed", NOT_STARTED)
