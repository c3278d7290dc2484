"""The real backend on a broker that is there already, at REDIS_URL."""

import pytest

from pytest_rq.backends import real_connection

pytestmark = pytest.mark.server

TESTS = """
from work import work

def test_it(backend, queue, jobs):
    queue.enqueue(work)
    assert jobs.run().finished == 1
    assert backend.connection.dbsize() > 0

def test_next(backend):
    assert backend.connection.dbsize() == 0
"""


@pytest.fixture
def given(monkeypatch):
    """A broker, a database of which is named by REDIS_URL."""
    for name in ("REDIS_URL", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    with real_connection("") as broker:
        port = broker.connection_pool.connection_kwargs["port"]
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/5")
        yield broker


def test_it_is_used_and_left_empty(given, project):
    result = project.test(TESTS, "--backend", "real")

    result.assert_outcomes(passed=2)
    assert given.info("keyspace") == {}


def test_it_is_refused_if_it_holds_anything(given, project):
    with real_connection("") as connection:
        connection.set("precious", 1)

    result = project.test(TESTS, "--backend", "real")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*: REDIS_URL names a database that is not empty: redis://*/5. *"])
    assert list(given.info("keyspace")) == ["db5"]


def test_each_process_of_xdist_has_a_database_of_its_own(given):
    for process in ("gw0", "gw2"):
        with real_connection(process) as connection:
            connection.set("mine", 1)

    assert list(given.info("keyspace")) == ["db5", "db7"]
