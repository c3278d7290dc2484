"""Many mutants tried by one pytest: it has collected the tests, and forks for each mutant.

That takes milliseconds where a pytest of its own takes a second. Only what runs in the tests
themselves can be tried so: its code is exchanged in functions that are there already.
"""

from __future__ import annotations

import inspect
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

from benchmarks.forks import ROOT, Tell, from_a_fork, in_a_fork
from benchmarks.trial import A_WHILE, Ended, Watching, file_of, run_pytest, surely


class Trial(NamedTuple):
    """Code for one function of a file, and the tests that run it."""

    file: str
    function: str
    code: str
    tests: list[str]


def try_each(trials: Sequence[Trial]) -> Iterator[Ended | None]:
    """Yield how the tests of each trial end; None if its code cannot be exchanged."""
    count = 0
    for told in from_a_fork(lambda tell: _try_each(trials, tell), 2 * A_WHILE):
        yield Ended(*told) if told else None
        count += 1
    if count < len(trials):
        raise ChildProcessError(f"The pytest that tries mutants died at {trials[count][:2]}.")


def _try_each(trials: Sequence[Trial], tell: Tell) -> None:
    warm = Warm(trials, tell)
    run_pytest(warm, sorted({file_of(test) for trial in trials for test in trial.tests}))


class Warm(Watching):
    """A plugin of pytest that runs the tests of each trial in a fork."""

    def __init__(self, trials: Sequence[Trial], tell: Tell) -> None:
        super().__init__()
        self.trials = trials
        self.tell = tell

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Make what is made once for all tests, then try each trial."""
        items = {item.nodeid: item for item in session.items}
        first, second, *_ = (item for item in session.items if "app" in item.fixturenames)
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=second)
        kept = set(_folder(session).iterdir())
        for trial in self.trials:
            possible = in_a_fork(partial(exchange, trial), A_WHILE)
            self.tell(surely(partial(self._try, trial, items), trial.tests) if possible else None)
            for folder in set(_folder(session).iterdir()) - kept:
                shutil.rmtree(folder, ignore_errors=True)
        return True

    def _try(self, trial: Trial, items: dict[str, Any], tests: Sequence[str]) -> Ended:
        chosen = [items[test] for test in tests]
        told = in_a_fork(lambda: self._run(trial, chosen), A_WHILE)
        return Ended(*told) if told else Ended(False, "no end in time, or the process died")

    def _run(self, trial: Trial, items: list[Any]) -> Ended:
        """Exchange the code and run the tests, as far as to the first that fails."""
        self.failed = "" if exchange(trial) else "the code could not be exchanged"
        items[0].session._setupstate.teardown_exact(items[0])  # as before every test
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return Ended(False, self.failed)
        return Ended(True)


def _folder(session: Any) -> Path:
    return Path(session.config.option.basetemp)


def exchange(trial: Trial) -> bool:
    """Give a function that is there already the code it has in the trial; False if it is not."""
    path = str(ROOT / trial.file)
    found = {each for each in _functions(path) if each.__code__.co_qualname == trial.function}
    new = list(_codes(compile(trial.code, path, "exec"), trial.function))
    if len(found) != 1 or len(new) != 1:
        return False
    [function] = found
    if function.__code__.co_freevars != new[0].co_freevars:
        return False
    function.__code__ = new[0]
    return True


def _functions(path: str) -> Iterator[FunctionType]:
    """Yield the functions and methods of a file, without what decorates them."""
    module = next(each for each in list(sys.modules.values()) if _file(each) == path)
    held = list(vars(module).values())
    held += [each for kind in held if isinstance(kind, type) for each in vars(kind).values()]
    for each in held:
        inner = inspect.unwrap(each) if callable(each) else each
        if isinstance(inner, FunctionType) and inner.__code__.co_filename == path:
            yield inner


def _file(module: Any) -> str:
    return str(getattr(module, "__file__", None))


def _codes(code: CodeType, name: str) -> Iterator[CodeType]:
    """Yield the code of the functions of this name."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_qualname == name:
                yield each
            yield from _codes(each, name)
