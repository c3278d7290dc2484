"""The engine's own rules, where no door is needed to see them."""

import time

import pytest
from freezegun import freeze_time
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.models import UNFINISHED, Task
from app.tasks.count import count_slowly
from app.tasks.engine import running, track
from app.tasks.queue import runs_as_job, task_queue
from app.tasks.record import NotWanted, move
from tests.support.builders import make_task
from tests.support.rows import the


def test_a_task_can_be_called_like_the_function_it_is(app, susan):
    task_id = make_task(susan, name="count_slowly").id

    count_slowly(task_id, seconds=3)

    assert (the(Task).state, the(Task).progress) == ("finished", 100)
    assert (the(Task).reason, the(Task).outcome) == ("", "")


def test_counting_is_recorded_second_by_second(app, history, susan):
    count_slowly(make_task(susan, name="count_slowly").id, seconds=4)

    assert [progress for state, progress in history() if state == "running"] == [0, 25, 50, 75, 99]


def test_counting_takes_its_time(app, susan):
    app.config["COUNT_PAUSE"] = 0.01

    begun = time.perf_counter()
    count_slowly(make_task(susan, name="count_slowly").id, seconds=4)

    assert time.perf_counter() - begun >= 4 * 0.01


def test_without_a_pause_nothing_waits(app, susan):
    with running(make_task(susan).id) as task:
        begun = time.perf_counter()
        list(track(task, range(3), 3))

    assert time.perf_counter() - begun < 1


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
                    change_elsewhere(task_id, "state = 'failed'")

    with pytest.raises(NotWanted, match="was ended while its job was at work"):
        work()

    assert used == ["a", "b"]
    assert (the(Task).state, the(Task).progress) == ("failed", 25)


def change_elsewhere(task_id, change):
    with db.engine.begin() as elsewhere:
        elsewhere.execute(text(f"UPDATE task SET {change} WHERE id = :id"), {"id": task_id})


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


def test_an_earlier_attempt_records_nothing_any_more(app, susan):
    task_id = make_task(susan, state="running", attempt=2).id

    assert not move(task_id, UNFINISHED, 1, progress=50)
    assert not db.session().in_transaction()
    assert move(task_id, UNFINISHED, 2, progress=50)


@runs_as_job
def meddle(task_id):
    """A job that changes a task of another job's."""
    move(task_id, UNFINISHED, progress=50)


def test_a_job_says_nothing_of_another_jobs_task(app, jobs, susan):
    job = task_queue().enqueue(meddle, make_task(susan).id)
    jobs.run()

    assert (the(Task).progress, job.get_meta()) == (50, {})


def test_an_earlier_attempt_finishes_nothing_any_more(app, susan):
    with running(make_task(susan).id) as task:
        change_elsewhere(task.id, "attempt = 2")

    assert the(Task).state == "running"


def test_an_earlier_attempt_stops_at_its_next_record(app, susan):
    task_id = make_task(susan).id

    def work():
        with running(task_id) as task:
            for _item in track(task, "ab", 2):
                change_elsewhere(task_id, "attempt = 2")

    with pytest.raises(NotWanted):
        work()

    assert (the(Task).state, the(Task).progress) == ("running", 0)


def test_an_earlier_attempt_ends_nothing_any_more(app, susan):
    task_id = make_task(susan).id

    def work():
        with running(task_id):
            change_elsewhere(task_id, "attempt = 2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    assert the(Task).state == "running"


def test_an_end_that_cannot_be_recorded_keeps_no_transaction_open(app, databases, susan):
    task_id = make_task(susan).id

    with databases.locked():
        with pytest.raises(OperationalError), running(task_id):
            pytest.fail("It ran.")

        assert not db.session().in_transaction()


def test_an_exit_at_the_beginning_leaves_nothing_in_progress(app, susan):
    task_id = make_task(susan).id

    @event.listens_for(db.engine, "before_cursor_execute", once=True)
    def leave(*_statement):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), running(task_id):
        pytest.fail("It ran.")

    assert the(Task).state == "failed"


def test_an_exit_in_the_middle_leaves_nothing_in_progress(app, susan):
    task_id = make_task(susan).id

    with pytest.raises(KeyboardInterrupt), running(task_id):
        raise KeyboardInterrupt

    assert the(Task).state == "failed"
