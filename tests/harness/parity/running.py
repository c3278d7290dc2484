"""Running jobs."""

import asyncio
import signal

from rq import Callback

from tests.harness.parity import jobs
from tests.harness.parity.stands import Stand, alarm_put_back, skip_on_windows
from tests.harness.parity.table import row

LOOP = "Its event loops open a socket, which the default run forbids."


@row("started", stock="queued", so="A page that polls sees a job that never starts.")
def status_while_it_runs(stand: Stand) -> str:
    """The status that the broker has of a job while it runs."""
    return stand.ran(jobs.own_status).return_value()


@row(
    ("a start time", "a worker's name", "an execution", "a place among the started"),
    stock=(),
    so="Whatever watches over running jobs sees none.",
)
def traces_while_it_runs(stand: Stand) -> tuple[str, ...]:
    """What else the broker has of it while it runs."""
    return stand.ran(jobs.own_traces).return_value()


@row("the job")
def current_job(stand: Stand) -> str:
    """What `get_current_job()` gives in the job."""
    job = stand.ran(jobs.own_id)
    return "the job" if job.return_value() == job.id else "another"


@row(
    "failed: rq.timeouts.JobTimeoutException: Task exceeded maximum timeout value (1 seconds)",
    stock="finished",
    so="It sets no time-out: a job that hangs hangs the test.",
)
def timeout(stand: Stand) -> str:
    """A job that takes longer than its `job_timeout`."""
    return stand.fate(stand.ran(jobs.outlast_a_second, job_timeout=1))


@row(
    "nobody",
    stock="susan",
    so="So the job sees its caller's request, user and session; a worker has none.",
)
def context_variable(stand: Stand) -> str:
    """A context variable, read in the job: `susan` where it is enqueued, `nobody` by default."""
    token = jobs.user.set("susan")
    try:
        return stand.ran(jobs.see_user).return_value()
    finally:
        jobs.user.reset(token)


@row("done")
def async_function(stand: Stand) -> str:
    """The result of an `async def` function."""
    skip_on_windows(LOOP)
    return stand.ran(jobs.work_async).return_value()


@row(
    "finished",
    stock="failed: RuntimeError: asyncio.run() cannot be called from a running event loop",
    so="An async view cannot enqueue such a job in a test.",
)
def async_function_in_a_loop(stand: Stand) -> str:
    """An `async def` function, enqueued by code that runs in an event loop."""
    skip_on_windows(LOOP)

    async def view() -> str:
        return stand.fate(stand.ran(jobs.work_async))

    return asyncio.run(view())


@row("kept", stock="taken away", so="That switches pytest-timeout off for the rest of the test.")
def somebodys_alarm(stand: Stand) -> str:
    """An alarm that its caller has set, when a job with a callback has run."""
    skip_on_windows("It has no SIGALRM.")
    with alarm_put_back():
        signal.signal(signal.SIGALRM, jobs.break_down)
        signal.setitimer(signal.ITIMER_REAL, 1000)
        stand.ran(jobs.own_id, on_success=Callback(jobs.see_status))
        handler, (left, _) = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    return "kept" if left and handler is jobs.break_down else "taken away"
