"""A launch records a task and enqueues its job, or says why not and leaves nothing behind."""

import pytest

from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import AlreadyInProgress, BrokerUnreachable, launch
from tests.support.builders import long_ago, make_task, make_user
from tests.support.rows import all_of, the


def test_arguments_that_are_not_json_leave_nothing_in_progress(app, susan):
    with pytest.raises(TypeError, match="not JSON serializable"):
        launch(count_slowly, susan, seconds=object())

    assert all_of(Task) == []


def test_a_launch_settles_only_what_is_in_its_way(app, jobs, susan):
    make_task(susan, name="another", updated_at=long_ago())
    make_task(make_user("john"), name="count_slowly", updated_at=long_ago())

    launch(count_slowly, susan, seconds=1)
    jobs.run()

    assert {task.state for task in all_of(Task, progress=0)} == {"queued"}


def test_a_refusal_names_the_task(app, backend, susan):
    with backend.down(), pytest.raises(BrokerUnreachable, match="count_slowly"):
        launch(count_slowly, susan, seconds=1)
    make_task(susan, name="count_slowly")

    with pytest.raises(AlreadyInProgress, match="count_slowly"):
        launch(count_slowly, susan, seconds=1)


def test_a_launch_that_is_broken_says_so_and_leaves_nothing_in_progress(app, susan):
    app.config["RETRY_PAUSES"] = ["soon"]

    with pytest.raises(TypeError):
        launch(count_slowly, susan, seconds=1)

    assert the(Task).state == "failed"
