"""A job that cannot be run as it was meant: its data, its function or its module is gone."""

import pytest

from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.recovery import AGAIN, INTERRUPTED, recover
from tests.support.rows import the

FAR_AWAY = 10**10


def test_a_job_whose_meta_cannot_be_read_is_run_all_the_same(app, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    app.redis.hset(f"rq:job:{task_id}", "meta", b"\x80\x05pickled")

    jobs.run()

    assert the(Task).state == "finished"


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x05pickled",
        b'["app.tasks.export.gone", null, ["1"], {}]',
        b'["app.tasks.gone.export_posts", null, ["1"], {}]',
    ],
    ids=["unreadable", "function gone", "module gone"],
)
def test_a_job_that_cannot_be_called_ends_its_task_as_failed(app, client, jobs, susan, data):
    app.config["RETRY_PAUSES"] = []
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    app.redis.hset(f"rq:job:{the(Task).id}", "data", data)

    with jobs.expect_failure(Exception):
        jobs.run()
    jobs.advance(seconds=61)

    assert INTERRUPTED in client.get("/user/susan").text


@pytest.fixture
def silent_export(app, client, jobs, susan):
    """Susan, whose export has waited for more than a minute; the test says where its job is."""
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    jobs.move_clock(61)
    return client


def test_a_job_that_was_taken_and_never_begun_is_tried_again(app, jobs, outbox, silent_export):
    app.task_queue.take()

    [data] = silent_export.progress()
    jobs.advance(seconds=10)

    assert (data["state"], data["reason"]) == ("queued", AGAIN)
    assert (the(Task).state, len(outbox)) == ("finished", 1)


def test_a_job_that_is_taken_time_and_again_and_never_begun_ends_its_task(
    app, jobs, outbox, silent_export
):
    job = app.task_queue.fetch_job(app.task_queue.take())
    app.redis.hset(job.key, "retries_left", 0)

    [data] = silent_export.progress()

    assert (data["state"], data["reason"]) == ("failed", INTERRUPTED)
    assert job.get_status() == "failed"


def test_a_job_that_is_just_being_taken_is_left_alone(app, jobs, outbox, silent_export):
    queue = app.task_queue
    job_id = queue.take()
    app.redis.rpush(queue.intermediate_queue_key, job_id)

    assert recover() == 0
    assert (the(Task).state, the(Task).reason) == ("queued", "")

    app.redis.rpush(queue.key, job_id)
    jobs.run()


def test_a_job_that_is_just_being_begun_is_left_alone(app, jobs, outbox, silent_export):
    queue = app.task_queue
    job = queue.fetch_job(queue.take())
    started = queue.started_job_registry
    app.redis.zadd(started.key, {f"{job.id}:its execution": FAR_AWAY})

    assert recover() == 0
    assert (the(Task).state, the(Task).reason) == ("queued", "")

    app.redis.delete(started.key)
    app.redis.rpush(queue.key, job.id)
    jobs.run()
