"""The heart: how a task is launched, runs, reports, and ends."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from logging import ERROR, WARNING
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from flask import current_app
from flask_babel import force_locale
from redis.exceptions import RedisError
from rq.timeouts import JobTimeoutException
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import joinedload

from app.extensions import N_, db
from app.models import UNFINISHED, State, Task, User
from app.notifications import sweep
from app.tasks.queue import retries, runs_as_job, task_queue
from app.tasks.record import NotWanted, begin, current_job, meta_of, move, tell_owner
from app.tasks.recovery import AGAIN, recover

F = TypeVar("F", bound=Callable[..., None])
T = TypeVar("T")

# All is collected; 100 is for the end.
COLLECTED = 99

NOT_STARTED = N_("The task could not be started. Please try again in a few minutes.")
TOOK_TOO_LONG = N_("The task took too long and was stopped.")
WENT_WRONG = N_("Something went wrong on our side. Please try again later.")


class NotLaunched(Exception):
    """The task was not started, and nothing is left in progress."""


class AlreadyInProgress(NotLaunched):
    """The user has an unfinished task of that name."""


class BrokerUnreachable(NotLaunched):
    """The job could not be enqueued; the task is recorded as failed."""


class NotRepeatable(NotLaunched):
    """The task cannot be run again; the text says why."""


class Kind(NamedTuple):
    """A function that users see as a task, and what they see it as."""

    function: Callable[..., None]
    description: str


_kinds: dict[str, Kind] = {}


def task(description: str) -> Callable[[F], F]:
    """Make a function `f(task_id, …)` a task that users see by this description."""

    def register(function: F) -> F:
        _kinds[function.__name__] = Kind(function, description)
        return runs_as_job(function)

    return register


def launch(function: Callable[..., None], user: User, **arguments: Any) -> Task:
    """Record a task of the user's, then enqueue its job, and return the task.

    The row is committed first, so a job can start, and even end, before `enqueue` returns. Raises
    TypeError if the arguments are not JSON, AlreadyInProgress if the user has an unfinished task of
    this name, and BrokerUnreachable if the broker cannot be reached.
    """
    name = function.__name__
    recover(user_id=user.id, name=name)
    task = Task(
        id=str(uuid4()),
        name=name,
        description=_kinds[name].description,
        user_id=user.id,
        arguments_json=json.dumps(arguments),
    )
    db.session.add(task)
    try:
        db.session.flush()
        tell_owner(task)
        sweep(user)
        call = _call_of(task)  # to read it after the commit would begin another transaction
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise AlreadyInProgress(name) from error
    _enqueue(call)
    return task


def relaunch(task: Task) -> None:
    """Run a failed task again, as the same one: what it has mailed, it mails by the same id.

    Raises NotRepeatable if it has not failed or its function is gone, and what `launch` raises.
    """
    if task.name not in _kinds:
        raise NotRepeatable(f"There is no task called {task.name} any more.")
    try:
        task_queue().failed_job_registry.remove(task.id)  # first, while nothing is in progress
    except RedisError as error:
        raise BrokerUnreachable(task.name) from error
    try:
        if not move(task.id, (State.FAILED,), state=State.QUEUED, reason=""):
            raise NotRepeatable(f"The task is {task.state}: only one that failed can be run again.")
    except IntegrityError as error:
        db.session.rollback()
        raise AlreadyInProgress(task.name) from error
    _enqueue(_call_of(task))


def _call_of(task: Task) -> dict[str, Any]:
    """Return what `enqueue_call` is to know of a task's job."""
    return {
        "func": _kinds[task.name].function,
        "args": (task.id,),
        "kwargs": json.loads(task.arguments_json),
        "job_id": task.id,
        "description": f"{task.name} for user {task.user_id}",
        "meta": meta_of(task),
    }


def _enqueue(call: dict[str, Any]) -> None:
    try:
        task_queue().enqueue_call(**call, retry=retries())
    except Exception as error:
        move(call["job_id"], (State.QUEUED,), state=State.FAILED, reason=NOT_STARTED)
        if isinstance(error, RedisError):
            raise BrokerUnreachable(call["func"].__name__) from error
        raise


@contextmanager
def running(task_id: str) -> Iterator[Task]:
    """Mark a task as running while the block runs, then as finished, or as failed if it raises.

    What the block translates is in the owner's language. It may set the task's `outcome`, which its
    owner is shown once it has finished.

    An exception whose `passing` is true, or the database's own that it is locked or gone, leaves
    the task waiting for another try while its job has one left. Its owner is shown the exception's
    `plain_reason`, if it has one. Raises NotWanted if the task does not wait to be run.
    """
    attempt = None
    try:
        attempt = begin(task_id)
        task = db.session.get_one(Task, task_id, options=[joinedload(Task.user)])
        with force_locale(task.user.reads):
            yield task
        [outcome] = inspect(task).attrs.outcome.history.added or [""]
        db.session.expire(task)  # its outcome is recorded with its end, not before
        end = {"state": State.FINISHED, "progress": 100, "outcome": outcome}
        move(task_id, (State.RUNNING,), attempt, **end)
    except BaseException as error:  # a time-out or an exit leaves nothing in progress either
        db.session.rollback()
        _settle(task_id, attempt, error)
        raise


def _settle(task_id: str, attempt: int | None, error: BaseException) -> None:
    """Record that a task is tried again, or has failed, as RQ is told to treat its job."""
    job = current_job(task_id)
    passing = isinstance(error, OperationalError) or getattr(error, "passing", False)
    again = passing and job is not None and job.should_retry
    if job is not None and not again:
        job.retries_left = 0
    if isinstance(error, NotWanted):  # it has ended already, or is another's
        return
    reason = AGAIN if again else _reason(error)
    state = State.QUEUED if again else State.FAILED
    try:
        move(task_id, UNFINISHED, attempt, state=state, reason=reason)
    except SQLAlchemyError as lost:  # `begin` or `recover` finds the task as it was
        db.session.rollback()
        current_app.logger.warning("Task %s: its state could not be recorded: %s", task_id, lost)
    # Last, for whoever is told of an error by mail is not to keep the owner waiting.
    level, outcome = (WARNING, "is tried again") if again else (ERROR, "failed")
    current_app.logger.log(level, "Task %s %s", task_id, outcome, exc_info=error)


def _reason(error: BaseException) -> str:
    """Return what the owner of a task is told of the error that ended it."""
    otherwise = TOOK_TOO_LONG if isinstance(error, JobTimeoutException) else WENT_WRONG
    return str(getattr(error, "plain_reason", otherwise))


def track(task: Task, items: Iterable[T], total: int, pause: float = 0) -> Iterator[T]:
    """Yield the items, and record the percentage of `total` that is used, up to 99.

    100 is for `running` to record, once all is done. A record is made at a new percentage, if the
    last one is PROGRESS_INTERVAL seconds old, and at the end. After each item there is a pause of
    that many seconds. Raises NotWanted when the task has been ended from elsewhere, or has been
    taken over by a later attempt.
    """
    task_id, attempt, recorded = task.id, task.attempt, task.progress

    def record() -> None:
        if not move(task_id, (State.RUNNING,), attempt, progress=percentage):
            raise NotWanted(f"Task {task_id} was ended while its job was at work.")

    percentage, interval = recorded, current_app.config["PROGRESS_INTERVAL"]
    due = time.monotonic() + interval
    for done, item in enumerate(items, start=1):
        yield item
        time.sleep(pause)
        percentage = max(recorded, min(COLLECTED, 100 * done // max(1, total)))
        if percentage > recorded and time.monotonic() >= due:
            record()
            recorded, due = percentage, time.monotonic() + interval
    if percentage > recorded:
        record()
