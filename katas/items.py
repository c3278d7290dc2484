"""What `pytest katas` collects: the learner's own tests, then a test case for each variant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from katas import sentences, workplace
from katas.judge import Check, Verdict, names
from katas.ladder import Kata, KataError, run_command
from katas.pool import TEST_SECONDS
from katas.variants import edited_files

CHECKS = pytest.StashKey[dict[Kata, Check]]()


class NotGood(Exception):
    """A variant was refused, or a bug not caught; the text says why."""


class KataFolder(pytest.Directory):
    """One kata: the learner's folder, then the variants."""

    kata: Kata

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Copy what the learner begins with, if need be, and collect it."""
        workplace.begin(self.kata)
        if not self.kata.refactoring:  # else they are tests of an app that is not this one
            bench = Bench.from_parent(self, path=workplace.bench(self.kata))
            bench.kata = self.kata
            yield bench
        if workplace.revealed(self.kata):
            variants = Variants.from_parent(self, path=self.path / "kata.toml")
            variants.kata = self.kata
            yield variants


class Bench(pytest.Directory):
    """The learner's folder for one kata; its conftest.py holds for its tests."""

    kata: Kata

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Collect the test files in it."""
        self.session.gethookproxy(self.path)  # loads its conftest.py
        for file in workplace.tests(self.kata):
            yield LearnersModule.from_parent(self, path=file)


class LearnersModule(pytest.Module):
    """A test file of the learner's, whose mistakes are told in a sentence."""

    def collect(self) -> Iterable[Any]:
        """Collect its tests; one that hangs is ended soon."""
        self.add_marker(pytest.mark.timeout(TEST_SECONDS))
        return super().collect()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_style: Any) -> Any:
        """Say what is wrong with the file."""
        return sentences.explain(str(excinfo.value))


class Variants(pytest.File):
    """All that is judged in a kata, one test case each."""

    kata: Kata

    def collect(self) -> Iterator[pytest.Item]:
        """Give a test case to the app itself, to each wheat and to each bug."""
        titles = {each.name: each.title for each in (*self.kata.wheats, *self.kata.bugs)}
        for name in names(self.kata):
            yield VariantItem.from_parent(self, name=name, title=titles.get(name, ""))


class VariantItem(pytest.Item):
    """The learner's tests on one variant: passed if it was accepted, or caught."""

    def __init__(self, *, title: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.title = title
        self.add_marker(pytest.mark.timeout(0))  # the runner has its own limits
        self.verdict: Verdict | None = None

    @property
    def kata(self) -> Kata:
        """The kata that it belongs to."""
        assert isinstance(self.parent, Variants)
        return self.parent.kata

    def runtest(self) -> None:
        """Wait for the verdict, and fail unless it is a good one."""
        self.verdict = self.config.stash[CHECKS][self.kata].verdict(self.name)
        if self.verdict.outcome == "not judged":
            pytest.skip(self.verdict.said[0])
        if not self.verdict.good:
            named = f"{self.title}: " if self.name.startswith("bug-") else ""
            raise NotGood(named + " ".join(self.verdict.said))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_style: Any) -> Any:
        """Say it in words."""
        if isinstance(excinfo.value, NotGood | KataError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name it by its kata, and by the complaint."""
        return self.path, None, f"{self.kata.number} {self.name} {self.title}".rstrip()


def hand_made_changes(check: Check) -> str:
    """Return a reminder of files of the app that were edited, if the app itself is refused."""
    if check.kata.kind == "KEEP" or "correct-app" not in check.refused or check.trouble:
        return ""
    edited = edited_files()
    if not edited:
        return ""
    return (
        f"You have changed {', '.join(edited)}. Put it back by `git checkout app`, then run "
        f"`{run_command(check.kata)}` again."
    )
