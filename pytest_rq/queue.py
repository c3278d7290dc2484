"""The strict synchronous queue: it has run a job when `enqueue` returns, as a worker runs it."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Literal, cast

import pytest
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.results import Result
from rq.utils import as_text

from pytest_rq.execution import Around, CleanRoom, Executor, WorkHorseDied

# What is addressed to pytest or to the person at the keyboard goes through a job to them.
NOT_FOR_THE_WORKER = (KeyboardInterrupt, pytest.skip.Exception, pytest.exit.Exception)


@dataclass(eq=False)
class Run:
    """One execution of a job: how it ended, and what it raised."""

    job: Job
    outcome: Literal["finished", "failed", "retried"]
    error: BaseException | None = None
    expected: bool = False


@dataclass(frozen=True, eq=False)
class Enqueued:
    """A job as it was enqueued, and for when, if not for at once."""

    job: Job
    at: datetime | None = None
    number: int = field(default_factory=count().__next__)  # over all queues


class _Depth(threading.local):
    """How many jobs are under way, one inside the other, in this thread."""

    value = 0


class StrictQueue(Queue):
    """`Queue(is_async=False)` with a worker's manners.

    A job is pushed to the broker, read back from it and executed as a worker does, before `enqueue`
    returns. Its exception is not raised there, as it would not be by a worker's job; it is in
    `runs`. KeyboardInterrupt, `pytest.skip` and `pytest.exit` are raised. A job whose path or
    arguments cannot work fails the test where it is enqueued.

    `around` makes the context manager in which each job runs, such as `app.app_context`. With
    `is_async=True` jobs wait for `run_waiting`. `executor` replaces the way they are executed.
    """

    def __init__(
        self,
        name: str,
        connection: Redis,
        around: Around = nullcontext,
        is_async: bool = False,
        executor: Executor | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, connection=connection, is_async=is_async, **options)
        self.executor = executor or cast(Executor, CleanRoom(self, around))
        self.runs: list[Run] = []
        self.journal: list[Enqueued] = []
        self._noted: set[str] = set()
        self._depth = _Depth()

    def hold(self, held: bool) -> bool:
        """Let jobs wait from now on, or no longer; return how it was before."""
        before, self._is_async = self._is_async, held
        return before

    def create_job(self, func: Any, *args: Any, **options: Any) -> Job:
        """Create a job, and fail the test if no worker could run it."""
        __tracebackhide__ = True
        job = super().create_job(func, *args, **options)
        _check(job)
        self._noted.discard(job.id)
        return job

    def enqueue_job(self, job: Job, *args: Any, **options: Any) -> Job:
        """Enqueue a job, or defer it until those that it depends on are done."""
        was_async = self.hold(self._is_async or job.has_rate_limit)  # which RQ refuses otherwise
        try:
            job = super().enqueue_job(job, *args, **options)
        finally:
            self.hold(was_async)
        self._note(job)
        if job.has_rate_limit and not was_async:
            self.run_waiting()
        return job

    def schedule_job(self, job: Job, datetime: datetime, *args: Any, **options: Any) -> Job:
        """Put a job aside until its time has come."""
        job = super().schedule_job(job, datetime, *args, **options)
        self._note(job, datetime)
        return job

    def _note(self, job: Job, at: datetime | None = None) -> None:
        """Note a job once, though it comes by again with each retry."""
        if job.id not in self._noted:
            self._noted.add(job.id)
            self.journal.append(Enqueued(job, at))

    def _enqueue_job(
        self,
        job: Job,
        pipeline: Pipeline | None = None,
        at_front: bool = False,
        unique: bool = False,
    ) -> Job:
        job = self._enqueue_async_job(job, pipeline=pipeline, at_front=at_front, unique=unique)
        self._note(job)
        if pipeline is None and not self._is_async:
            self.connection.lrem(self.key, 1, job.id)
            self.run_now(job.id)
            self.run_waiting()
        return job

    def enqueue_many(self, job_datas: Iterable[Any], *args: Any, **options: Any) -> list[Job]:
        """Enqueue several jobs in one pipeline, then run them."""
        jobs = super().enqueue_many(job_datas, *args, **options)
        if not self._is_async:
            self.run_waiting()
        return jobs

    def run_waiting(self) -> None:
        """Run what is in the queue until it is empty, as retries and dependents follow.

        Within a job it does nothing: the outermost call will.
        """
        while self._depth.value == 0 and (job_id := self.take()):
            self.run_now(job_id)

    def take(self) -> str | None:
        """Take the id of the first job that waits off the queue; None if there is none."""
        job_id = self.connection.lpop(self.key)
        return as_text(cast(bytes, job_id)) if job_id else None

    def run_now(self, job_id: str) -> None:
        """Execute a job that was taken off the queue."""
        if isinstance(self.executor, CleanRoom) and asyncio._get_running_loop():
            # The caller's event loop belongs to this thread; an async job needs one of its own.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(self._run_now, job_id).result()
        else:
            self._run_now(job_id)

    def _run_now(self, job_id: str) -> None:
        try:
            job = self.job_class.fetch(job_id, self.connection, self.serializer)
        except NoSuchJobError:  # it was deleted, or has expired: a worker passes over it
            return
        self._note(job)  # a fork, or another client, may have enqueued it
        self._depth.value += 1
        try:
            self.executor.execute_job(job, self)
        except RedisError as error:  # the worker's own: it has lost its broker
            self.runs.append(Run(job, "failed", error))
            return
        finally:
            self._depth.value -= 1
        self.conclude(job)

    def conclude(self, job: Job) -> None:
        """Note how the execution of a job ended."""
        error = self.executor.errors.pop(job.id, None)
        if isinstance(error, NOT_FOR_THE_WORKER):
            raise error
        try:
            status = job.get_status()
        except InvalidJobOperation:  # its result was not to be kept
            status = JobStatus.FAILED if error else JobStatus.FINISHED
        if status in (JobStatus.FAILED, JobStatus.STOPPED):
            result = job.latest_result()
            said = (result and result.exc_string) or f"{job.description} is {status.value}"
            self.runs.append(Run(job, "failed", error or WorkHorseDied(said)))
        elif error or (status != JobStatus.FINISHED and not _succeeded(job)):
            self.runs.append(Run(job, "retried", error))
        else:
            self.runs.append(Run(job, "finished"))


def _succeeded(job: Job) -> bool:
    """Return whether a job that waits again has run well: it is one that repeats."""
    result = job.latest_result()
    return result is not None and result.type == Result.Type.SUCCESSFUL


def _check(job: Job) -> None:
    """Fail the test if the path, the arguments or their copy will not do in a worker."""
    __tracebackhide__ = True
    try:
        function = job.func
    except Exception as error:  # noqa: BLE001 - importing a module can raise anything
        pytest.fail(
            f"A worker cannot import {job.func_name!r} ({error}). "
            "Enqueue a function of a module that workers have, at its top level."
        )
    try:
        inspect.signature(function).bind(*job.args, **job.kwargs)
    except TypeError as error:
        pytest.fail(f"{job.func_name} cannot be called with these arguments: {error}.")
    except ValueError:  # a built-in function without a signature
        pass
    given = [list(job.args), job.kwargs]
    data = job.data
    try:
        _path, _instance, args, kwargs = job.serializer.loads(data)
    except Exception as error:  # noqa: BLE001 - whatever the objects' own methods raise
        pytest.fail(
            f"A worker cannot load the arguments of {job.func_name} ({error}). "
            "Pass what the serializer keeps as it is."
        )
    if (copy := [list(args), kwargs]) != given:
        alike = repr(copy) == repr(given)
        become = "others that look the same and are not equal" if alike else copy
        pytest.fail(
            f"The arguments of {job.func_name} change on their way to the worker: "
            f"{given} become {become}. Pass what the serializer keeps as it is."
        )
