"""The judge of a refactoring: the learner's own copy of the app, its goals, and the suite."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from katas import sentences
from katas.judge import Check, Verdict, check_canary, order_for_suite
from katas.ladder import Variant
from katas.pool import Order, Result
from katas.suite import files_of_suite
from katas.variants import copy_app


class KeepCheck(Check):
    """Examines a copy of the app: by the goals that are given, and by the repository's suite.

    If the learner writes tests too, they have to hold on that copy, and are examined as in other
    katas, by variants of our solution.
    """

    def begin(self) -> None:
        """Have the goals, both halves of the suite, and the learner's own tests run.

        The suite takes longest by far: it can be left out.
        """
        if self.kata.catches:
            super().begin()
        self.runs["goals"] = self.run()
        assert self.kata.refactoring
        if "suite" in self.leave_out:
            return
        joining = self.kata.refactoring.joins
        for half, tests in enumerate([*files_of_suite(), *([joining] if joining else [])]):
            self.runs[f"suite-{half}"] = self.pool.submit(order_for_suite(self._copy, tests))

    def run(self, *variants: Variant, **options: object) -> Future[Result]:
        """Have all tests run on the learner's app; on one of ours, those that the learner wrote."""
        if not variants:
            return self.pool.submit(Order(self._copy, self.tests, self.folder, options))
        given = {file.name for file in (self.kata.folder / "given").glob("test_*.py")}
        own = tuple(test for test in self.tests if Path(test).name not in given)
        return self.pool.submit(Order(lambda: self._make(*variants), own, self.folder, options))

    def run_as_is(self, **options: object) -> Future[Result]:
        """Have the learner's tests run on our solution."""
        assert self.kata.refactoring
        return self.run(self.kata.refactoring, **options)

    def _copy(self) -> Path:
        return copy_app(self._place(), app=self.folder / "app")

    def verdict(self, name: str) -> Verdict:
        """Return whether the goals are reached, whether the suite accepts the app, or the rest."""
        check_canary(self.canary)
        if name == "goals":
            result = self.result("goals")
            said = sentences.of_run(self.kata, result) or [
                f"{each}: {result.message(each)}" for each in result.failed
            ]
        elif name == "suite":
            halves = [self.result(run) for run in self.runs if run.startswith("suite-")]
            said = [sentence for half in halves for sentence in of_suite(half)]
        else:
            return super().verdict(name)
        return Verdict(name, "refused" if said else "accepted", said)


def of_suite(result: Result) -> list[str]:
    """Return why the suite refuses an app, if it does: its first failures."""
    if result.green:
        return []
    if not result.failed:
        return [sentences.explain(each) for each in result.errors] or [
            f"The suite {result.trouble or 'tested nothing'}."
        ]
    first = [f"{name}: {result.message(name)}" for name in result.failed[:3]]
    more = len(result.failed) - len(first)
    return [*first, f"… and {more} more tests of the suite fail."] if more else first
