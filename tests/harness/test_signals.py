"""Ctrl-C and a test's time-out work as ever after jobs have run."""

import pytest

from tests.harness.everywhere import IN_EACH_PROJECT

pytestmark = [*IN_EACH_PROJECT, pytest.mark.server]

TESTS = """
import os
import signal
import time
from rq import Callback
from work import fail, work

def told(*_):
    pass

def test_it(queue, jobs):
    queue.enqueue(work, job_timeout=20, on_success=Callback(told, timeout=20))
    with jobs.expect_failure(ValueError):
        queue.enqueue(fail, job_timeout=20, on_failure=Callback(told, timeout=20))
    {then}
    time.sleep(20)

def test_next():
    pass
"""


def test_ctrl_c_stops_pytest(project):
    project.write(test_it=TESTS.format(then="os.kill(os.getpid(), signal.SIGINT)"))

    result = project.run_apart()

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert result.duration < 10


def test_a_test_that_takes_too_long_is_stopped(project):
    project.write(test_it=TESTS.format(then=""))

    result = project.run_apart("-p", "pytest_timeout", "--timeout", "1")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E * Failed: Timeout (>1.0s) from pytest-timeout."])
