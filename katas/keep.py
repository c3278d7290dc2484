"""The judge of a refactoring: the learner's own copy of the app, its goals, and the suite."""

from __future__ import annotations

from pathlib import Path

from katas import sentences
from katas.judge import Check, Verdict, check_canary, order_for_suite
from katas.ladder import Variant
from katas.pool import Result
from katas.suite import files_of_suite
from katas.variants import copy_app


class KeepCheck(Check):
    """Examines a copy of the app: by the goals that are given, and by the repository's suite."""

    def begin(self) -> None:
        """Have the goals and both halves of the suite run."""
        self.runs = {"first": self.run()}
        for half, tests in enumerate(files_of_suite()):
            self.runs[f"suite-{half}"] = self.pool.submit(order_for_suite(self._copy, tests))

    def _make(self, *_variants: Variant) -> Path:
        return self._copy()

    def _copy(self) -> Path:
        return copy_app(self._place(), app=self.folder / "app")

    def verdict(self, name: str) -> Verdict:
        """Return whether the goals are reached, or the suite accepts the app."""
        check_canary(self.canary)
        if name == "goals":
            result = self.result("first")
            said = sentences.of_run(self.kata, result) or [
                f"{each}: {result.message(each)}" for each in result.failed
            ]
        else:
            halves = [self.result(run) for run in self.runs if run.startswith("suite-")]
            said = [sentence for half in halves for sentence in of_suite(half)]
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
