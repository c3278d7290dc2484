"""The options, the marker, the fixtures, and the guard around every test."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from redis import Redis

from pytest_rq.backends import Backend, Inline, InProcess, Real, fake_connection, real_connection
from pytest_rq.guard import BLOCKED, Guard, explain
from pytest_rq.jobs import Jobs

BACKENDS: dict[str, type[Backend]] = {each.name: each for each in (Inline, InProcess, Real)}
MADE = pytest.StashKey[Backend]()
PROPERTY = "rq backend"  # of each test that has one, in what --junitxml writes


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
    """Describe the marker; let pytest-socket raise its errors where warnings are errors."""
    config.addinivalue_line(
        "markers", "backend(*names, reason): true only of these backends, and why"
    )
    config.addinivalue_line("filterwarnings", f"ignore:{BLOCKED}:UserWarning")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are not true of this backend; let the real one use sockets."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if _wanted(item) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
    if config.getoption("--backend") == Real.name and config.getoption("--disable-socket", False):
        for item in items:
            item.add_marker("enable_socket")


def _wanted(item: pytest.Item) -> bool:
    """Return whether a test is true of the backend that is chosen."""
    marker = item.get_closest_marker("backend")
    if marker is None:
        return True
    if not marker.kwargs.get("reason"):
        raise pytest.UsageError(f"{item.nodeid}: backend() wants a reason='…'.")
    if unknown := set(marker.args) - set(BACKENDS):
        known = ", ".join(BACKENDS)
        raise pytest.UsageError(f"{item.nodeid}: there is no backend {unknown.pop()!r}: {known}.")
    return _chosen(item) in marker.args


def _chosen(item: pytest.Item) -> str:
    """Return the backend of the command line; in the default run, the cheapest one allowed."""
    chosen = str(item.config.getoption("--backend"))
    marker = item.get_closest_marker("backend")
    allowed = marker.args if marker else (chosen,)
    if chosen == Inline.name and chosen not in allowed and InProcess.name in allowed:
        return InProcess.name
    return chosen


def pytest_report_header(config: pytest.Config) -> str:
    """Say which backend it is."""
    return f"rq backend: {config.getoption('--backend')}"


@pytest.fixture(scope="session")
def real_broker() -> Iterator[Redis]:
    """A client of a real broker, of this process's own."""
    with real_connection(os.environ.get("PYTEST_XDIST_WORKER", "")) as connection:
        yield connection


@pytest.fixture(scope="session")
def fake_broker() -> Redis:
    """A client of a fake broker, of this process's own."""
    return fake_connection()


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A broker that holds nothing yet, and the queues on it.

    A test parametrized by it, with `indirect=True`, runs on the backends that it names.
    """
    kind = BACKENDS[getattr(request, "param", None) or _chosen(request.node)]
    connection = request.getfixturevalue("real_broker" if kind is Real else "fake_broker")
    made = kind(connection)
    request.node.stash[MADE] = made
    request.node.user_properties.append((PROPERTY, kind.name))
    yield made
    del request.node.stash[MADE]  # pytest keeps its items until the end
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
    __tracebackhide__ = True
    guard = Guard()
    try:
        yield
        guard.check(item.stash.get(MADE, None))
    except (Exception, pytest.fail.Exception) as error:
        explain(error, item.stash.get(MADE, None))
        raise
    finally:
        guard.put_back()
