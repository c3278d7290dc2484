"""The strict synchronous queue: it has run a job when `enqueue` returns, as a worker runs it."""

import contextvars
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import pytest
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.timeouts import BaseDeathPenalty, TimerDeathPenalty, UnixSignalDeathPenalty
from rq.utils import as_text

Around = Callable[[], AbstractContextManager[Any]]

# What is addressed to pytest or to the person at the keyboard goes through a job to them.
NOT_FOR_THE_WORKER = (KeyboardInterrupt, pytest.skip.Exception, pytest.exit.Exception)


@dataclass(eq=False)
class Failure:
    """A job that raised, and what it raised."""

    job: Job
    error: BaseException


class PoliteDeathPenalty(UnixSignalDeathPenalty):
    """A time-out by SIGALRM that gives back what it found: handler, timer and all.

    RQ's own leaves SIGALRM at its default, which disarms pytest-timeout for the rest of the test.
    Where somebody's alarm comes first, such as that of a test's time-out, that one is left to ring.
    """

    _found: tuple[Any, float, float] | None = None

    def setup_death_penalty(self) -> None:
        left, _interval = signal.getitimer(signal.ITIMER_REAL)
        if self._timeout <= 0 or 0 < left <= self._timeout:
            return
        handler = signal.signal(signal.SIGALRM, self.handle_death_penalty)
        self._found = (handler, left, time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, self._timeout)

    def cancel_death_penalty(self) -> None:
        if self._found is None:
            return
        handler, left, since = self._found
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (time.monotonic() - since)))


class CleanRoomWorker(SimpleWorker):
    """Performs each job in this process, in an empty context, inside what `around` returns.

    Nothing that a test holds open leaks in: no request, session, application context or variable.
    """

    def __init__(self, queue: Queue, around: Around = nullcontext) -> None:
        self.around = around
        self.failures: list[Failure] = []
        super().__init__(
            [queue],
            connection=queue.connection,
            serializer=queue.serializer,
            prepare_for_work=False,
        )

    @property
    def death_penalty_class(self) -> type[BaseDeathPenalty]:  # type: ignore[override]
        """By signal, which interrupts a system call too; by timer where signals are not had."""
        main = threading.current_thread() is threading.main_thread()
        usable = main and hasattr(signal, "SIGALRM")
        return PoliteDeathPenalty if usable else TimerDeathPenalty

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run the job; return whether it returned, rather than raised."""
        return contextvars.Context().run(self._perform, job, queue, execution)

    def _perform(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with self.around():
            return super().perform_job(job, queue, execution)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Keep the exception itself, which RQ keeps only as text."""
        self.failures.append(Failure(job, exc_info[1]))
        super().handle_exception(job, *exc_info)


class StrictQueue(Queue):
    """`Queue(is_async=False)` with a worker's manners.

    A job is pushed to the broker, read back from it and executed as `SimpleWorker` does, before
    `enqueue` returns. Its exception is not raised there, as it would not be by a worker's job; it
    is in `failures`. KeyboardInterrupt, `pytest.skip` and `pytest.exit` are raised.

    `around` makes the context manager in which each job runs, such as `app.app_context`.
    """

    def __init__(
        self,
        name: str,
        connection: Redis,
        around: Around = nullcontext,
        is_async: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(name, connection=connection, is_async=is_async, **options)
        self._around = around
        self._worker: CleanRoomWorker | None = None
        self._depth = 0

    def hold(self, held: bool) -> None:
        """Let jobs wait from now on, or no longer."""
        self._is_async = held

    @property
    def worker(self) -> CleanRoomWorker:
        """What executes the jobs."""
        if self._worker is None:
            self._worker = CleanRoomWorker(self, self._around)
        return self._worker

    @property
    def failures(self) -> list[Failure]:
        """The jobs that raised, in the order in which they did."""
        return self.worker.failures

    def _enqueue_job(
        self,
        job: Job,
        pipeline: Pipeline | None = None,
        at_front: bool = False,
        unique: bool = False,
    ) -> Job:
        job = self._enqueue_async_job(job, pipeline=pipeline, at_front=at_front, unique=unique)
        if pipeline is None and not self._is_async:
            self.connection.lrem(self.key, 1, job.id)
            self.run_job_now(job.id)
            self.run_waiting()
        return job

    def enqueue_many(self, job_datas: Iterable[Any], *args: Any, **options: Any) -> list[Job]:
        """Enqueue several jobs in one pipeline, then run them."""
        jobs = super().enqueue_many(job_datas, *args, **options)
        if not self._is_async:
            self.run_waiting()
        return jobs

    def run_waiting(self) -> int:
        """Run what is in the queue until it is empty, as retries and dependents follow.

        Returns how many jobs were run. Within a job it does nothing: the outermost call will.
        """
        count = 0
        while self._depth == 0 and (job_id := self.connection.lpop(self.key)):
            self.run_job_now(as_text(cast(bytes, job_id)))
            count += 1
        return count

    def run_job_now(self, job_id: str) -> None:
        """Execute a job that was taken off the queue."""
        job = self.job_class.fetch(job_id, self.connection, self.serializer)
        seen = len(self.failures)
        self._depth += 1
        try:
            self.worker.execute_job(job, self)
        except RedisError as error:  # of the worker's own: it has lost its broker
            self.failures.append(Failure(job, error))
        finally:
            self._depth -= 1
        for failure in self.failures[seen:]:
            if isinstance(failure.error, NOT_FOR_THE_WORKER):
                self.failures.remove(failure)
                raise failure.error
