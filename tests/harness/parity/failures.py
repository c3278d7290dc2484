"""Jobs and callbacks that fail."""

import logging

from rq import Callback

from tests.harness.parity import jobs
from tests.harness.parity.stands import Stand
from tests.harness.parity.table import row

EARLIER = "The harness's queues refuse such a job when it is enqueued."
CALLBACK = "A callback that fetches the job finds it done; with a worker it is still running."


class ToBroker(logging.Handler):
    """Notes where a fork can, too, what is logged."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(logging.ERROR)
        self.stand = stand

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage().splitlines()[-1]
        self.stand.connection.rpush("logged", f"{record.levelname}: {line}")


@row(
    "failed: ValueError: no luck",
    so="`enqueue` returns as if all were well, and the test is green; with the harness it fails.",
)
def exception(stand: Stand) -> str:
    """A job that raises."""
    return stand.fate(stand.ran(jobs.fail))


@row(
    "failed: Failed: not so",
    so="Just as quietly.",
)
def pytest_fail(stand: Stand) -> str:
    """A job that calls `pytest.fail`."""
    return stand.fate(stand.ran(jobs.fail_the_test))


@row(
    ("ERROR: ValueError: no luck",),
    stock=(),
    so="Nor are exception handlers called: what is to report errors cannot be tested.",
)
def logged(stand: Stand) -> tuple[str, ...]:
    """What is logged when a job raises."""
    logger, handler = logging.getLogger("rq.worker"), ToBroker(stand)
    logger.addHandler(handler)
    try:
        stand.ran(jobs.fail)
    finally:
        logger.removeHandler(handler)
    return tuple(line.decode() for line in stand.connection.lrange("logged", 0, -1))


@row(("FAILED", "1 traceback"))
def recorded(stand: Stand) -> tuple[str, str]:
    """The type of the `Result` of a job that raises, and the tracebacks in it."""
    result = stand.ran(jobs.fail).latest_result()
    return result.type.name, f"{result.exc_string.count('Traceback')} traceback"


@row("set", stock="not set", so="How long it took is unknown.")
def end_of_a_failed_job(stand: Stand) -> str:
    """`ended_at` of a job that raises."""
    return "set" if stand.ran(jobs.fail).ended_at else "not set"


@row("failed: TypeError: note() missing 1 required positional argument: 'text'", so=EARLIER)
def wrong_arguments(stand: Stand) -> str:
    """A call that does not fit the function."""
    return stand.fate(stand.ran_unchecked(jobs.note))


@row("failed: ValueError: Invalid attribute name: absent", so=EARLIER)
def wrong_path(stand: Stand) -> str:
    """A path that leads nowhere."""
    return stand.fate(stand.ran_unchecked("tests.harness.parity.jobs.absent"))


@row(
    "failed: rq.exceptions.DeserializationError",
    stock="finished",
    so="The job gets the caller's own object. " + EARLIER,
)
def unloadable_argument(stand: Stand) -> str:
    """An argument that can be pickled, and not loaded again."""
    return stand.fate(stand.ran_unchecked(jobs.kind, jobs.Unloadable()))


@row(
    "started",
    stock="finished",
    so=CALLBACK,
)
def status_in_success_callback(stand: Stand) -> str:
    """The status that the broker has of a job when its success callback is called."""
    stand.ran(jobs.own_id, on_success=Callback(jobs.see_status))
    return ", ".join(stand.notes())


@row("started", stock="failed", so=CALLBACK)
def status_in_failure_callback(stand: Stand) -> str:
    """The same for its failure callback."""
    stand.ran(jobs.fail, on_failure=Callback(jobs.see_status))
    return stand.notes()[-1]


@row(
    ("failed: RuntimeError: broken callback",),
    stock=("enqueue() raises RuntimeError", "finished"),
    so="With a worker the caller hears nothing, and the job has failed.",
)
def broken_success_callback(stand: Stand) -> tuple[str, ...]:
    """A success callback that raises."""
    return _broken(stand, jobs.own_id, on_success=Callback(jobs.break_down))


@row(
    ("failed: RuntimeError: broken callback",),
    stock=("enqueue() raises RuntimeError", "failed: ValueError: no luck"),
    so="With a worker it replaces the job's own exception.",
)
def broken_failure_callback(stand: Stand) -> tuple[str, ...]:
    """A failure callback that raises."""
    return _broken(stand, jobs.fail, on_failure=Callback(jobs.break_down))


def _broken(stand: Stand, function: object, **callback: object) -> tuple[str, ...]:
    raised: tuple[str, ...] = ()
    job = stand.queue.create_job(function, **callback)
    try:
        stand.queue.enqueue_job(job)
    except RuntimeError as error:
        raised = (f"enqueue() raises {type(error).__name__}",)
    stand.run()
    return *raised, stand.fate(job)
