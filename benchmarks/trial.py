"""The default suite, run with other code for one module."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from tempfile import TemporaryDirectory
from types import CodeType
from typing import Any, NamedTuple

import click
import pytest
from click.globals import pop_context

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


def run(tests: Sequence[str], file: str, code: str) -> Ended:
    """Run these tests in this order, with other code for one file of the app."""

    def attempt(some: Sequence[str]) -> Ended:
        told = in_a_fork(lambda: _run(some, file, code), A_WHILE)
        return Ended(*told) if told else Ended(False, "no end in time, or the process died")

    return surely(attempt, tests)


def surely(attempt: Callable[[Sequence[str]], Ended], tests: Sequence[str]) -> Ended:
    """Return how the tests end; one that fails has to fail once more, for a machine may be slow."""
    ended = attempt(tests)
    if not ended.passed and ended.said in tests and attempt([ended.said]).passed:
        ended = attempt(tests)
    return ended


def _run(tests: Sequence[str], file: str, code: str) -> Ended:
    given = Given(file, code)
    sys.meta_path.insert(0, given)
    chosen = Chosen(tests)
    passed = run_pytest(chosen, sorted(set(map(file_of, tests))))
    return Ended(passed, chosen.failed, given.loaded)


def run_pytest(plugin: Any, where: Sequence[str]) -> bool:
    """Run these tests, or all, and return whether they pass."""
    while click.get_current_context(silent=True):
        pop_context()  # wsgi.py asks which command it is imported by: by none, as under pytest
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
