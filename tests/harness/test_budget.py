"""A test that costs too much fails where the budget is asked for, on any machine."""

import pytest

from tests.support import budget

CONFTEST = """
pytest_plugins = ["pytest_rq.plugin"]

from tests.support.budget import Budget

def pytest_configure(config):
    config.pluginmanager.register(Budget())
"""
BURN = "sum(number for number in range(3_000_000))"


@pytest.fixture
def run(project, monkeypatch):
    """Run tests of a project that has a budget of four turns, and return how it went."""
    monkeypatch.setattr(budget, "TURNS", 4)
    project.pytester.makeconftest(CONFTEST)
    return project.test


@pytest.mark.parametrize(
    "tests",
    [
        f"def test_slow():\n    {BURN}",
        f"import pytest\n@pytest.fixture\ndef slow():\n    {BURN}\ndef test_slow(slow):\n    pass",
    ],
    ids=["the test", "its fixture"],
)
def test_what_costs_too_much_fails(run, tests):
    result = run(tests)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*turns of the calibration loop; the budget is 4.*"])


def test_what_only_waits_passes(run):
    run("import time\ndef test_it():\n    time.sleep(0.2)").assert_outcomes(passed=1)


def test_what_fails_says_what_it_always_says(run):
    result = run(f"def test_it():\n    {BURN}\n    assert 1 == 2")

    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*budget*")
