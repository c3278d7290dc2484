"""The fixtures, and the guard that looks at every test's jobs when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fakeredis import FakeRedis, FakeServer

from pytest_rq.jobs import Jobs
from pytest_rq.queue import Around, StrictQueue


class Backend:
    """A broker of one test's own, and the queues on it."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.connection = FakeRedis(server=self.server)
        self.queues: list[StrictQueue] = []

    @contextmanager
    def down(self) -> Iterator[None]:
        """Let the broker be unreachable while the block runs."""
        self.server.connected = False
        try:
            yield
        finally:
            self.server.connected = True

    def queue(self, name: str, around: Around, **options: Any) -> StrictQueue:
        """Return a queue whose jobs run inside what `around` returns."""
        queue = StrictQueue(name, self.connection, around, **options)
        self.queues.append(queue)
        return queue


GUARDED = pytest.StashKey[Backend]()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Backend:
    """A broker of this test's own, and the queues on it."""
    made = Backend()
    request.node.stash[GUARDED] = made
    return made


@pytest.fixture
def jobs(backend: Backend) -> Jobs:
    """The jobs of this test, on the one queue that it has made."""
    [queue] = backend.queues
    return Jobs(queue)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose jobs failed or were left waiting, in its own name."""
    result = yield
    if backend := item.stash.get(GUARDED, None):
        for queue in backend.queues:
            Jobs(queue).check()
    return result
