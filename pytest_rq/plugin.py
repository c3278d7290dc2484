"""The options, the marker, the fixtures, and the guard around every test."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from redis import Redis

from pytest_rq.backends import Backend, Inline, InProcess, Real, fake_connection, real_connection
from pytest_rq.guard import Guard
from pytest_rq.jobs import Jobs

BACKENDS: dict[str, type[Backend]] = {each.name: each for each in (Inline, InProcess, Real)}
MADE = pytest.StashKey[Backend]()
OFFLINE = (
    "The default run is offline: give the test what it needs in this process, or mark it "
    "backend('real')."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --backend."""
    parser.getgroup("rq").addoption(
        "--backend",
        choices=list(BACKENDS),
        default="inline",
        help="how jobs run: inline, when they are enqueued; worker, in this process at jobs.run(); "
        "real, each in a forked process on a real broker",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line(
        "markers", "backend(*names, reason): true only of these backends, and why"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are not true of this backend; let the real one use sockets."""
    chosen = config.getoption("--backend")
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        marker = item.get_closest_marker("backend")
        if marker and not marker.kwargs.get("reason"):
            raise pytest.UsageError(f"{item.nodeid}: backend() wants a reason='…'.")
        (left_out if marker and chosen not in marker.args else kept).append(item)
        if chosen == Real.name:
            item.add_marker("enable_socket")
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_report_header(config: pytest.Config) -> str:
    """Say which backend it is."""
    return f"rq backend: {config.getoption('--backend')}"


@pytest.fixture(scope="session")
def real_broker() -> Iterator[Redis]:
    """A client of a real broker, of this process's own."""
    with real_connection(os.environ.get("PYTEST_XDIST_WORKER", "")) as connection:
        yield connection


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A broker of this test's own, and the queues on it."""
    kind = BACKENDS[request.config.getoption("--backend")]
    connection = request.getfixturevalue("real_broker") if kind is Real else fake_connection()
    made = kind(connection)
    request.node.stash[MADE] = made
    yield made
    if kind is Real:
        connection.flushdb()


@pytest.fixture
def jobs(backend: Backend) -> Iterator[Jobs]:
    """The jobs of this test."""
    jobs = Jobs(backend)
    yield jobs
    jobs.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test for what its jobs did and for what it left behind, in its own name."""
    guard = Guard()
    try:
        yield
    except Exception as error:
        if type(error).__name__ == "SocketBlockedError":
            error.add_note(OFFLINE)
        raise
    guard.check(item.stash.get(MADE, None))
