"""The broker going down, and coming back."""

import pytest
from redis.exceptions import ConnectionError
from rq import get_current_job

from pytest_rq.jobs import Counts
from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND

SAID = "The broker is down: the test says so."


def work():
    """Do nothing, well."""


def save():
    get_current_job().save_meta()


def test_nothing_can_be_enqueued_while_the_broker_is_down(backend, queue, jobs):
    with backend.down(), pytest.raises(ConnectionError, match=SAID):
        queue.enqueue(work)

    assert queue.is_empty()


def test_what_the_broker_held_is_there_again(backend, queue, jobs):
    with jobs.held():
        queue.enqueue(work)

    with backend.down(), pytest.raises(ConnectionError, match=SAID):
        queue.get_job_ids()

    assert jobs.run() == Counts(finished=1)


def test_the_broker_answers_so_many_messages_and_goes_down(backend):
    broker = backend.connection

    with backend.down(after=2):
        broker.set("first", 1)
        broker.set("second", 2)
        with pytest.raises(ConnectionError, match=SAID):
            broker.set("third", 3)

    assert broker.mget("first", "second", "third") == [b"1", b"2", None]


def test_a_pipeline_is_one_message(backend):
    with backend.down(after=1):
        with backend.connection.pipeline() as pipeline:
            pipeline.set("first", 1).set("second", 2).execute()
        with pytest.raises(ConnectionError, match=SAID):
            backend.connection.get("first")


def test_an_outage_within_an_outage_ends_with_the_outer_one(backend):
    with backend.down():
        with backend.down():
            pass
        with pytest.raises(ConnectionError, match=SAID):
            backend.connection.ping()

    assert backend.connection.ping()


def test_an_outage_ends_with_its_block_though_that_fails(backend):
    with pytest.raises(LookupError), backend.down():
        raise LookupError

    assert backend.connection.ping()


def test_a_job_that_runs_in_the_outage_cannot_reach_the_broker(backend, queue, jobs):
    with jobs.held():
        queue.enqueue(save)

    with jobs.expect_failure(ConnectionError):
        job_id = queue.take()
        with backend.down(after=1):
            queue.run_now(job_id)
