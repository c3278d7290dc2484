"""The examination of one kata: of its texts, its start, its solution and its bugs."""

from __future__ import annotations

import shutil
from collections import defaultdict
from concurrent.futures import Future
from pathlib import Path

from katas.judge import Check, settled
from katas.keep import KeepCheck
from katas.ladder import HERE, KINDS, Kata, Variant
from katas.patches import PatchError, changed_lines
from katas.pool import Order, Pool, Result
from katas.variants import copy_app

README_LINES = 40
CHANGED_LINES = 12
HINTS = 3  # the fourth is the change itself
SMOKE = HERE / "smoke"


def structure(kata: Kata) -> list[str]:
    """Return a sentence for each text that is missing or too long."""
    found = []
    readme = kata.readme.read_text(encoding="utf-8").splitlines() if kata.readme.exists() else []
    if not 1 <= len(readme) <= README_LINES:
        found.append(f"its README.md has {len(readme)} lines, and not 1 to {README_LINES}.")
    if kata.kind not in KINDS:
        found.append(f"its kind is {kata.kind!r}, and none of {', '.join(KINDS)}.")
    if not kata.promises:
        found.append("it names no promise.")
    if not (kata.bugs and kata.wheats):
        found.append("it has no bug, or no wheat.")
    if kata.kind != "CATCH" and len(kata.hints) != HINTS:
        found.append(f"it has {len(kata.hints)} hints of its own, and not {HINTS}.")
    for bug in kata.bugs:
        if not (bug.title and bug.belief):
            found.append(f"bug {bug.number} has no complaint, or no belief.")
        if len(bug.hints) != HINTS or not all(bug.hints):
            found.append(f"bug {bug.number} has {len(bug.hints)} hints, and not {HINTS}.")
    listed = {variant.file for variant in (*kata.bugs, *kata.wheats)}
    unlisted = [file for file in kata.folder.glob("[bw]*/*.patch") if file not in listed]
    found += [f"{file.parent.name}/{file.name} is not in kata.toml." for file in unlisted]
    found += [fault for file in listed if file.exists() for fault in _too_long(file)]
    return [f"Kata {kata.number}: {fault}" for fault in found]


def _too_long(file: Path) -> list[str]:
    name = f"{file.parent.name}/{file.name}"
    try:
        number = changed_lines(file.read_text(encoding="utf-8"), name)
    except PatchError as error:
        return [str(error)]
    return [f"{name} changes {number} lines: {CHANGED_LINES} do."] if number > CHANGED_LINES else []


class Exam:
    """Runs the solution on all variants, the start, and the smoke test on all bugs."""

    def __init__(self, kata: Kata, pool: Pool, scratch: Path) -> None:
        self.kata, self.pool = kata, pool
        self.scratch = scratch / kata.number
        self.seconds = 0.0

    def begin(self) -> None:
        """Have the solution checked."""
        folder = self._bench("solution", "start", "given", "given/second", "solution")
        if self.kata.refactoring:
            copy_app(folder, self.kata.refactoring)
        self.check = self._check(folder)

    def solution(self) -> list[str]:
        """Return a sentence for each thing that the solution does not do, and take the time."""
        verdicts = self.check.verdicts()
        runs = sum(self.check.result(name).seconds for name in self.check.runs)
        self.seconds = self.pool.start() + self.pool.idle(runs) / 2
        found = [
            f"with the solution, {verdict.name} is {verdict.outcome}: {' '.join(verdict.said)}"
            for verdict in verdicts
            if not verdict.good
        ]
        rows = defaultdict(list)
        for verdict in verdicts:
            if verdict.outcome == "caught":
                rows[frozenset(verdict.by)].append(verdict.name)
        found += [
            f"the solution cannot tell {' and '.join(names)} apart."
            for names in rows.values()
            if len(names) > 1 and "CATCH" in self.kata.kind
        ]
        return self._named(found)

    def rest(self) -> list[str]:
        """Return a sentence if the start is solved already, and for each bug that is too loud."""
        smoke = {bug: self._run_smoke(bug) for bug in self.kata.bugs}
        found = []
        if self._start_is_solved():
            found.append("its start is solved already.")
        for bug, future in smoke.items():
            if not settled(future).green:
                found.append(f"bug {bug.number} is so loud that the smoke test fails.")
        return self._named(found)

    def _start_is_solved(self) -> bool:
        folder = self._bench("begin", "start", "given")
        if self.kata.refactoring:
            copy_app(folder)
        check = self._check(folder, lazily=True)
        if not settled(check.run()).green:
            return False
        if self.kata.refactoring:
            return True
        return all(self._caught(settled(check.run(bug))) for bug in self.kata.bugs)

    def _caught(self, result: Result) -> bool:
        return bool(result.failed or result.errors or result.trouble)

    def _run_smoke(self, bug: Variant) -> Future[Result]:
        place = self.scratch / f"smoke-{bug.number}"
        return self.pool.submit(Order(lambda: copy_app(place, bug), (str(SMOKE),), SMOKE))

    def _check(self, folder: Path, lazily: bool = False) -> Check:
        tests = sorted(folder.glob("test_*.py"))
        scratch = self.scratch / f"{folder.name}-apps"
        kind = KeepCheck if self.kata.refactoring else Check
        # The suite takes a solution with the wheats, many at once: katas/suite.py.
        return kind(self.kata, folder, tests, self.pool, scratch, lazily, leave_out={"suite"})

    def _bench(self, name: str, *parts: str) -> Path:
        folder = self.scratch / name
        folder.mkdir(parents=True)
        for part in parts:
            for file in (self.kata.folder / part).glob("*"):
                if file.is_file():
                    shutil.copyfile(file, folder / file.name)
        return folder

    def _named(self, faults: list[str]) -> list[str]:
        return [f"Kata {self.kata.number}: {fault}" for fault in faults]
