"""The default suite, run with other code for one module, and what each of its tests runs."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Any, NamedTuple

import pytest

from benchmarks.forks import ROOT, in_a_fork

# In the order that is asked for, leaving nothing behind, and ended by the first test that fails.
OPTIONS = ["-x", "-q", "--tb=no", "-p", "no:randomly", "-p", "no:cacheprovider"]
PATIENCE = 20  # seconds for one test; the slowest takes two
A_WHILE = 600  # seconds for all


class Ended(NamedTuple):
    """How a run of the suite ended."""

    passed: bool
    said: str = ""  # the first test that failed, or why none ran
    loaded: bool = True  # whether the code that was imported is the one that was given


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


def run(tests: Sequence[str], file: str, code: str) -> Ended:
    """Run these tests in this order, with other code for one file of the app."""
    told = in_a_fork(lambda: _run(tests, file, code), A_WHILE)
    return Ended(*told) if told else Ended(False, "no end in time, or the process died")


def _run(tests: Sequence[str], file: str, code: str) -> Ended:
    given = Given(file, code)
    sys.meta_path.insert(0, given)
    chosen = Chosen(tests)
    passed = run_pytest(chosen, sorted(set(map(file_of, tests))))
    return Ended(passed, chosen.failed, given.loaded)


def run_pytest(plugin: Any, where: Sequence[str]) -> bool:
    """Run these tests, or all, and return whether they pass."""
    with TemporaryDirectory() as folder:
        options = [f"--timeout={PATIENCE}", f"--basetemp={folder}/tests", f"--rootdir={ROOT}"]
        return pytest.main([*OPTIONS, *options, *where], plugins=[plugin]) == 0


def file_of(test: str) -> str:
    """Return the file that a test is in."""
    return test.partition("::")[0]


class Given(MetaPathFinder):
    """Finds one file of the app, and loads it from code that is given."""

    def __init__(self, file: str, code: str) -> None:
        self.name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self.path = str(ROOT / file)
        self.code = code
        self.loaded = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the module's spec, if it is this one."""
        if name != self.name:
            return None
        return spec_from_file_location(name, self.path, loader=_Loader(self, name))


class _Loader(SourceFileLoader):
    def __init__(self, given: Given, name: str) -> None:
        super().__init__(name, given.path)
        self.given = given

    def get_code(self, fullname: str) -> CodeType:
        self.given.loaded = True
        return compile(self.given.code, self.given.path, "exec")


class Watching:
    """A plugin of pytest that notes which test failed."""

    def __init__(self) -> None:
        self.failed = "an error before any test"

    def pytest_configure(self) -> None:
        """Keep what fails by a mutant from being an example for later runs."""
        from hypothesis import settings

        settings.register_profile("mutants", settings.get_profile("here"), database=None)
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note which test failed."""
        if report.failed:
            self.failed = report.nodeid


class Chosen(Watching):
    """Runs these tests, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        super().__init__()
        self.order = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave the others out."""
        items[:] = [item for item in items if item.nodeid in self.order]
        items.sort(key=lambda item: self.order[item.nodeid])


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
