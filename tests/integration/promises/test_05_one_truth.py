"""Promise 5: the job's meta, the task's row and the notification agree; the page shows the row."""

from contextlib import ExitStack

import pytest
from redis.exceptions import ConnectionError

from app.extensions import db
from app.models import Task
from app.tasks.queue import task_queue
from app.tasks.record import tell_owner
from tests.support.builders import make_posts, make_task
from tests.support.rows import the


def test_row_and_notification_agree_at_every_step(client, jobs, outbox, history, told, susan):
    make_posts(susan, "first", "second", "third")

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert told() == history()


@pytest.mark.parametrize(("record", "progress"), [(1, 0), (2, 33), (4, 99)])
def test_all_three_agree_while_the_job_runs(client, jobs, outbox, susan, record, progress):
    make_posts(susan, "first", "second", "third")
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")

    with jobs.pause(at=record):
        assert all_three(client) == [("running", progress)] * 3
        assert client.page("/").select_one("progress")["value"] == str(progress)


def test_all_three_agree_in_the_end(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert all_three(client) == [("finished", 100)] * 3


def test_a_notification_has_all_that_a_page_shows(client, susan):
    task = make_task(susan, state="running", progress=42, reason="So far")
    tell_owner(task)
    db.session.commit()

    assert client.log_in(susan).progress() == [
        {
            "task_id": task.id,
            "name": "export_posts",
            "description": "Exporting posts",
            "progress": 42,
            "state": "running",
            "reason": "So far",
            "outcome": "",
        }
    ]


def all_three(client):
    task = the(Task)
    meta = task_queue().fetch_job(task.id).meta
    [data] = client.progress()
    return [(task.state, task.progress)] + [(d["state"], d["progress"]) for d in (meta, data)]


def test_the_page_shows_the_row_while_the_broker_is_down(backend, client, susan):
    make_task(susan, state="running", progress=42)
    client.log_in(susan)

    with backend.down():
        page = client.page("/")

    assert page.select_one("progress")["value"] == "42"


@pytest.mark.backend(
    "inline", "worker", reason="a fault that begins in this process does not reach a fork"
)
def test_an_export_ends_though_the_broker_goes_down_under_it(
    backend, caplog, client, jobs, outbox, susan
):
    client.log_in(susan)
    outage = ExitStack()
    outbox.on_arrival = lambda: outage.enter_context(backend.down())

    with jobs.held():
        client.submit("/tasks/export-posts")
    with jobs.expect_failure(ConnectionError) as failed:  # the worker cannot record the job's end
        jobs.run_one()
        outage.close()

    task = the(Task)
    assert task.state == "finished"
    assert f"Task {task.id}: the broker missed a record: {failed[0].error}" in caplog.text
