"""The guard: what a test leaves behind fails it, with the cause and the remedy."""

from __future__ import annotations

import contextvars
import signal
import threading
import traceback
from typing import Any

import pytest
from rq import Queue
from rq.utils import as_text

from pytest_rq.backends import Backend
from pytest_rq.queue import Run

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGALRM") if hasattr(signal, name)
)
GRACE = 0.1  # seconds for a thread that is about to end
NOT_OURS = {"decimal_context"}  # the standard library sets it at first use
BLOCKED = "A test tried to use socket"  # so begins every error of pytest-socket
OFFLINE = (
    "This run is offline: give the test what it needs in this process, or mark it "
    "backend('real', reason='…') and run it with --backend real."
)


class Guard:
    """Looks at the process before a test, and at what has changed after it."""

    def __init__(self) -> None:
        self.handlers = [signal.getsignal(each) for each in SIGNALS]
        self.threads = set(threading.enumerate())
        self.context = dict(contextvars.copy_context())

    def check(self, backend: Backend | None) -> None:
        """Raise what a job raised, or fail for what the test left behind."""
        __tracebackhide__ = True
        if backend is not None:
            _check_failures(backend)
            _check_leftovers(backend)
        if complaint := self._signals() or self._context() or self._threads():
            pytest.fail(complaint)

    def put_back(self) -> None:
        """Restore the signal handlers, for the tests that follow."""
        for each, handler in self._changed():
            signal.signal(each, handler)

    def _changed(self) -> list[tuple[signal.Signals, Any]]:
        before = zip(SIGNALS, self.handlers, strict=True)
        return [(each, handler) for each, handler in before if signal.getsignal(each) != handler]

    def _signals(self) -> str | None:
        names = [each.name for each, _handler in self._changed()]
        if not names:
            return None
        return (
            f"The test left the handler of {', '.join(names)} changed; it has been put back. "
            "RQ's workers and time-outs do that: run jobs by jobs.run(), or restore the handler."
        )

    def _context(self) -> str | None:
        context = dict(contextvars.copy_context())
        changed = [
            variable.name
            for variable, value in context.items()
            if self.context.get(variable) is not value and variable.name not in NOT_OURS
        ]
        if not changed:
            return None
        return (
            f"The test left a context open: {', '.join(changed)} is not what it was. "
            "Enter contexts by `with`, or pop what was pushed."
        )

    def _threads(self) -> str | None:
        left = set(threading.enumerate()) - self.threads
        for thread in left:
            thread.join(GRACE)
        names = sorted(thread.name for thread in left if thread.is_alive())
        if not names:
            return None
        return f"The test left threads running: {', '.join(names)}. Join them before it ends."


def explain(error: BaseException, backend: Backend | None) -> None:
    """Note on what fails a test what may be behind it: a job's failure, a socket refused."""
    if str(error).startswith(BLOCKED):
        error.add_note(OFFLINE)
    for run in _failures(backend):
        if run.error is not None and run.error is not error:
            said = "".join(traceback.format_exception_only(run.error)).rstrip()
            error.add_note(f"Before that, a job failed: {_name(run.job)} raised {said}")


def _failures(backend: Backend | None) -> list[Run]:
    """Return the failed executions that no test has expected."""
    queues = backend.queues if backend else []
    runs = [run for queue in queues for run in queue.runs]
    return [run for run in runs if run.outcome == "failed" and not run.expected]


def _check_failures(backend: Backend) -> None:
    __tracebackhide__ = True
    for run in _failures(backend):
        if run.error is not None:
            raise run.error


def _check_leftovers(backend: Backend) -> None:
    __tracebackhide__ = True
    for queue in backend.queues:
        if queue.count:
            waiting = ", ".join(_name(job) for job in queue.get_jobs())
            pytest.fail(f"Jobs were left waiting: {waiting}. Run them with jobs.run().")
        started: Any = queue.started_job_registry
        if started.connection.zcard(started.key):
            expected = {run.job.id for run in queue.runs if run.expected}
            names = sorted(set(started.get_job_ids(cleanup=False)) - expected)
            if not names:
                continue
            pytest.fail(
                f"Jobs were left started: {', '.join(names)}. Their worker died without a word; "
                "if that is what the test is about, clean the registry in it."
            )

    _check_other_queues(backend)


def _check_other_queues(backend: Backend) -> None:
    """Fail for a job on a queue that the code under test made by itself: nothing runs it."""
    __tracebackhide__ = True
    known = {queue.key for queue in backend.queues}
    keys = {as_text(key) for key in backend.connection.smembers(Queue.redis_queues_keys)}
    for key in sorted(keys - known):
        queue = Queue.from_queue_key(key, connection=backend.connection)
        if queue.count:
            waiting = ", ".join(_name(job) for job in queue.get_jobs())
            pytest.fail(
                f"Jobs were left waiting: {waiting}. Nothing runs the queue {queue.name!r}: let "
                f"the code under test have backend.queue({queue.name!r}) instead of its own."
            )


def _name(job: Any) -> str:
    return str(job.description or job.id) if job else "a job that is gone"
