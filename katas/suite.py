"""The repository's own suite, examined by all variants."""

from __future__ import annotations

import itertools
import tomllib
from concurrent.futures import Future
from pathlib import Path

from katas.judge import order_for_suite, settled
from katas.ladder import ROOT, Kata, Variant
from katas.patches import Stale, apply
from katas.pool import Pool, Result
from katas.variants import copy_app


class Suite:
    """Runs the part that a kata names on each of its bugs, and the whole on all wheats.

    A solution that is a refactoring is one of them. Wheats that touch different places stand in one
    copy: a whole run on it accepts them all. If it fails, the group is halved, so that a refusal is
    always one wheat's own.
    """

    def __init__(self, pool: Pool, scratch: Path) -> None:
        self.pool, self.scratch = pool, scratch / "suite"
        self.faults: list[str] = []
        self.on_bugs: dict[Variant, Future[Result]] = {}
        self.on_groups: list[tuple[list[Variant], Future[Result]]] = []
        self._numbers = itertools.count()

    def begin(self, katas: list[Kata]) -> None:
        """Have all runs done, the longest first."""
        wheats = [wheat for kata in katas for wheat in kata.wheats]
        wheats += [kata.refactoring for kata in katas if kata.refactoring]
        self.on_groups = [
            (group, self.run(tuple(group), whole_suite())) for group in self.grouped(wheats)
        ]
        for kata in katas:
            for bug in kata.bugs:
                self.on_bugs[bug] = self.run((bug,), kata.suite or whole_suite(), exit_first=True)

    def run(
        self, variants: tuple[Variant, ...], tests: tuple[str, ...], **options: object
    ) -> Future[Result]:
        """Have some tests run on a copy with these diffs applied, and those that join for them."""
        joining = [test for variant in variants for test in (variant.base or variant).joins]
        tests = (*tests, *dict.fromkeys(joining))
        place = self.scratch / str(next(self._numbers))
        return self.pool.submit(
            order_for_suite(lambda: copy_app(place, *variants), tests, **options)
        )

    def grouped(self, wheats: list[Variant]) -> list[list[Variant]]:
        """Return the wheats in groups whose diffs can be applied together."""
        groups: list[tuple[Path, list[Variant]]] = []
        for wheat in wheats:
            for copy, group in groups:
                try:
                    apply(wheat.patch(), copy, wheat.label)
                except Stale:
                    continue
                group.append(wheat)
                break
            else:
                copy = copy_app(self.scratch / f"group-{len(groups)}", wheat)
                groups.append((copy, [wheat]))
        return [group for _copy, group in groups]

    def bugs(self) -> tuple[list[Variant], list[Variant]]:
        """Return the bugs that the suite catches, and those that it misses."""
        if not any(settled(future).green for _group, future in self.on_groups):
            plain = settled(self.run((), whole_suite()))
            if not plain.green:
                self.faults.append(f"The suite fails on the app itself: {said(plain)}")
        caught, missed = [], []
        for bug, future in self.on_bugs.items():
            if settled(future).green:
                missed.append(bug)
                self.faults.append(f'The suite misses {bug.label}, "{bug.title}": mend the suite.')
            else:
                caught.append(bug)
        return caught, missed

    def wheats(self) -> tuple[list[Variant], list[Variant]]:
        """Return the wheats that the whole suite accepts, and those that it refuses.

        A solution that it refuses is a fault, and counted with neither.
        """
        accepted, refused = [], []
        for group, future in self.on_groups:
            for wheat, result in self._refused(group, settled(future)):
                refused.append(wheat)
                self.faults.append(f"The suite refuses {wheat.label}: {said(result)}")
            accepted += [wheat for wheat in group if wheat not in refused]
        return [each for each in accepted if each.number], [each for each in refused if each.number]

    def _refused(self, group: list[Variant], result: Result) -> list[tuple[Variant, Result]]:
        """Return the wheats of a group that are refused, found by halving it.

        What failed is run once more first: a test may mind that the machine is busy.
        """
        if result.failed and not result.errors:
            again = settled(self.run(tuple(group), whole_suite(), only=result.failed))
            result = result if not again.green else again
        if result.green:
            return []
        if len(group) == 1:
            return [(group[0], result)]
        halves = [group[: len(group) // 2], group[len(group) // 2 :]]
        runs = [self.run(tuple(half), whole_suite()) for half in halves]
        found = [self._refused(half, settled(run)) for half, run in zip(halves, runs, strict=True)]
        return [each for half in found for each in half]


def whole_suite() -> tuple[str, ...]:
    """Return the files that plain `pytest` collects: of a folder, pytest would drop what joins."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = settings["tool"]["pytest"]["ini_options"].get("testpaths", ["tests"])
    return tuple(
        file.relative_to(ROOT).as_posix()
        for folder in folders
        for file in sorted((ROOT / folder).rglob("test_*.py"))
    )


def files_of_suite() -> list[tuple[str, ...]]:
    """Return the files of the suite in two halves that take about as long."""
    files = whole_suite()
    return [files[::2], files[1::2]]


def said(result: Result) -> str:
    """Return what a run that is not green says first."""
    if result.failed:
        return f"{result.failed[0]}: {result.message(result.failed[0])}"
    return next(iter(result.errors), result.trouble or "nothing was tested.")
