"""What is known of a task is recorded here: its row, its owner's notification, its job's meta."""

from collections.abc import Iterable
from typing import Any, cast

from flask import current_app
from redis.exceptions import RedisError
from rq import get_current_job
from rq.job import Job
from sqlalchemy import Row, Table, Update, and_, bindparam, or_, update

from app import clock
from app.extensions import db
from app.models import State, Task
from app.notifications import TASK_PROGRESS, notify


class NotWanted(Exception):
    """The task that a job works for has ended, or never was, or others work for it: it stops."""


def begin(task_id: str) -> int:
    """Mark a task as running, and return the number of this attempt, from 1.

    It must be waiting, or running by an earlier attempt of the current job, which has died or could
    not record its end. Raises NotWanted otherwise.
    """
    job = current_job(task_id)
    known = job.meta.get("attempt") if job else None
    row = _record(_begin, {"task_id": task_id, "known": known}, job)
    if row is None:
        raise NotWanted(f"Task {task_id} does not wait to be run: its job does nothing.")
    return int(row.attempt)


def move(
    task_id: str,
    states: Iterable[State],
    attempt: int | None = None,
    job: Job | None = None,
    **changes: Any,
) -> bool:
    """Change a task that is in one of these states, and return True; else change nothing.

    With `attempt`, only if no later one has begun: it is how a job that was given up for dead, and
    is not, finds out. Without `job`, the current one is told, if it is the task's.
    """
    if "state" in changes:
        ended = changes["state"] in (State.FINISHED, State.FAILED)
        changes["ended_at"] = clock.now() if ended else None
    found = {"task_id": task_id, "states": [str(state) for state in states], "as": attempt}
    statement = _change if attempt is None else _change_as
    return _record(statement, found | changes, job or current_job(task_id)) is not None


def current_job(task_id: str) -> Job | None:
    """Return the job that is being run, if it is this task's."""
    job = get_current_job()
    return job if job and job.id == task_id else None


def meta_of(task: Task | Row[Any]) -> dict[str, Any]:
    """Return what a task's job says about it."""
    state = {"progress": task.progress, "state": task.state}
    return state | {"attempt": task.attempt, "user_id": task.user_id}


def tell_owner(task: Task | Row[Any]) -> None:
    """Record the notification of a task; the caller commits."""
    data = {
        "task_id": task.id,
        "name": task.name,
        "description": task.description,
        "progress": task.progress,
        "state": task.state,
        "reason": task.reason,
        "outcome": task.outcome,
    }
    notify(task.user_id, TASK_PROGRESS, data, subject=task.id)


_tasks = cast(Table, Task.__table__)
_this = update(_tasks).where(_tasks.c.id == bindparam("task_id")).returning(*_tasks.c)
_change = _this.where(_tasks.c.state.in_(bindparam("states", expanding=True)))
_change_as = _change.where(_tasks.c.attempt == bindparam("as"))
_ours = and_(_tasks.c.state == State.RUNNING, _tasks.c.attempt == bindparam("known"))
_begin = _this.where(or_(_tasks.c.state == State.QUEUED, _ours)).values(
    state=State.RUNNING, attempt=_tasks.c.attempt + 1, reason=""
)


def _record(statement: Update, parameters: dict[str, Any], job: Job | None) -> Row[Any] | None:
    """Change the row and its owner's notification in one transaction, then the job's meta."""
    task = db.session.connection().execute(statement, parameters).one_or_none()
    if task is None:
        db.session.rollback()
        return None
    tell_owner(task)
    db.session.commit()
    if job is not None:
        _tell_broker(task, job)
    return task


def _tell_broker(task: Row[Any], job: Job) -> None:
    job.meta.update(meta_of(task))
    try:
        job.save_meta()
    except RedisError as error:  # the row has it, and the page reads the row
        current_app.logger.warning("Task %s: the broker missed a record: %s", task.id, error)
