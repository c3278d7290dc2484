"""The ways of executing jobs, one stand each: the same behaviour is looked at on all of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job

from pytest_rq.backends import Backend, fake_connection
from pytest_rq.jobs import Jobs
from tests.harness.parity import jobs


class Stand:
    """A queue, and what a behaviour needs to use it and to look at what has come of it."""

    def __init__(
        self, connection: Redis, make: Callable[..., Queue], run: Callable[[], object]
    ) -> None:
        self.connection = connection
        self.make = make
        self.run = run
        self.queue = jobs.app.queue = make("parity")

    def ran(self, function: Any, *args: Any, queue: Queue | None = None, **options: Any) -> Job:
        """Enqueue a job, run all that is due, and return the job as the broker has it then."""
        job = (queue or self.queue).enqueue(function, *args, **options)
        self.run()
        return self.again(job)

    def ran_unchecked(self, function: Any, *args: Any) -> Job:
        """Do the same beneath the check by which the harness's queues refuse a hopeless job."""
        job = Queue.create_job(self.queue, function, args=args)
        self.queue.enqueue_job(job)
        self.run()
        return self.again(job)

    def again(self, job: Job) -> Job:
        return Job.fetch(job.id, self.connection, job.serializer)

    def fate(self, job: Job) -> str:
        """Return what the broker has to say of a job: its status, and the error if it failed."""
        if not Job.exists(job.id, self.connection):
            return "gone"
        status = job.get_status()
        result = job.latest_result() if status == "failed" else None
        error = result and result.exc_string and result.exc_string.splitlines()[-1]
        return f"{status.value}: {error}" if error else status.value

    def runs(self) -> str:
        """Return how often a job has run that notes its runs."""
        runs = len(self.notes())
        return f"{runs} run" if runs == 1 else f"{runs} runs"

    def notes(self) -> list[str]:
        """Return what jobs and callbacks have noted, in order."""
        return [note.decode() for note in self.connection.lrange(jobs.NOTES, 0, -1)]


def stand_on(backend: Backend) -> Stand:
    """Return a stand for one of the harness's ways to execute jobs."""
    return Stand(backend.connection, backend.queue, Jobs(backend).run)


@contextmanager
def stock() -> Iterator[Stand]:
    """Give RQ's own synchronous queue: when `enqueue` has returned, nobody runs anything later."""
    connection = fake_connection()

    def make(name: str, **options: Any) -> Queue:
        return Queue(name, connection, is_async=False, **options)

    with alarm_put_back():
        yield Stand(connection, make, lambda: None)


def skip_on_windows(reason: str) -> None:
    if os.name == "nt":
        pytest.skip(reason)


@contextmanager
def alarm_put_back() -> Iterator[None]:
    """Give back SIGALRM as it was, such as a test's own time-out."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    handler, left = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *left)
