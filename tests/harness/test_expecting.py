"""Expecting a job to fail."""

import pytest
from rq import Retry

from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND


def work():
    """Do nothing, well."""


def fail():
    raise ValueError("no luck")


def give_up():
    return Retry(max=1)


def test_the_failed_execution_is_given(queue, jobs):
    with jobs.expect_failure(ValueError) as failed:
        job = queue.enqueue(fail)

    [run] = failed
    assert (run.job, run.outcome, repr(run.error)) == (job, "failed", "ValueError('no luck')")


def test_a_subclass_is_as_good(queue, jobs):
    with jobs.expect_failure(ArithmeticError):
        queue.enqueue(divmod, 1, 0)


def test_several_failures_are_given_in_order(queue, jobs):
    with jobs.expect_failure(ValueError) as failed:
        first, _fine, last = queue.enqueue(fail), queue.enqueue(work), queue.enqueue(fail)

    assert [run.job for run in failed] == [first, last]


def test_a_job_that_was_enqueued_before_counts(queue, jobs):
    queue.enqueue(fail)

    with jobs.expect_failure(ValueError):
        jobs.run()


def test_a_failure_that_does_not_come_is_told(queue, jobs):
    with (
        pytest.raises(pytest.fail.Exception) as told,
        jobs.expect_failure(ValueError),
    ):
        queue.enqueue(work)

    assert str(told.value) == "No job failed; one was expected to raise ValueError."


def test_another_failure_is_raised_itself(queue, jobs):
    with (
        jobs.expect_failure(ZeroDivisionError),  # for the guard
        pytest.raises(ZeroDivisionError),
        jobs.expect_failure(ValueError),
    ):
        queue.enqueue(divmod, 1, 0)


def test_a_failure_among_expected_ones_is_raised_itself(queue, jobs):
    queue.enqueue(fail)
    queue.enqueue(divmod, 1, 0)

    with (
        jobs.expect_failure(Exception),  # for the guard
        pytest.raises(ZeroDivisionError),
        jobs.expect_failure(ValueError),
    ):
        jobs.run()


def test_a_failure_that_was_expected_before_is_not_meant(queue, jobs):
    with jobs.expect_failure(ZeroDivisionError):
        queue.enqueue(divmod, 1, 0)

    with jobs.expect_failure(ValueError) as failed:
        queue.enqueue(fail)

    assert len(failed) == 1


def test_a_test_that_fails_in_the_block_says_so(queue, jobs):
    with pytest.raises(LookupError), jobs.expect_failure(ValueError):
        raise LookupError
