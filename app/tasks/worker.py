"""The RQ worker of this app: it gives each job an application context of its own."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, g
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from sqlalchemy.exc import SQLAlchemyError

from app import shelf
from app.extensions import db
from app.tasks.queue import check_function
from app.tasks.recovery import interrupted, recover
from app.tasks.warmup import warm_up


class GaveUp(Exception):
    """A worker has ended, and nobody had told it to: an error, which the log has, ended it."""


class AppWorker(Worker):
    """Forks a process for each job from one that has the app loaded, so that a fork is cheap."""

    told_to_stop = False

    def __init__(self, app: Flask, **options: Any) -> None:
        self.app = app
        queue: Queue = app.task_queue  # type: ignore[attr-defined]
        super().__init__(
            [queue],
            connection=queue.connection,
            serializer=queue.serializer,
            job_class=queue.job_class,
            maintenance_interval=60,
            **options,
        )

    @property
    def dequeue_timeout(self) -> int:
        """How many seconds it waits for a job: an idle worker looks after the others meanwhile.

        RQ's seven minutes would be those that the tasks of a dead worker, and those that wait for
        another try, are left alone.
        """
        return self.maintenance_interval

    def work(self, burst: bool = False, *args: Any, **options: Any) -> bool:
        """Run jobs until it is told to stop, or in a burst until none waits.

        Raises GaveUp where RQ's loop only logs an error, and returns.
        """
        with self.between_jobs():
            warm_up(self.app)
            # What is loaded stays shared with the forks: a collection in one would copy all of it.
            gc.collect()
            gc.freeze()
        worked = super().work(burst, *args, **options)
        if not (burst or self.told_to_stop):
            raise GaveUp("The worker gave up: the log says why.")
        return worked

    def handle_warm_shutdown_request(self) -> None:
        """Note that it is told to stop."""
        self.told_to_stop = True
        super().handle_warm_shutdown_request()

    def prepare_job_execution(self, job: Job, *args: Any, **options: Any) -> None:
        """Mark the job as started; one that may not be run here fails by that."""
        super().prepare_job_execution(job, *args, **options)
        check_function(job)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run the job in a fresh application context."""
        with self.app.app_context():
            g.job = job  # for the log, also of what RQ says before and after
            return super().perform_job(job, queue, execution)

    def run_maintenance_tasks(self) -> None:
        """Clean RQ's registries, settle the tasks whose jobs are dead, delete expired archives."""
        super().run_maintenance_tasks()
        with self.between_jobs():
            recover()
            shelf.sweep()

    def handle_work_horse_killed(self, job: Job, *status: Any) -> None:
        """Record at once what becomes of the task of a job whose process was killed."""
        super().handle_work_horse_killed(job, *status)
        with self.between_jobs():
            interrupted(job.id, job)

    @contextmanager
    def between_jobs(self) -> Iterator[None]:
        """Give the process that forks a context, and close its database connections after it.

        A fork that inherited one would speak into it; to have each fork leave it be takes longer.
        A database or disk that fails here does not end the worker, as it would: what was left
        undone is found a minute later.
        """
        with self.app.app_context():
            try:
                yield
            except (SQLAlchemyError, OSError):
                self.app.logger.exception("What a worker does between jobs is put off")
            finally:
                db.session.remove()
                db.engine.dispose()
