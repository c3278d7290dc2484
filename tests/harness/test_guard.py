"""What a test's jobs have done, and what it leaves behind, it has to answer for."""

import pytest

from tests.harness.everywhere import IN_EACH_PROJECT

pytestmark = IN_EACH_PROJECT

JOB = """
import sys
import pytest

def job():
    {does}

def test_it(queue, jobs):
    queue.enqueue(job)
    jobs.run()

def test_next():
    pass
"""


@pytest.mark.parametrize(
    ("does", "line"),
    [
        pytest.param("raise ValueError('no luck')", "E * ValueError: no luck", id="raises"),
        pytest.param("pytest.fail('not so')", "E * Failed: not so", id="fails"),
        pytest.param("assert 1 == 2", "E * assert 1 == 2", id="asserts"),
        pytest.param("sys.exit('enough')", "E * SystemExit: enough", id="exits"),
    ],
)
def test_what_a_job_raises_fails_its_test(project, does, line):
    result = project.test(JOB.format(does=does))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([line])
    result.stdout.fnmatch_lines([f"* {does}"])


def test_a_job_that_skips_skips_its_test(project):
    result = project.test(JOB.format(does="pytest.skip('not here')"), "-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: not here"])


@pytest.mark.parametrize(
    "does", ["raise KeyboardInterrupt", "pytest.exit('enough', 2)"], ids=["ctrl-c", "exit"]
)
def test_a_job_that_is_interrupted_stops_pytest(project, does):
    result = project.test(JOB.format(does=does), "-p", "no:terminal")  # its report takes a second

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert result.reprec.countoutcomes() == [0, 0, 0]


def test_a_failure_that_was_expected_is_none(project):
    result = project.test("""
        from work import fail

        def test_it(queue, jobs):
            with jobs.expect_failure(ValueError):
                queue.enqueue(fail)
    """)

    result.assert_outcomes(passed=1)


def test_a_test_that_fails_by_itself_says_so_and_names_the_job_that_failed_before(project):
    result = project.test("""
        from work import fail

        def test_it(queue, jobs):
            queue.enqueue(fail)
            jobs.run()
            assert 1 == 2
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * assert 1 == 2",
            "E * Before that, a job failed: work.fail() raised ValueError: no luck",
        ]
    )


def test_a_job_left_waiting_fails_its_test(project):
    result = project.test("""
        from work import work

        def test_it(queue, jobs):
            with jobs.held():
                queue.enqueue(work)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E * Failed: Jobs were left waiting: work.work(). Run them with jobs.run()."]
    )


def test_a_job_on_a_queue_that_nothing_runs_fails_its_test(project):
    result = project.test("""
        from rq import Queue
        from rq.decorators import job
        from work import fail

        def test_a_queue(backend):
            Queue("own", connection=backend.connection).enqueue("work.work")

        def test_a_decorator(backend, jobs):
            job("own", connection=backend.connection)(fail).delay()
            jobs.run()

        def test_a_queue_that_is_empty_again(backend):
            Queue("own", connection=backend.connection).enqueue("work.work").delete()
    """)

    result.assert_outcomes(failed=2, passed=1)
    remedy = "let the code under test have backend.queue('own') instead of its own."
    result.stdout.fnmatch_lines_random(
        [
            f"E * Jobs were left waiting: work.{name}(). Nothing runs the queue 'own': {remedy}"
            for name in ("work", "fail")
        ]
    )


def test_a_job_left_started_fails_its_test(project):
    result = project.test("""
        from rq import SimpleWorker
        from work import work

        def test_it(queue, jobs):
            with jobs.held():
                job = queue.enqueue(work, job_id="one")
            worker = SimpleWorker([queue], connection=queue.connection, prepare_for_work=False)
            queue.take()
            worker.prepare_execution(job)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E * Failed: Jobs were left started: one. Their worker died without a word; if that *"]
    )


def test_a_test_that_fails_by_itself_is_not_blamed_for_what_it_left(project):
    result = project.test("""
        from work import work

        def test_it(queue, jobs):
            with jobs.held():
                queue.enqueue(work)
            assert 1 == 2
    """)

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*left waiting*")


LEFT = {
    "signal": (
        "signal.signal(signal.SIGTERM, print)",
        (
            "The test left the handler of SIGTERM changed; it has been put back. RQ's workers and "
            "time-outs do that: run jobs by jobs.run(), or restore the handler."
        ),
    ),
    "context": (
        "variable.set('susan')",
        (
            "The test left a context open: user is not what it was. "
            "Enter contexts by `with`, or pop what was pushed."
        ),
    ),
    "thread": (
        "threading.Thread(target=stop.wait, name='idler').start()",
        "The test left threads running: idler. Join them before it ends.",
    ),
}
LEAVE = """
import signal
import threading
from contextvars import ContextVar
import pytest

variable = ContextVar("user", default=None)
handler = signal.getsignal(signal.SIGTERM)
stop = threading.Event()

@pytest.fixture(scope="module", autouse=True)
def _stop_the_thread():
    yield
    stop.set()

def test_it():
    {does}
    {then}

def test_next():
    assert signal.getsignal(signal.SIGTERM) == handler
"""


@pytest.mark.parametrize(("does", "message"), LEFT.values(), ids=LEFT)
def test_what_is_left_behind_fails_the_test_that_left_it(project, does, message):
    result = project.test(LEAVE.format(does=does, then=""))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"E * Failed: {message}"])


@pytest.mark.parametrize("does", [does for does, _message in LEFT.values()], ids=LEFT)
def test_what_a_failing_test_leaves_behind_does_no_harm(project, does):
    result = project.test(LEAVE.format(does=does, then="assert 1 == 2"))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E * assert 1 == 2"])
    result.stdout.no_fnmatch_line("*The test left*")
