"""Arguments and results."""

from rq.serializers import JSONSerializer

from tests.harness.parity import jobs
from tests.harness.parity.failures import EARLIER
from tests.harness.parity.stands import Stand
from tests.harness.parity.table import row


@row(
    "['given']",
    stock="['given', 'changed']",
    so="The job gets the caller's own objects: even a row of the database would do.",
)
def mutable_argument(stand: Stand) -> str:
    """The caller's list, after a job has appended to the one it got."""
    given = ["given"]
    stand.ran(jobs.change, given)
    return str(given)


@row("a list", stock="a tuple", so=f"It gets the caller's own. {EARLIER}")
def json_argument(stand: Stand) -> str:
    """What a job gets for a tuple, with the JSON serializer."""
    stand.queue = stand.make("json", serializer=JSONSerializer)
    return f"a {stand.ran_unchecked(jobs.kind, ('a', 'b')).return_value()}"


@row(
    ("{} in the caller's", "{'progress': 100} in the broker"),
    stock=("{'progress': 100} in the caller's", "{'progress': 100} in the broker"),
    so="With a worker, code that does not fetch the job anew sees nothing of it.",
)
def meta(stand: Stand) -> tuple[str, str]:
    """`job.meta` when the job has saved its progress in it."""
    job = stand.queue.enqueue(jobs.record_progress)
    stand.run()
    return f"{job.meta} in the caller's", f"{stand.again(job).meta} in the broker"


@row("queued", stock="finished", so="The job ran with that very object.")
def callers_object(stand: Stand) -> str:
    """`get_status(refresh=False)` of what `enqueue` returned, when the job has run."""
    job = stand.queue.enqueue(jobs.own_id)
    stand.run()
    return job.get_status(refresh=False).value


@row(
    ("the worker", "the execution", "its start", "its end"),
    stock=(),
    so="What an app shows of past runs is empty.",
)
def result(stand: Stand) -> tuple[str, ...]:
    """What the `Result` of a job says of how it came about."""
    result = stand.ran(jobs.own_id).latest_result()
    told = {
        "the worker": result.worker_name,
        "the execution": result.execution_id,
        "its start": result.execution_started_at,
        "its end": result.execution_ended_at,
    }
    return tuple(name for name, found in told.items() if found)


@row("a name of its own", stock="sync", so="No worker has that name.")
def worker_name(stand: Stand) -> str:
    """`job.worker_name` when the job has run."""
    name = stand.ran(jobs.own_id).worker_name
    return "a name of its own" if name and name != "sync" else str(name)


@row("gone")
def result_ttl(stand: Stand) -> str:
    """A job with `result_ttl=0`, when it has run."""
    job = stand.queue.enqueue(jobs.own_id, result_ttl=0)
    stand.run()
    return stand.fate(job)


@row(("finished", "Unserializable return value"), so="Nobody is told of it, here or there.")
def unpicklable_result(stand: Stand) -> tuple[str, str]:
    """A job whose result cannot be pickled, and what is kept in its place."""
    job = stand.ran(jobs.return_a_lambda)
    return stand.fate(job), job.return_value()
