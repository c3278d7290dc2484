"""Stop a running job at a record of its progress, to look at the app from outside meanwhile."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from rq.job import Job

from pytest_rq.execution import Forks, WorkHorseDied
from pytest_rq.queue import Run, StrictQueue

PATIENCE = 30.0


class Paused:
    """A job that stands still."""

    def __init__(self, job: Job, pid: int | None = None) -> None:
        self.job = job
        self.lost = False  # whether no worker is left to tell how it ended
        self._pid = pid

    def kill(self, worker_too: bool = False) -> None:
        """Kill the job's process, which only the real backend has, and perhaps its worker too."""
        if self._pid is None:
            pytest.fail("Only a process can be killed: mark the test backend('real', reason='…').")
        self.lost = worker_too
        os.kill(self._pid, signal.SIGKILL)


@contextmanager
def pause(queue: StrictQueue, job_id: str, at: int) -> Iterator[Paused]:
    """Run a job up to its record number `at`, for the block, and then to its end."""
    job = queue.job_class.fetch(job_id, queue.connection, queue.serializer)
    forks = queue.executor
    way = _forked(queue, forks, job, at) if isinstance(forks, Forks) else _threaded(queue, job, at)
    with way as paused:
        yield paused


@contextmanager
def _at_record(number: int, stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` after the record of progress of that number, in whichever process it is made."""
    usual, count = Job.save_meta, 0

    def save_meta(job: Job) -> None:
        nonlocal count
        usual(job)  # type: ignore[no-untyped-call]
        count += 1
        if count == number:
            stop()

    Job.save_meta = save_meta  # type: ignore[method-assign]
    try:
        yield
    finally:
        Job.save_meta = usual  # type: ignore[method-assign]


@contextmanager
def _forked(queue: StrictQueue, forks: Forks, job: Job, at: int) -> Iterator[Paused]:
    with _at_record(at, lambda: os.kill(os.getpid(), signal.SIGSTOP)):
        execution = forks.start(job, queue)
    worker, pid = forks.worker, forks.worker.horse_pid
    del forks.worker  # what runs in the block has a worker of its own
    _pid, status = os.waitpid(pid, os.WUNTRACED)
    paused = Paused(job, pid)
    try:
        if not os.WIFSTOPPED(status):
            pytest.fail(f"The job ended before its record of progress number {at}.")
        yield paused
    finally:
        if os.WIFSTOPPED(status):
            os.kill(pid, signal.SIGCONT)
        if paused.lost:
            os.waitpid(pid, 0)
            died = WorkHorseDied("The test has killed it with its worker.")
            queue.runs.append(Run(job, "failed", died))
        else:
            forks.worker = worker
            forks.finish(job, queue, execution)
            queue.conclude(job)


@contextmanager
def _threaded(queue: StrictQueue, job: Job, at: int) -> Iterator[Paused]:
    reached, stopped, go_on = threading.Event(), threading.Event(), threading.Event()

    def stop() -> None:
        stopped.set()
        reached.set()
        go_on.wait(PATIENCE)

    with _at_record(at, stop), ThreadPoolExecutor(1, f"job {job.id}") as thread:
        running = thread.submit(queue.run_now, job.id)
        running.add_done_callback(lambda _running: reached.set())
        reached.wait(PATIENCE)
        try:
            if not stopped.is_set():
                pytest.fail(f"The job ended before its record of progress number {at}.")
            yield Paused(job)
        finally:
            go_on.set()
            running.result()
