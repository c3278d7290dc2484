"""The worker of the real backend: it forks from the test's process. Kill what it forks."""

import os
import signal
from contextlib import AbstractContextManager

from flask import Flask
from rq import Queue
from rq.job import Job

from app.extensions import db
from app.tasks.worker import AppWorker
from tests.support.waiting import wait_for


class GuestWorker(AppWorker):
    """The app's worker, at work in a process that has open database connections: the test's."""

    def between_jobs(self) -> AbstractContextManager[object]:
        """Give a context, and leave the test's connections be."""
        return self.app.app_context()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run the job in a forked process, which leaves the connections of this one be."""
        with self.app.app_context():
            self.inherited = db.engine.pool  # kept, for what is collected is closed
            db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


def kill_the_horse(app: Flask) -> None:
    """Kill the work horse of the real backend, from a thread or a handler of the test's process."""
    worker = app.task_queue.executor.worker  # type: ignore[attr-defined]
    wait_for(lambda: worker.horse_pid)  # the fork may be faster than we
    os.kill(worker.horse_pid, signal.SIGKILL)
