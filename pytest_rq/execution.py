"""How jobs are executed in tests: in this process in a clean room, or in forked ones."""

from __future__ import annotations

import contextvars
import copyreg
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any, Protocol

import pytest
from rq import Queue, SimpleWorker, Worker
from rq.executions import Execution
from rq.job import Job
from rq.timeouts import BaseDeathPenalty, TimerDeathPenalty, UnixSignalDeathPenalty

Around = Callable[[], AbstractContextManager[Any]]
MakeWorker = Callable[[Queue], Worker]


def _outcome(name: str, message: str) -> Any:
    """Return what `pytest.skip` or `pytest.fail` raises; pickle looks for it among the builtins."""
    return getattr(pytest, name).Exception(message)


copyreg.pickle(pytest.skip.Exception, lambda error: (_outcome, ("skip", str(error))))
copyreg.pickle(pytest.fail.Exception, lambda error: (_outcome, ("fail", str(error))))


class WorkHorseDied(Exception):
    """The process that executed a job ended without a word: it was killed, or it crashed."""


class Executor(Protocol):
    """Executes jobs as one of RQ's workers does, and keeps what they raised."""

    errors: dict[str, BaseException]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Execute a job that was taken off its queue, to its end."""


class PoliteDeathPenalty(UnixSignalDeathPenalty):
    """A time-out by SIGALRM that gives back what it found: handler, timer and all.

    RQ's own leaves SIGALRM at its default, which disarms pytest-timeout for the rest of the test.
    Where somebody's alarm comes first, such as that of a test's time-out, that one is left to ring.
    """

    _found: tuple[Any, float, float] | None = None

    def setup_death_penalty(self) -> None:
        """Set the alarm, unless an earlier one is set."""
        left, _interval = signal.getitimer(signal.ITIMER_REAL)
        if self._timeout <= 0 or 0 < left <= self._timeout:
            return
        handler = signal.signal(signal.SIGALRM, self.handle_death_penalty)
        self._found = (handler, left, time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, self._timeout)

    def cancel_death_penalty(self) -> None:
        """Put back the handler and the timer that were found."""
        if self._found is None:
            return
        handler, left, since = self._found
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            left = max(0.001, left - (time.monotonic() - since))
            signal.setitimer(signal.ITIMER_REAL, left)


class OwnTimer(TimerDeathPenalty):
    """A time-out by timer, for other threads.

    RQ's own writes its number of seconds into the exception's class, for all later time-outs.
    """

    def __init__(self, timeout: int, exception: type[Exception], **options: Any) -> None:
        own = type(exception.__name__, (exception,), {"__module__": exception.__module__})
        super().__init__(timeout, own, **options)  # type: ignore[no-untyped-call]


class CleanRoom(SimpleWorker):
    """Performs each job in this process, in an empty context, inside what `around` returns.

    Nothing that a test holds open leaks in: no request, session, application context or variable.
    """

    def __init__(self, queue: Queue, around: Around = nullcontext) -> None:
        self.around = around
        self.errors: dict[str, BaseException] = {}
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
        return PoliteDeathPenalty if usable else OwnTimer

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run the job; return whether it returned, rather than raised."""
        return contextvars.Context().run(self._perform, job, queue, execution)

    def _perform(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with self.around():
            return super().perform_job(job, queue, execution)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Keep the exception itself, which RQ keeps only as text."""
        self.errors[job.id] = exc_info[1]
        super().handle_exception(job, *exc_info)


class Forks:
    """Executes each job in a process of its own, forked by a real worker that lives in this one.

    It does not use the worker's loop, which would change this process's signal handlers and end
    with a pause of a second.
    """

    def __init__(self, queue: Queue, make_worker: MakeWorker) -> None:
        self.errors: dict[str, BaseException] = {}
        self._queue, self._make_worker = queue, make_worker

    @cached_property
    def worker(self) -> Worker:
        """The worker, made when the first job is to be executed."""
        worker = self._make_worker(self._queue)
        worker.death_penalty_class = PoliteDeathPenalty
        worker.push_exc_handler(_keep)
        return worker

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Fork a process for the job, and wait for its end."""
        self.finish(job, queue, self.start(job, queue))

    def start(self, job: Job, queue: Queue) -> Execution:
        """Fork a process for the job, and do not wait."""
        execution = self.worker.prepare_execution(job)
        # In an empty context, for a worker's fork inherits none of a test's.
        contextvars.Context().run(self.worker.fork_work_horse, job, queue)
        return execution

    def finish(self, job: Job, queue: Queue, execution: Execution) -> None:
        """Wait for the end of a process that `start` has forked, as a worker does."""
        self.worker.monitor_work_horse(job, queue, execution)
        for name in ("RQ_WORKER_ID", "RQ_JOB_ID"):
            os.environ.pop(name, None)
        kept = queue.connection.getdel(_key(job))
        if isinstance(kept, bytes):
            error, told = pickle.loads(kept)  # noqa: S301 - written by our own fork
            error.add_note(told)
            self.errors[job.id] = error


def forking_worker(around: Around) -> MakeWorker:
    """Return what makes a plain RQ worker whose jobs run inside what `around` returns."""

    class AroundWorker(Worker):
        def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
            with around():
                return super().perform_job(job, queue, execution)

    def make(queue: Queue) -> Worker:
        serializer = queue.serializer
        return AroundWorker([queue], connection=queue.connection, serializer=serializer)

    return make


def _key(job: Job) -> str:
    return f"pytest-rq:error:{job.id}"


def _keep(job: Job, kind: type[BaseException], error: BaseException, _traceback: Any) -> None:
    """Send the exception to the test's process: an exception handler of the forked worker."""
    import traceback

    told = "".join(traceback.format_exception(error))
    try:
        kept = pickle.dumps((error, told))
        pickle.loads(kept)  # noqa: S301 - some exceptions can be dumped and not loaded
    except Exception:  # noqa: BLE001 - pickle raises whatever an exception's own methods do
        kept = pickle.dumps((Exception(f"{kind.__module__}.{kind.__qualname__}: {error}"), told))
    job.connection.set(_key(job), kept, ex=600)
