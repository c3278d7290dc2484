"""Running jobs: all that is due, one, or none yet."""

from datetime import timedelta

import pytest
from rq import Retry, get_current_job

from pytest_rq.jobs import Counts
from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND


def work():
    """Do nothing, well."""


def fail():
    raise ValueError("no luck")


def fail_at_first(times):
    if get_current_job().connection.incr("tries") <= times:
        raise ConnectionError("not yet")


class Chain:
    """Jobs that enqueue jobs, on two queues in turn."""

    queues = ()

    @staticmethod
    def link(left):
        if left:
            Chain.queues[left % 2].enqueue(Chain.link, left - 1)


def test_run_counts_how_executions_ended(queue, jobs):
    queue.enqueue(work)
    queue.enqueue(work)
    queue.enqueue(fail)
    queue.enqueue_in(timedelta(minutes=1), work)

    with jobs.expect_failure(ValueError):
        counts = jobs.run()

    assert counts == Counts(finished=2, failed=1, scheduled=1)


def test_run_counts_what_is_new_since_the_last_call(queue, jobs):
    queue.enqueue(work)
    first = jobs.run()

    queue.enqueue(work)
    queue.enqueue(work)

    assert (first, jobs.run(), jobs.run()) == (Counts(1), Counts(2), Counts())


def test_run_follows_retries(queue, jobs):
    queue.enqueue(fail_at_first, 2, retry=Retry(max=2))

    assert jobs.run() == Counts(finished=1, retried=2)


def test_run_follows_retries_until_there_are_none_left(queue, jobs):
    queue.enqueue(fail_at_first, 3, retry=Retry(max=2))

    with jobs.expect_failure(ConnectionError):
        assert jobs.run() == Counts(failed=1, retried=2)


def test_run_leaves_a_retry_that_has_to_pause(queue, jobs):
    queue.enqueue(fail_at_first, 1, retry=Retry(max=1, interval=60))

    assert jobs.run() == Counts(retried=1, scheduled=1)


def test_run_follows_dependents(queue, jobs):
    with jobs.held():
        parent = queue.enqueue(work)
        child = queue.enqueue(work, depends_on=parent)
        queue.enqueue(work, depends_on=child)

    assert jobs.run() == Counts(finished=3)


def test_run_follows_jobs_that_jobs_enqueue_on_several_queues(backend, jobs, monkeypatch):
    monkeypatch.setattr(Chain, "queues", (backend.queue("even"), backend.queue("odd")))
    Chain.queues[0].enqueue(Chain.link, 3)

    assert jobs.run() == Counts(finished=4)
    assert [job.origin for job in jobs.enqueued()] == ["even", "odd", "even", "odd"]


def test_what_is_new_is_told_apart_on_several_queues(backend, jobs):
    first, second = backend.queue("first"), backend.queue("second")
    with jobs.expect_failure(ValueError):
        second.enqueue(fail)

    with jobs.expect_failure(ZeroDivisionError):
        first.enqueue(divmod, 1, 0)

    assert jobs.run() == Counts()


def test_held_jobs_wait_until_they_are_run(queue, jobs):
    with jobs.held():
        job = queue.enqueue(work)
    status = job.get_status()

    jobs.run()

    assert (status, job.get_status()) == ("queued", "finished")


def test_holding_ends_with_the_outermost_block(backend, queue, jobs):
    with jobs.held():
        with jobs.held():
            pass
        held = queue.enqueue(work)
        assert held.is_queued

    job = queue.enqueue(work)
    assert job.is_queued == backend.waits
    jobs.run()


def test_one_job_is_run_at_a_time(queue, jobs):
    with jobs.held():
        first, second = queue.enqueue(work), queue.enqueue(work)

    run = jobs.run_one()

    assert (run.job, run.outcome, run.error) == (first, "finished", None)
    assert second.is_queued
    jobs.run()


def test_a_job_that_is_gone_is_passed_over(queue, jobs):
    with jobs.held():
        gone, second = queue.enqueue(work), queue.enqueue(work)
    queue.connection.delete(gone.key)

    assert jobs.run_one().job == second


def test_running_one_job_where_none_waits_gives_none(queue, jobs):
    assert jobs.run_one() is None


@pytest.mark.parametrize("count", [1, 3])
def test_jobs_enqueued_together_are_run(queue, jobs, count):
    queue.enqueue_many([queue.prepare_data(work) for _ in range(count)])

    assert jobs.run() == Counts(finished=count)


def test_the_outcome_of_one_job_says_what_it_raised(queue, jobs):
    with jobs.held():
        queue.enqueue(fail)

    with jobs.expect_failure(ValueError):
        run = jobs.run_one()

    assert (run.outcome, repr(run.error)) == ("failed", "ValueError('no luck')")
