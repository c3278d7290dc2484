"""The heart: how a task is launched, runs, reports, ends, and never stays stuck."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar, cast
from uuid import uuid4

from flask import current_app
from redis.exceptions import RedisError
from rq import get_current_job
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.extensions import N_, db
from app.models import UNFINISHED, State, Task, User
from app.notifications import TASK_PROGRESS, notify, sweep
from app.tasks.queue import task_queue

F = TypeVar("F", bound=Callable[..., None])
T = TypeVar("T")

# How long a task may show no sign of life before the broker is asked what became of its job.
SILENCE = timedelta(seconds=60)

NOT_STARTED = N_("The task could not be started. Please try again in a few minutes.")
WENT_WRONG = N_("Something went wrong on our side. Please try again later.")
INTERRUPTED = N_("The task was interrupted. Please start it again.")

_descriptions: dict[str, str] = {}


class NotLaunched(Exception):
    """The task was not started, and nothing is left in progress."""


class AlreadyInProgress(NotLaunched):
    """The user has an unfinished task of that name."""


class BrokerUnreachable(NotLaunched):
    """The job could not be enqueued; the task is recorded as failed."""


class NotWanted(Exception):
    """The task that a job works for has ended, or never was: the job stops."""


def task(description: str) -> Callable[[F], F]:
    """Make a function `f(task_id, …)` a task that users see by this description."""

    def register(function: F) -> F:
        _descriptions[function.__name__] = description
        return function

    return register


def launch(function: Callable[..., None], user: User, **arguments: Any) -> Task:
    """Record a task of the user's, then enqueue its job, and return the task.

    The row is committed first, so a job can start, and even end, before `enqueue` returns. The
    arguments must be JSON. Raises AlreadyInProgress if the user has an unfinished task of this
    name, and BrokerUnreachable if the broker cannot be reached.
    """
    name = function.__name__
    recover(Task.user_id == user.id, Task.name == name)
    task = Task(id=str(uuid4()), name=name, description=_descriptions[name], user_id=user.id)
    db.session.add(task)
    try:
        db.session.flush()
        _tell_owner(task)
        sweep(user)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise AlreadyInProgress(name) from error
    try:
        task_queue().enqueue_call(
            function,
            args=(task.id,),
            kwargs=arguments,
            job_id=task.id,
            description=f"{name} for user {user.id}",
            meta=_meta(task),
        )
    except Exception as error:
        _move(task.id, (State.QUEUED,), state=State.FAILED, reason=NOT_STARTED)
        if isinstance(error, RedisError):
            raise BrokerUnreachable(name) from error
        raise
    return task


@contextmanager
def running(task_id: str) -> Iterator[Task]:
    """Mark a task as running while the block runs, then as finished, or as failed if it raises.

    Its owner is shown the exception's `plain_reason`, if it has one. Raises NotWanted if the task
    is not waiting to be run.
    """
    if not _move(task_id, (State.QUEUED,), state=State.RUNNING):
        raise NotWanted(f"Task {task_id} is not queued: its job does nothing.")
    try:
        yield db.session.get_one(Task, task_id)
    except BaseException as error:  # a time-out or an exit leaves nothing in progress either
        db.session.rollback()
        current_app.logger.exception("Task %s failed", task_id)
        reason = getattr(error, "plain_reason", WENT_WRONG)
        _move(task_id, (State.RUNNING,), state=State.FAILED, reason=reason)
        raise
    _move(task_id, (State.RUNNING,), state=State.FINISHED, progress=100)


def track(task: Task, items: Iterable[T], total: int, pause: float = 0) -> Iterator[T]:
    """Yield the items, and record each new percentage of `total`, up to 99, as they are used.

    100 is for `running` to record, once all is done. After each record there is a pause of that
    many seconds. Raises NotWanted when the task has been ended from elsewhere.
    """
    task_id, recorded = task.id, task.progress
    for done, item in enumerate(items, start=1):
        yield item
        percentage = min(99, 100 * done // max(1, total))
        if percentage > recorded:
            recorded = percentage
            if not _move(task_id, (State.RUNNING,), progress=percentage):
                raise NotWanted(f"Task {task_id} was ended while its job was at work.")
            time.sleep(pause)


def recover(*which: Any) -> int:
    """End as failed the silent tasks whose job will never end them; return how many.

    `which` are conditions on Task. A task is silent when it has recorded nothing for SILENCE. While
    the broker cannot be reached, nothing is known about any job, and every task is left alone.
    """
    silent = Task.updated_at < clock.now() - SILENCE
    tasks = select(Task.id).where(Task.state.in_(UNFINISHED), silent, *which)
    try:
        return sum(_recover(task_id) for task_id in db.session.scalars(tasks).all())
    except RedisError:
        return 0


def fail_interrupted(task_id: str, job: Job | None = None) -> bool:
    """End a task whose job was killed; return whether it was unfinished."""
    return _move(task_id, UNFINISHED, job=job, state=State.FAILED, reason=INTERRUPTED)


def _recover(task_id: str) -> bool:
    queue = task_queue()
    queue.started_job_registry.cleanup()  # moves the jobs of dead workers to the failed ones
    try:
        job = queue.job_class.fetch(task_id, queue.connection, queue.serializer)
    except NoSuchJobError:
        return fail_interrupted(task_id)
    over = (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED)
    return job.get_status() in over and fail_interrupted(task_id, job)


def _move(task_id: str, states: Iterable[State], job: Job | None = None, **changes: Any) -> bool:
    """Change a task that is in one of these states, and return True; else change nothing.

    Its row and its owner's notification change in one transaction, then its job's meta.
    """
    if changes.get("state") in (State.FINISHED, State.FAILED):
        changes["ended_at"] = clock.now()
    found = {"task_id": task_id, "states": [str(state) for state in states]}
    task = db.session.execute(_change, found | changes).one_or_none()
    if task is None:
        db.session.rollback()
        return False
    _tell_owner(task)
    db.session.commit()
    _tell_broker(task, job or get_current_job())
    return True


_tasks = cast(Table, Task.__table__)
_change = (
    update(_tasks)
    .where(_tasks.c.id == bindparam("task_id"))
    .where(_tasks.c.state.in_(bindparam("states", expanding=True)))
    .returning(*_tasks.c)
)


def _tell_owner(task: Task | Row[Any]) -> None:
    about = {"task_id": task.id, "name": task.name, "description": task.description}
    data = about | _meta(task) | {"reason": task.reason}
    notify(task.user_id, TASK_PROGRESS, data, subject=task.id)


def _meta(task: Task | Row[Any]) -> dict[str, Any]:
    return {"progress": task.progress, "state": task.state}


def _tell_broker(task: Row[Any], job: Job | None) -> None:
    if job is None or job.id != task.id:
        return
    job.meta.update(_meta(task))
    try:
        job.save_meta()
    except RedisError as error:  # the row has it, and the page reads the row
        current_app.logger.warning("Task %s: the broker missed a record: %s", task.id, error)
