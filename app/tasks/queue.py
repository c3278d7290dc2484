"""Where jobs wait: `app.redis`, the broker, and `app.task_queue` on it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from redis import DriverInfo, Redis
from rq import Queue, Retry
from rq.job import Job
from rq.serializers import JSONSerializer

F = TypeVar("F", bound=Callable[..., None])

QUEUE_NAME = "microblog-tasks"

# Whoever can write to the broker could have a worker call any function, or any address, by these.
NOT_OURS = {f"{when}_callback_name".encode() for when in ("success", "failure", "stopped")}
NOT_OURS.add(b"webhooks")

_jobs: set[str] = set()


class NotAJob(Exception):
    """A job names a function that is not to be run as one: the worker does not."""


class AppJob(Job):
    """A job that trusts its broker with data, and with nothing that makes a worker do more.

    It can be fetched, and so be failed, even if its meta cannot be read.
    """

    def restore(self, raw_data: Mapping[bytes, bytes]) -> Any:
        """Take over what the broker holds of the job."""
        left_out = set(NOT_OURS)
        try:
            self.serializer.loads(raw_data.get(b"meta", b"{}"))
        except ValueError:
            left_out.add(b"meta")
        return super().restore({n: value for n, value in raw_data.items() if n not in left_out})


def runs_as_job(function: F) -> F:
    """Let workers run this function: whoever can write to the broker may name any other."""
    _jobs.add(f"{function.__module__}.{function.__qualname__}")
    return function


def check_function(job: Job) -> None:
    """Raise NotAJob unless the job's function is one that workers may run."""
    if job.func_name not in _jobs:
        raise NotAJob(f"{job.func_name} does not run as a job: mark it with @runs_as_job.")


def init_app(app: Flask) -> None:
    """Give the app its broker and queue; nothing connects before the first command."""
    seconds = app.config["BROKER_TIMEOUT"]
    app.redis = Redis.from_url(  # type: ignore[attr-defined]
        app.config["REDIS_URL"],
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        driver_info=DriverInfo(),  # else each fork looks on the disk for the version of redis-py
    )
    app.task_queue = Queue(  # type: ignore[attr-defined]
        QUEUE_NAME,
        connection=app.redis,  # type: ignore[attr-defined]
        serializer=JSONSerializer,
        job_class=AppJob,
        default_timeout=app.config["JOB_TIMEOUT"],
    )


def task_queue() -> Queue:
    """Return the queue of the current app."""
    return cast(Queue, current_app.task_queue)  # type: ignore[attr-defined]


def retries() -> Retry | None:
    """Return how often, and after which pauses, a job is tried again: what RETRY_PAUSES says."""
    pauses = current_app.config["RETRY_PAUSES"]
    return Retry(len(pauses), pauses) if pauses else None
