"""More than one job."""

from rq import Queue, RateLimit
from rq.exceptions import DuplicateJobError
from rq.job import Dependency, Job

from tests.harness.parity import jobs
from tests.harness.parity.stands import Stand
from tests.harness.parity.table import row

NOT_RELEASED = "It waits for ever: nothing releases it."


@row("finished")
def dependent_afterwards(stand: Stand) -> str:
    """A job that depends on one that has finished."""
    parent = stand.ran(jobs.own_id)
    return stand.fate(stand.ran(jobs.own_id, depends_on=parent))


@row("finished", stock="deferred", so=NOT_RELEASED)
def dependent_beforehand(stand: Stand) -> str:
    """A job that depends on one that runs later."""
    return _dependent(stand, jobs.own_id, allow_failure=False)


@row("deferred")
def dependent_of_failed(stand: Stand) -> str:
    """A job that depends on one that runs later, and fails."""
    return _dependent(stand, jobs.fail, allow_failure=False)


@row("finished", stock="deferred", so=NOT_RELEASED)
def dependent_that_allows_failure(stand: Stand) -> str:
    """The same with `allow_failure=True`."""
    return _dependent(stand, jobs.fail, allow_failure=True)


def _dependent(stand: Stand, function: object, allow_failure: bool) -> str:
    parent = stand.queue.create_job(function)
    parent.save()
    needs = Dependency(jobs=[parent], allow_failure=allow_failure)
    dependent = stand.queue.enqueue(jobs.own_id, depends_on=needs)
    stand.queue.enqueue_job(parent)
    stand.run()
    return stand.fate(dependent)


@row(
    ("a: finished", "b: finished"),
    stock=("a: queued", "b: queued"),
    so="They run before they are saved, and that undoes what was recorded.",
)
def many(stand: Stand) -> tuple[str, ...]:
    """The jobs of `enqueue_many`, in the order in which they ran, and their status then."""
    stand.queue.enqueue_many(Queue.prepare_data(jobs.note, (name,), job_id=name) for name in "ab")
    stand.run()
    return tuple(
        f"{name}: {stand.fate(Job.fetch(name, stand.connection))}" for name in stand.notes()
    )


@row(
    ("not run before the pipeline", "finished after it"),
    stock=("run before the pipeline", "queued after it"),
    so="The same; and it runs even if the pipeline is never executed.",
)
def pipeline(stand: Stand) -> tuple[str, str]:
    """A job that is enqueued with `pipeline=`."""
    with stand.connection.pipeline() as pipe:
        job = stand.queue.enqueue(jobs.note, "run", pipeline=pipe)
        stand.run()
        before = stand.notes()
        pipe.execute()
    stand.run()
    early = "run before the pipeline" if before else "not run before the pipeline"
    return early, f"{stand.fate(job)} after it"


@row("finished", so="At once, as on the strict queue; with a worker, after the first.")
def nested(stand: Stand) -> str:
    """A job that a job enqueues, on the app's queue."""
    stand.ran(jobs.enqueue_more)
    return stand.fate(Job.fetch("second", stand.connection))


@row("finished", stock="queued", so="That queue is asynchronous, and nobody reads it.")
def nested_by_name(stand: Stand) -> str:
    """A job that a job enqueues, on a queue that it makes itself, by name."""
    stand.ran(jobs.enqueue_more_by_name)
    return stand.fate(Job.fetch("second", stand.connection))


@row(("DuplicateJobError", "1 run"))
def unique(stand: Stand) -> tuple[str, str]:
    """A second job of the same id, with `unique=True`."""
    told = "accepted"
    stand.queue.enqueue(jobs.note, "run", job_id="one", unique=True)
    try:
        stand.queue.enqueue(jobs.note, "run", job_id="one", unique=True)
    except DuplicateJobError as error:
        told = type(error).__name__
    stand.run()
    return told, stand.runs()


@row(
    ("3 runs", "finished"),
    stock=("ValueError: rate_limit is not supported on synchronous queues (is_async=False)",),
    so="So the code under test raises.",
)
def rate_limit(stand: Stand) -> tuple[str, ...]:
    """Three jobs with `rate_limit=RateLimit("mail", 1)`, and the fate of the last."""
    limit = RateLimit("mail", 1)
    try:
        *_, last = [stand.queue.enqueue(jobs.note, name, rate_limit=limit) for name in "abc"]
    except ValueError as error:
        return (f"ValueError: {error}",)
    stand.run()
    return stand.runs(), stand.fate(last)
