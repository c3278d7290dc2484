"""What is only true where a job has a process of its own, and what is said elsewhere."""

import os
import signal

import pytest
from rq import get_current_job

from pytest_rq.execution import WorkHorseDied
from tests.harness.everywhere import ALL, once

IN_THIS_PROCESS, FORKED = (
    pytest.mark.parametrize("backend", kinds, indirect=True) for kinds in (ALL[:2], ALL[2:])
)
pytestmark = once


class NotPortable(Exception):
    """What cannot be sent to another process."""

    def __init__(self, reason):
        super().__init__(reason)
        self.itself = lambda: None


def fail():
    raise ValueError("no luck")


def fail_with_what_stays():
    raise NotPortable("no luck")


def crash():
    os.kill(os.getpid(), signal.SIGKILL)


def count_to_three():
    for _ in range(3):
        get_current_job().save_meta()


@pytest.fixture
def counting(queue, jobs):
    """A job that waits, and counts to three."""
    with jobs.held():
        return queue.enqueue(count_to_three)


@IN_THIS_PROCESS
def test_elsewhere_a_job_runs_in_the_process_of_the_test(queue, jobs):
    job = queue.enqueue(os.getpid)
    jobs.run()

    assert job.return_value() == os.getpid()


@IN_THIS_PROCESS
def test_elsewhere_a_job_cannot_be_killed(jobs, counting):
    with pytest.raises(pytest.fail.Exception) as told, jobs.pause(at=1) as paused:
        paused.kill()

    assert str(told.value) == (
        "Only a process can be killed: mark the test backend('real', reason='…')."
    )


@FORKED
def test_each_job_has_a_process_of_its_own(queue, jobs):
    first, second = queue.enqueue(os.getpid), queue.enqueue(os.getpid)
    jobs.run()

    assert len({first.return_value(), second.return_value(), os.getpid()}) == 3


@FORKED
def test_an_exception_comes_back_as_itself_with_the_traceback_of_the_fork(queue, jobs):
    with jobs.expect_failure(ValueError) as failed:
        queue.enqueue(fail)

    error = failed[0].error
    assert repr(error) == "ValueError('no luck')"
    assert 'raise ValueError("no luck")\nValueError: no luck' in error.__notes__[0]


@FORKED
def test_an_exception_that_cannot_come_back_is_named(queue, jobs):
    with jobs.expect_failure(Exception) as failed:
        queue.enqueue(fail_with_what_stays)

    error = failed[0].error
    assert repr(error) == "Exception('test_forks.NotPortable: no luck')"
    assert 'raise NotPortable("no luck")' in error.__notes__[0]


@FORKED
def test_a_process_that_is_killed_is_told(queue, jobs):
    with jobs.expect_failure(WorkHorseDied) as failed:
        queue.enqueue(crash)

    assert str(failed[0].error).startswith("Work-horse terminated unexpectedly")


@FORKED
def test_a_job_can_be_killed_where_it_stands(jobs, counting):
    with jobs.expect_failure(WorkHorseDied), jobs.pause(at=2) as paused:
        paused.kill()

    assert counting.is_failed


@FORKED
def test_a_job_can_be_killed_with_its_worker(jobs, counting):
    with jobs.expect_failure(WorkHorseDied), jobs.pause(at=2) as paused:
        paused.kill(worker_too=True)

    assert counting.is_started


@FORKED
def test_the_next_job_has_a_worker_again(queue, jobs, counting):
    with jobs.expect_failure(WorkHorseDied), jobs.pause(at=2) as paused:
        paused.kill(worker_too=True)

    queue.enqueue(count_to_three)
    assert jobs.run().finished == 1
