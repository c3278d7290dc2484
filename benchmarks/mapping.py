"""What each test of the default suite runs, and how long it takes."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pytest

from benchmarks.forks import ROOT, in_a_fork
from benchmarks.trial import A_WHILE, Watching, run_pytest


class Map(NamedTuple):
    """How long each test takes, in seconds, and which tests run each line of each file.

    What runs on import, or is made once for all tests, is run by the test "".
    """

    seconds: dict[str, float]
    ran: dict[str, dict[int, set[str]]]

    def runs_early(self, file: str, first: int, last: int) -> bool:
        """Return whether one of these lines runs before any test."""
        return any("" in self.ran.get(file, {}).get(n, ()) for n in range(first, last + 1))

    def tests_of(self, file: str, first: int, last: int) -> list[str]:
        """Return the tests that depend on one of these lines, the quickest first.

        On what runs on import all do: those that run something of the file come first.
        """
        lines = self.ran.get(file, {})
        found = _union(lines.get(number, set()) for number in range(first, last + 1))
        near = _union(lines.values()) if "" in found else found
        tests = self.seconds.keys() if "" in found else found
        return sorted(tests, key=lambda test: (test not in near, self.seconds[test], test))


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def map_the_suite(*where: str) -> Map:
    """Run the tests there, or all; raises ChildProcessError if one fails."""
    told = in_a_fork(lambda: _mapped(where), A_WHILE)
    if not (told and told["passed"]):
        raise ChildProcessError(f"The suite fails as it is: {told and told['said']}")
    ran = {
        file: {int(line): set(tests) for line, tests in lines.items()}
        for file, lines in told["ran"].items()
    }
    return Map(told["seconds"], ran)


class Mapping(Watching):
    """Notes what each test runs, and how long it takes."""

    def __init__(self) -> None:
        super().__init__()
        from coverage import Coverage

        self.coverage = Coverage(data_file=None, config_file=False, source=[str(ROOT / "app")])
        self.seconds: dict[str, float] = defaultdict(float)
        self.test = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Begin with a test."""
        self.test = nodeid
        self.coverage.switch_context(nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Count what is made once for all tests with what runs on import."""
        if fixturedef.scope == "function":
            return (yield)
        self.coverage.switch_context("")
        try:
            return (yield)
        finally:
            self.coverage.switch_context(self.test)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note how long it took."""
        super().pytest_runtest_logreport(report)
        self.seconds[report.nodeid] += report.duration

    def ran(self) -> dict[str, dict[int, list[str]]]:
        """Return the tests that ran each line of each file."""
        data = self.coverage.get_data()
        return {
            os.path.relpath(file, ROOT): data.contexts_by_lineno(file)
            for file in data.measured_files()
        }


def _mapped(where: Sequence[str]) -> dict[str, Any]:
    os.environ["COVERAGE_CORE"] = "ctrace"  # the only one that tells by which test
    mapping = Mapping()
    mapping.coverage.start()
    passed = run_pytest(mapping, where)
    mapping.coverage.stop()
    return {
        "passed": passed,
        "said": mapping.failed,
        "seconds": mapping.seconds,
        "ran": mapping.ran(),
    }
