"""The jobs and callbacks that the table's rows enqueue."""

from __future__ import annotations

import signal
import time
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import pytest
from rq import Queue, Retry, get_current_job
from rq.job import Job

NOTES = "notes"  # the broker's key for what jobs leave: a fork's memory is its own
app = SimpleNamespace(queue=None)  # as an app has its queue
user = ContextVar("user", default="nobody")


def note(text: str) -> str:
    get_current_job().connection.rpush(NOTES, text)
    return text


def fail() -> None:
    note("run")
    raise ValueError("no luck")


def fail_at_first() -> str:
    """Fail, and succeed when run again."""
    note("run")
    if get_current_job().connection.incr("count") == 1:
        raise ValueError("no luck")
    return "done"


def fail_the_test() -> None:
    pytest.fail("not so")


def ask_for_another_run(times: int) -> Retry | str:
    """Return a Retry that many times, then a result."""
    note("run")
    return Retry(max=2) if get_current_job().connection.incr("count") <= times else "done"


def outlast_a_second() -> str:
    """Take longer than a job_timeout of 1 s; where that is an alarm, without waiting for it."""
    if not hasattr(signal, "SIGALRM"):
        for _ in range(150):
            time.sleep(0.01)
    elif 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1:
        signal.raise_signal(signal.SIGALRM)
    return "done"


def own_id() -> str:
    return get_current_job().id


def own_status() -> str:
    """Return what the broker says of the job that is running."""
    return _in_broker().get_status().value


def own_traces() -> tuple[str, ...]:
    """Return what the broker has of the job that is running."""
    job = _in_broker()
    traces = {
        "a start time": job.started_at,
        "a worker's name": job.worker_name,
        "an execution": job.get_executions(),
        "a place among the started": job.id in job.started_job_registry,
    }
    return tuple(name for name, found in traces.items() if found)


def see_user() -> str:
    return user.get()


async def work_async() -> str:
    return "done"


def change(given: list[str]) -> None:
    given.append("changed")


def kind(given: Any) -> str:
    return type(given).__name__


def record_progress() -> None:
    job = get_current_job()
    job.meta["progress"] = 100
    job.save_meta()


def return_a_lambda() -> Any:
    return lambda: None


def enqueue_more() -> None:
    """Enqueue a job on the app's queue."""
    app.queue.enqueue(note, "second", job_id="second")
    note("first")


def enqueue_more_by_name() -> None:
    """Enqueue a job on a queue made on the spot."""
    job = get_current_job()
    Queue(job.origin, job.connection).enqueue(note, "second", job_id="second")


class Unloadable:
    """Something that pickle dumps, and cannot load."""

    def __reduce__(self) -> Any:
        return no_more, ()


def no_more() -> None:
    raise LookupError("no such row")


def see_status(job: Job, connection: Any, *_outcome: Any) -> None:
    """Note what the broker says of a job when its callback is called."""
    connection.rpush(NOTES, Job.fetch(job.id, connection).get_status().value)


def break_down(*_callback: Any) -> None:
    raise RuntimeError("broken callback")


def _in_broker() -> Job:
    job = get_current_job()
    return Job.fetch(job.id, job.connection, job.serializer)
