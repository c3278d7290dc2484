"""The judge: what the learner's tests are worth, told by apps they must accept or fail on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Container
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from katas import sentences
from katas.ladder import ROOT, Kata, KataError, Variant
from katas.patches import Stale
from katas.pool import Order, Pool, Result, last_line
from katas.variants import copy_app, copy_with_canary, stale

CANARY_TEST = Path(__file__).parent / "canary"
BROKEN_RUNNER = (
    "This is a fault of the katas' runner, not of your tests: please report it with this line."
)


@dataclass(frozen=True)
class Verdict:
    """What came of one variant: accepted or refused, caught or not, or not judged."""

    name: str
    outcome: str
    said: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it is as it should be."""
        return self.outcome in ("accepted", "caught")


def names(kata: Kata) -> list[str]:
    """Return the names of all that a check of this kata judges, in their order."""
    kept = ["goals", "suite"] if kata.refactoring else []
    variants = [variant.name for variant in (*kata.wheats, *kata.bugs)]
    return [*kept, *(["correct-app", *variants] if kata.catches else [])]


class Check:
    """One examination of some tests by all variants of a kata; it begins at once."""

    def __init__(
        self,
        kata: Kata,
        folder: Path,
        tests: list[Path],
        pool: Pool,
        scratch: Path,
        lazily: bool = False,
        leave_out: Container[str] = (),
    ) -> None:
        self.kata, self.folder, self.pool, self.scratch = kata, folder, pool, scratch
        self.tests, self.leave_out = tuple(str(each) for each in tests), leave_out
        self.runs: dict[str, Future[Result]] = {}
        if not lazily:
            self.canary = pool.submit(
                Order(lambda: copy_with_canary(self._place()), (str(CANARY_TEST),), CANARY_TEST)
            )
            self.begin()

    def begin(self) -> None:
        """Have the tests run on all variants, the correct ones first."""
        self.runs = {"first": self.run_as_is(), "second": self.run_as_is(backwards=True)}
        for variant in (*self.kata.wheats, *self.kata.bugs):
            self.runs[variant.name] = self.run(variant)

    def run(self, *variants: Variant, **options: object) -> Future[Result]:
        """Have the tests run on a copy of the app, with these variants' diffs applied."""
        return self.pool.submit(
            Order(lambda: self._make(*variants), self.tests, self.folder, options)
        )

    def run_as_is(self, **options: object) -> Future[Result]:
        """Have the tests run on the app that no variant has changed."""
        return self.run(**options)

    def _make(self, *variants: Variant) -> Path:
        return copy_app(self._place(), *variants)

    def _place(self) -> Path:
        self.scratch.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{self.kata.number}-", dir=self.scratch))

    def result(self, name: str) -> Result:
        """Return how one run ended, once it has."""
        return settled(self.runs[name])

    @cached_property
    def trouble(self) -> list[str]:
        """What keeps the tests from being judged at all."""
        check_canary(self.canary)
        return sentences.of_run(self.kata, self.result("first"))

    @cached_property
    def refused(self) -> dict[str, dict[str, str]]:
        """For each correct app that some tests fail on: these tests, and what to say of each."""
        if self.trouble:
            return {"correct-app": {"": " ".join(self.trouble)}}
        found = {"correct-app": self._refused_by_the_app()}
        if not found["correct-app"]:
            found |= {wheat.name: self._refused_by(wheat) for wheat in self.kata.wheats}
        return {name: tests for name, tests in found.items() if tests}

    def verdict(self, name: str) -> Verdict:
        """Return what came of one variant, or of the app itself."""
        if name.startswith("bug-"):
            return self._of_bug(name)
        if tests := self.refused.get(name):
            return Verdict(name, "refused", list(tests.values()), [each for each in tests if each])
        if name != "correct-app" and "correct-app" in self.refused:
            return Verdict(name, "not judged", ["Not judged until the app itself is accepted."])
        return Verdict(name, "accepted")

    def verdicts(self) -> list[Verdict]:
        """Return what came of all that is not left out."""
        return [self.verdict(name) for name in names(self.kata) if name not in self.leave_out]

    def misconception(self) -> str:
        """Return what the learner believes, if one test alone is refused and one bug agrees."""
        names = {name for tests in self.refused.values() for name in tests}
        if self.trouble or len(names) != 1:
            return ""
        [name] = names
        agree = [bug for bug in self.kata.bugs if name in self.result(bug.name).passed]
        if len(agree) != 1 or not agree[0].belief:
            return ""
        return f"{name} believes what one of the bugs is made of: {agree[0].belief}"

    def _of_bug(self, name: str) -> Verdict:
        if self.refused:
            return Verdict(name, "not judged", ["Not judged until all correct apps are accepted."])
        result = self.result(name)
        if result.failed:
            return Verdict(name, "caught", by=result.failed)
        if result.trouble or result.errors:
            return Verdict(name, "caught", by=["a test that cannot run there"])
        number = len(result.tests)
        yours = "your test passes" if number == 1 else f"your {number} tests pass"
        return Verdict(name, "not caught", [f"{yours} on this broken app"])

    def _refused_by_the_app(self) -> dict[str, str]:
        first, second = self.result("first"), self.result("second")
        found = {name: sentences.reads(name) for name in first.readers}
        unsteady = sorted({*first.failed} ^ {*second.failed})
        if unsteady:
            again, again_backwards = self.run_as_is(), self.run_as_is(backwards=True)
            repeated = [(first, settled(again)), (second, settled(again_backwards))]
            for name in unsteady:
                same = all((name in a.failed) == (name in b.failed) for a, b in repeated)
                found[name] = (sentences.depends_on_order if same else sentences.flaky)(name)
        steady = [name for name in first.failed if name not in unsteady]
        several = len(first.tests) > 1
        alone = {name: self.run_as_is(only=[name]) for name in steady if several}
        for name in steady:
            if name in alone and settled(alone[name]).green:
                found[name] = sentences.fails_with_others(name)
            else:
                said = sentences.explain(first.message(name))
                found[name] = sentences.fails_on_correct_app(name, said)
        return found

    def _refused_by(self, wheat: Variant) -> dict[str, str]:
        result = self.result(wheat.name)
        if result.trouble or result.errors:
            trouble = " ".join(sentences.of_run(self.kata, result))
            return {"": sentences.fails_on_wheat("Your test file", wheat.title, trouble)}
        if not result.failed:
            return {}
        again = settled(self.run(wheat))
        found = {}
        for name in result.failed:
            if name in again.passed:
                found[name] = sentences.flaky(name)
            else:
                said = sentences.explain(result.message(name))
                found[name] = sentences.fails_on_wheat(name, wheat.title, said)
        return found


def settled(future: Future[Result]) -> Result:
    """Return a result that can be relied on; raise KataError if the runner or a patch is broken."""
    try:
        result = future.result()
    except Stale as error:
        raise stale(error) from error
    if result.astray:
        raise KataError(f"{BROKEN_RUNNER} (It has tested {result.astray} instead of a copy.)")
    return result


def check_canary(canary: Future[Result]) -> None:
    """Raise KataError unless the canary's test has failed on the app that is broken on purpose."""
    result = settled(canary)
    if result.failed != ["test_canary"]:
        said = last_line(result.errors[0]) if result.errors else "no test failed"
        raise KataError(f"{BROKEN_RUNNER} (The canary was not caught: {said}.)")


def order_for_suite(make: Callable[[], Path], tests: tuple[str, ...], **options: object) -> Order:
    """Return the order to run a part of the repository's own suite."""
    limits: dict[str, object] = {"timeout": 60, "limit": 300.0}
    return Order(make, tests, ROOT, limits | options)
