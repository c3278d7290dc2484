"""A worker that dies without a word, as far as the broker and the database can tell."""

import contextvars
from typing import Any

from flask import Flask
from rq.job import Job, _current_job

from app.models import State
from app.tasks.record import NotWanted, begin, move


def die_at(app: Flask, progress: int) -> None:
    """Begin the first job that waits, record this progress, and never be heard of again.

    Only in this process, where nothing can be killed: the job's function is not called.
    """
    queue: Any = app.task_queue  # type: ignore[attr-defined]
    if job_id := queue.take():
        job = queue.job_class.fetch(job_id, queue.connection, queue.serializer)
        contextvars.Context().run(_begin, app, queue.executor, job, progress)


def _begin(app: Flask, worker: Any, job: Job, progress: int) -> None:
    worker.prepare_execution(job)
    worker.prepare_job_execution(job)
    _current_job.set(job)
    with app.app_context():
        try:
            attempt = begin(job.id)
        except NotWanted:  # its task has ended: nothing is begun
            return
        reached = max(progress, job.meta["progress"])
        move(job.id, (State.RUNNING,), attempt, progress=reached)
