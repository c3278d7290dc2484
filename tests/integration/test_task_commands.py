"""The commands about tasks: list them, settle dead ones, try one."""

import time

import pytest

from app.mail import MailNotSent
from app.models import Task
from app.tasks.queue import task_queue
from app.tasks.recovery import interrupted
from tests.support.builders import long_ago, make_task, make_user
from tests.support.rows import all_of, the


def test_tasks_are_listed_newest_first(flask, susan):
    make_task(susan, id="first", state="failed", progress=42, reason="It broke.")
    make_task(susan, id="second")

    lines = flask("tasks", "list").output.splitlines()

    assert [line.split()[0] for line in lines] == ["second", "first"]
    assert lines[1].endswith("failed    42 %  It broke.")


def test_the_tasks_of_one_user_are_listed(flask, susan):
    make_task(susan, id="susans")
    make_task(make_user("john"), id="johns")

    [line] = flask("tasks", "list", "--user", "john").output.splitlines()

    assert line.startswith("johns")


def test_the_failed_tasks_are_listed(flask, susan):
    make_task(susan, id="failed", state="failed")
    make_task(susan, id="finished", state="finished")

    [line] = flask("tasks", "list", "--failed").output.splitlines()

    assert line.startswith("failed ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [("", "There are no tasks.\n"), ("--failed", "There are no failed tasks.\n")],
)
def test_no_tasks_are_listed_in_words(flask, options, sentence):
    assert flask("tasks", "list", *options.split()).output == sentence


def test_a_failed_task_is_run_again(client, flask, jobs, outbox, susan):
    outbox.refuse(554)
    client.log_in(susan)
    with jobs.expect_failure(MailNotSent):
        client.submit("/tasks/export-posts")

    outbox.accept()
    result = flask("tasks", "retry", the(Task).id)
    jobs.run()

    assert result.output == "It waits for a worker now.\n"
    assert (the(Task).state, len(outbox)) == ("finished", 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "another"}, "There is no task it: see `flask tasks list --failed`."),
        ({"state": "finished"}, "The task is finished: only one that failed can be run again."),
        ({"name": "gone"}, "There is no task called gone any more."),
        ({}, "susan has another export_posts in progress: wait for its end."),
    ],
    ids=["unknown", "finished", "function gone", "in progress"],
)
def test_a_task_that_cannot_be_run_again_is_left_alone(flask, susan, changes, sentence):
    make_task(susan, id="unfinished")
    make_task(susan, **{"id": "it", "state": "failed", **changes})

    result = flask("tasks", "retry", "it")

    assert result.exit_code in (1, 2)
    assert result.output == f"Error: {sentence}\n"
    assert {task.attempt for task in all_of(Task)} == {0}


def test_dead_tasks_are_ended_and_counted(flask, susan):
    make_task(susan, updated_at=long_ago())
    make_task(make_user("john"), updated_at=long_ago())

    assert flask("tasks", "recover").output == "2 ended as failed.\n"
    assert [task.state for task in all_of(Task)] == ["failed", "failed"]


def test_a_task_that_may_live_is_not_ended(flask, susan):
    make_task(susan)

    assert flask("tasks", "recover").output == "0 ended as failed.\n"
    assert the(Task).unfinished


@pytest.mark.backend("inline", reason="nobody would run the task while the command watches it")
def test_a_task_is_tried_with_a_bar(flask, susan):
    result = flask("tasks", "try", "--seconds", "3")

    assert (result.exit_code, the(Task).state) == (0, "finished")
    assert "Counting slowly" in result.output
    assert "The task finished." in result.output


def test_ctrl_c_stops_watching_and_leaves_the_task(flask, jobs, monkeypatch, susan):
    def ctrl_c(_seconds):
        raise KeyboardInterrupt

    with jobs.held(), monkeypatch.context() as patch:
        patch.setattr(time, "sleep", ctrl_c)
        result = flask("tasks", "try")
    jobs.run()

    assert result.exit_code == 0
    assert "No longer watching; the task goes on: see `flask tasks list`." in result.output
    assert the(Task).state == "finished"


def test_a_task_that_fails_while_watched_is_told_by_words_and_exit_code(
    flask, jobs, monkeypatch, susan
):
    def somebody_pulls_the_plug(_seconds):
        task_queue().empty()
        interrupted(the(Task).id)

    with jobs.held(), monkeypatch.context() as patch:
        patch.setattr(time, "sleep", somebody_pulls_the_plug)
        result = flask("tasks", "try")

    assert result.exit_code == 1
    assert "The task failed. The task was interrupted. Please start it again." in result.output


def test_a_second_try_is_refused_in_words(flask, susan):
    make_task(susan, name="count_slowly")

    result = flask("tasks", "try")

    assert (result.exit_code, result.output) == (
        1,
        "Error: susan has a count in progress: see `flask tasks list`.\n",
    )
