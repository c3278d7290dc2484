"""A job by each way of running it, an export as a test of the suite has it, and the guard."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.worker import BaseWorker

from benchmarks.rounds import Laps
from pytest_rq.backends import Backend, Real, fake_connection
from pytest_rq.guard import Guard
from pytest_rq.jobs import Jobs
from pytest_rq.queue import StrictQueue
from tests.support.builders import make_posts
from tests.support.outbox import Outbox, attachments_of
from tests.support.visitor import Visitor

# After a fork, each page of memory costs more at its first use: the other cases would pay for it.
SELDOM = pytest.mark.every(5)


def nothing() -> None:
    """Do what every job here does."""


class PromptWorker(Worker):
    """RQ's forking worker without the second that it may waste at the end of a burst.

    It stops its thread too late, so that this one may wait for another message. To leave that out
    makes our own share look worse, and the measurement steady.
    """

    def unsubscribe(self) -> None:
        """Stop the thread before the message that wakes it."""
        if self.pubsub_thread:
            self.pubsub_thread.stop()
        super().unsubscribe()  # type: ignore[no-untyped-call]


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Put back the signal handlers that RQ's workers change and leave so."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    handlers = [signal.getsignal(each) for each in signals]
    yield
    for each, handler in zip(signals, handlers, strict=True):
        signal.signal(each, handler)


def burst(kind: type[BaseWorker], queue: Queue) -> None:
    """Run what waits by a new worker of RQ's."""
    worker = kind([queue], connection=queue.connection)
    worker.work(burst=True, logging_level="WARNING")


def cost_of_stock_rq(laps: Laps) -> None:
    queue = Queue("stock", connection=fake_connection(), is_async=False)
    for _ in laps(5):
        queue.enqueue(nothing).get_status()


def cost_of_the_strict_queue(laps: Laps) -> None:
    queue = StrictQueue("strict", fake_connection())
    for _ in laps(5):
        queue.enqueue(nothing).get_status()


def cost_of_a_burst_worker(laps: Laps) -> None:
    queue = Queue("burst", connection=fake_connection())
    with handlers_kept():
        for _ in laps(2):
            job = queue.enqueue(nothing)
            burst(SimpleWorker, queue)
            job.get_status()


@SELDOM
def cost_of_a_forked_worker(laps: Laps, real_broker: Redis) -> None:
    queue = Queue("forked", connection=real_broker)
    with handlers_kept():
        for _ in laps(2):
            job = queue.enqueue(nothing)
            burst(PromptWorker, queue)
            job.get_status()


@SELDOM
def cost_of_the_real_backend(laps: Laps, real_broker: Redis) -> None:
    queue = Real(real_broker).queue("real")
    for _ in laps(2):
        job = queue.enqueue(nothing)
        queue.run_waiting()
        job.get_status()


@pytest.fixture
def export(client: Visitor, jobs: Jobs, outbox: Outbox, susan: Any) -> Any:
    """Export susan's posts as a test does, and return what she is told and sent."""
    make_posts(susan, "first", "second")

    def export() -> tuple[Any, Any]:
        client.log_in(susan).submit("/tasks/export-posts")
        jobs.run()
        [told] = client.progress()
        [message] = outbox
        return told["progress"], attachments_of(message)

    return export


def cost_of_an_export(laps: Laps, export: Any) -> None:
    for _ in laps(1):
        export()


def cost_of_the_guard(laps: Laps, backend: Backend, export: Any) -> None:
    export()
    for _ in laps(5):
        Guard().check(backend)
