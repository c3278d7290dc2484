"""Looking at a job in the middle of its work."""

import pytest
from rq import get_current_job

from pytest_rq.jobs import Counts
from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND


def count_to(number):
    job = get_current_job()
    for job.meta["count"] in range(1, number + 1):
        job.save_meta()


def fail_after_one():
    count_to(1)
    raise ValueError("no luck")


def skip_after_one():
    count_to(1)
    pytest.skip("not here")


@pytest.fixture
def counting(queue, jobs):
    """A job that waits, and counts to three."""
    with jobs.held():
        return queue.enqueue(count_to, 3)


def test_the_job_stands_still_where_it_was_told_to(jobs, counting):
    with jobs.pause(at=2) as paused:
        seen = paused.job, counting.get_status(), counting.get_meta()

    assert seen == (counting, "started", {"count": 2})


def test_the_job_goes_on_to_its_end(jobs, counting):
    with jobs.pause(at=2):
        pass

    assert (counting.get_status(), counting.get_meta()) == ("finished", {"count": 3})
    assert jobs.run() == Counts(finished=1)


def test_a_job_that_ends_before_is_told(jobs, counting):
    with pytest.raises(pytest.fail.Exception) as told, jobs.pause(at=4):
        pass

    assert str(told.value) == "The job ended before its record of progress number 4."
    assert counting.is_finished


def test_that_there_is_no_job_is_told(queue, jobs):
    with pytest.raises(pytest.fail.Exception) as told, jobs.pause(at=1):
        pass

    assert str(told.value) == "There is no job to pause: enqueue one, inside jobs.held()."


def test_other_jobs_run_meanwhile(queue, jobs, counting):
    with jobs.pause(at=1):
        other = queue.enqueue(count_to, 5)
        jobs.run()
        assert (other.get_status(), counting.get_status()) == ("finished", "started")

    assert (counting.get_status(), counting.get_meta()) == ("finished", {"count": 3})


def test_another_job_can_stand_still_meanwhile(queue, jobs, counting):
    with jobs.held():
        other = queue.enqueue(count_to, 2)

    with jobs.pause(at=1), jobs.pause(at=2):
        assert (counting.get_meta(), other.get_meta()) == ({"count": 1}, {"count": 2})

    assert jobs.run() == Counts(finished=2)


def test_a_failure_after_the_pause_is_the_jobs(queue, jobs):
    with jobs.held():
        queue.enqueue(fail_after_one)

    with jobs.expect_failure(ValueError), jobs.pause(at=1):
        pass


def test_a_skip_after_the_pause_skips_the_test(queue, jobs):
    with jobs.held():
        queue.enqueue(skip_after_one)

    with pytest.raises(pytest.skip.Exception), jobs.pause(at=1):
        pass


def test_a_test_that_fails_meanwhile_lets_the_job_go_on(jobs, counting):
    with pytest.raises(LookupError), jobs.pause(at=1):
        raise LookupError

    assert counting.is_finished
