"""The engine's own rules, where no door is needed to see them."""

import pytest
from freezegun import freeze_time
from sqlalchemy import text

from app.extensions import db
from app.models import UNFINISHED, Task
from app.tasks.count import count_slowly
from app.tasks.engine import AlreadyInProgress, NotRepeatable, launch, relaunch, running, track
from app.tasks.queue import task_queue
from app.tasks.record import NotWanted, move
from tests.support.builders import make_task
from tests.support.rows import all_of, the


def test_a_task_can_be_called_like_the_function_it_is(app, susan):
    task_id = make_task(susan, name="count_slowly").id

    count_slowly(task_id, seconds=3)

    assert (the(Task).state, the(Task).progress) == ("finished", 100)


@pytest.mark.parametrize("state", ["running", "finished", "failed"])
def test_a_task_is_run_only_while_it_waits(app, susan, state):
    task_id = make_task(susan, state=state).id

    with (
        pytest.raises(NotWanted, match="does not wait to be run"),
        running(task_id),
    ):
        pytest.fail("It ran.")

    assert the(Task).state == state


def test_a_task_that_was_deleted_is_not_run(app):
    with pytest.raises(NotWanted), running("no-such-task"):
        pytest.fail("It ran.")


def test_a_task_ended_from_elsewhere_stops_at_its_next_record(app, susan):
    task_id = make_task(susan).id
    used = []

    def work():
        with running(task_id) as task:
            for item in track(task, "abcd", 4):
                used.append(item)
                if item == "b":
                    end_from_elsewhere(task_id)

    with pytest.raises(NotWanted, match="was ended while its job was at work"):
        work()

    assert used == ["a", "b"]
    assert (the(Task).state, the(Task).progress) == ("failed", 25)


def end_from_elsewhere(task_id):
    with db.engine.begin() as elsewhere:
        query = text("UPDATE task SET state = 'failed' WHERE id = :id")
        elsewhere.execute(query, {"id": task_id})


def test_progress_never_goes_back_when_a_task_begins_again(app, susan):
    task_id = make_task(susan, progress=50).id

    with running(task_id) as task:
        seen = [the(Task).progress for _ in track(task, range(4), 4)]

    assert seen == [50, 50, 50, 75]


def test_more_items_than_were_counted_stay_below_100(app, susan):
    task_id = make_task(susan).id

    with running(task_id) as task:
        list(track(task, range(10), 2))
        assert the(Task).progress == 99


def test_progress_is_recorded_once_in_an_interval_and_at_the_end(app, history, susan):
    app.config["PROGRESS_INTERVAL"] = 10
    task_id = make_task(susan).id

    with freeze_time("2026-01-31 12:00") as clock, running(task_id) as task:
        for _ in track(task, range(10), 10):
            clock.tick(4)

    assert [progress for _state, progress in history()] == [0, 0, 30, 60, 90, 99, 100]


def test_fewer_items_than_were_counted_are_recorded_at_the_end_too(app, susan):
    app.config["PROGRESS_INTERVAL"] = 10
    task_id = make_task(susan).id

    with running(task_id) as task:
        list(track(task, range(3), 4))
        assert the(Task).progress == 75


def test_arguments_that_are_not_json_leave_nothing_in_progress(app, susan):
    with pytest.raises(TypeError, match="not JSON serializable"):
        launch(count_slowly, susan, seconds=object())

    assert all_of(Task) == []


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
    task = make_task(susan, name="count_slowly", arguments_json='{"seconds": 1}', state="failed")

    with jobs.held():
        relaunch(task)

    assert (the(Task).state, the(Task).ended_at) == ("queued", None)
    jobs.run()


@pytest.mark.parametrize("state", ["queued", "running", "finished"])
def test_only_a_failed_task_is_run_again(app, susan, state):
    with pytest.raises(NotRepeatable, match=f"The task is {state}: only one that failed can be"):
        relaunch(make_task(susan, state=state))

    assert the(Task).state == state


def test_a_failed_task_is_not_run_again_beside_another_of_its_name(app, susan):
    failed = make_task(susan, state="failed")
    make_task(susan, id="another")

    with pytest.raises(AlreadyInProgress):
        relaunch(failed)

    assert the(Task, id=failed.id).state == "failed"


def test_an_earlier_attempt_records_nothing_any_more(app, susan):
    task_id = make_task(susan, state="running", attempt=2).id

    assert not move(task_id, UNFINISHED, 1, progress=50)
    assert move(task_id, UNFINISHED, 2, progress=50)


def test_an_exit_in_the_middle_leaves_nothing_in_progress(app, susan):
    task_id = make_task(susan).id

    with pytest.raises(KeyboardInterrupt), running(task_id):
        raise KeyboardInterrupt

    assert the(Task).state == "failed"
