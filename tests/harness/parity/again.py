"""Jobs that run again, or later."""

from datetime import UTC, datetime, timedelta

from rq import Repeat, Retry
from rq.job import Job

from tests.harness.parity import jobs
from tests.harness.parity.stands import Stand
from tests.harness.parity.table import row

NO_RETRIES = "It ignores `retry=`: that a job survives a bad moment cannot be tested."
NO_SCHEDULER = "Nothing runs it, not even when its time has come."


@row(
    ("3 runs", "failed: ValueError: no luck"),
    stock=("1 run", "failed: ValueError: no luck"),
    so=NO_RETRIES,
)
def retry(stand: Stand) -> tuple[str, str]:
    """`retry=Retry(max=2)`, and the job always raises."""
    return _told(stand, stand.ran(jobs.fail, retry=Retry(max=2)))


@row(
    ("2 runs", "finished"),
    stock=("1 run", "failed: ValueError: no luck"),
    so=NO_RETRIES,
)
def retry_that_helps(stand: Stand) -> tuple[str, str]:
    """`retry=Retry(max=2)`, and the job raises once."""
    return _told(stand, stand.ran(jobs.fail_at_first, retry=Retry(max=2)))


@row(
    ("1 run", "scheduled"),
    stock=("1 run", "failed: ValueError: no luck"),
    so=NO_RETRIES,
)
def retry_later(stand: Stand) -> tuple[str, str]:
    """`retry=Retry(max=2, interval=60)`, and the job raises: before the minute is over."""
    return _told(stand, stand.ran(jobs.fail, retry=Retry(max=2, interval=60)))


@row(
    ("2 runs", "finished", "result: done"),
    stock=("1 run", "finished", "result: Retry(max=2, interval=0, enqueue_at_front=False)"),
    so="It takes the `Retry` for the result.",
)
def returned_retry(stand: Stand) -> tuple[str, ...]:
    """A job that returns `Retry(max=2)`, and when it runs again a result."""
    job = stand.ran(jobs.ask_for_another_run, 1)
    return *_told(stand, job), f"result: {job.return_value()}"


@row(
    ("3 runs", "failed", "MAX_RETRIES_EXCEEDED"),
    stock=("1 run", "finished", "SUCCESSFUL"),
    so="A job that gives up counts as a success.",
)
def returned_retries(stand: Stand) -> tuple[str, ...]:
    """A job that always returns `Retry(max=2)`, and the type of its `Result`."""
    job = stand.ran(jobs.ask_for_another_run, 99)
    return *_told(stand, job), job.latest_result().type.name


@row(("3 runs", "finished"), stock=("1 run", "finished"), so="It ignores `repeat=`.")
def repeat(stand: Stand) -> tuple[str, str]:
    """`repeat=Repeat(times=2)`."""
    return _told(stand, stand.ran(jobs.note, "run", repeat=Repeat(times=2)))


@row(
    ("2 runs", "finished"),
    stock=("1 run", "queued"),
    so="It goes onto a list that nobody reads.",
)
def requeue(stand: Stand) -> tuple[str, str]:
    """A job that raises once, after `job.requeue()`."""
    job = stand.ran(jobs.fail_at_first)
    job.requeue()
    stand.run()
    return _told(stand, job)


@row("finished", stock="scheduled", so=NO_SCHEDULER)
def due(stand: Stand) -> str:
    """A job of `enqueue_at`, when its time has come."""
    job = stand.queue.enqueue_at(datetime.now(UTC) - timedelta(seconds=1), jobs.own_id)
    stand.run()
    return stand.fate(job)


@row("scheduled")
def not_due(stand: Stand) -> str:
    """A job of `enqueue_in`, before its time has come."""
    job = stand.queue.enqueue_in(timedelta(minutes=1), jobs.own_id)
    stand.run()
    return stand.fate(job)


def _told(stand: Stand, job: Job) -> tuple[str, str]:
    return stand.runs(), stand.fate(job)
