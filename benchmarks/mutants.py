"""`mutants`: small changes to the task system, each of which the suite has to notice."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import click

from benchmarks import forks, mapping, mutations, trial
from benchmarks.forks import ROOT
from benchmarks.mapping import Map
from benchmarks.mutations import Mutant
from benchmarks.trial import Ended
from benchmarks.warm import Trial, try_each

FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "app/tasks").glob("*.py"))
FILES += ["app/letter.py", "app/mail.py", "app/notifications.py"]
AT_LEAST = 95  # of a hundred mutants have to be noticed
KNOWN = "benchmarks/survivors.toml"
SO_FAR = ROOT / ".mutants.json"

QUICK, EVERY = "app/mail.py", 40
QUICK_TESTS = ["tests/unit/test_mail.py", "tests/unit/test_message_ids.py"]
NEAREST = 40  # tests, which are collected sooner than all
NOBODY = "no test runs it"


class Survivor(NamedTuple):
    """A mutant, or by "*" each of a function, that no test notices, and why that is all right."""

    file: str
    function: str
    change: str
    reason: str

    def is_one(self, mutant: Mutant) -> bool:
        """Return whether it is this mutant."""
        there = (self.file, self.function) == (mutant.file, mutant.function)
        return there and self.change.strip() in ("*", mutant.change)


@click.command()
@click.argument("files", nargs=-1)
@click.option("--quick", is_flag=True, help="A few mutants of one file, and its own tests.")
@click.option("--continue", "on", is_flag=True, help="Leave out what an earlier run noticed.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of a table.")
def mutants(files: tuple[str, ...], quick: bool, on: bool, as_json: bool) -> None:
    """Small changes to the task system, each to be noticed by a test; exit 1 if too many are not.

    Without FILES, all of app/tasks, and app/letter.py, app/mail.py and app/notifications.py.
    """
    if not hasattr(os, "fork"):
        raise click.ClickException("Windows cannot fork: run this in WSL, or in CI.")
    chosen = [QUICK] if quick else list(files) or FILES
    forks.preload()
    mapped = mapping.map_the_suite(*QUICK_TESTS if quick else [])
    found = [mutant for file in chosen for mutant in mutations.mutants_of(ROOT, file)]
    if quick:
        found = [mutant for mutant in found if tests_of(mutant, mapped)][::EVERY]
    hidden = {"file": sys.stderr, "hidden": not sys.stderr.isatty()}
    with click.progressbar(run_all(found, mapped, on), len(found), "Mutating", **hidden) as runs:
        ended = dict(runs)
    for file in chosen:
        check_the_run(file, mapped)
    report(ended, [] if quick else [each for each in survivors() if each.file in chosen], as_json)


def survivors() -> list[Survivor]:
    """Return those that are known."""
    listed = tomllib.loads((ROOT / KNOWN).read_text(encoding="utf-8"))["survivor"]
    return [Survivor(**each) for each in listed]


def tests_of(mutant: Mutant, mapped: Map) -> list[str]:
    """Return the tests that run what is changed, or the statement that it is in."""
    here, around = (mapped.tests_of(mutant.file, *at) for at in (mutant.lines, mutant.statement))
    return here or around


def run_all(found: list[Mutant], mapped: Map, on: bool) -> Iterator[tuple[Mutant, Ended]]:
    """Yield how the suite ended with each mutant; what was is kept, so that a run can go on."""
    noticed = json.loads(SO_FAR.read_text()) if on and SO_FAR.exists() else {}
    yield from ((each, Ended(False, noticed[each.key])) for each in found if each.key in noticed)
    for mutant, ended in _run([each for each in found if each.key not in noticed], mapped):
        if not ended.loaded:
            raise click.ClickException(f"{mutant.file}: the mutant was not imported.")
        if not ended.passed:
            noticed[mutant.key] = ended.said
            SO_FAR.write_text(json.dumps(noticed, indent=1))
        yield mutant, ended


def _run(found: list[Mutant], mapped: Map) -> Iterator[tuple[Mutant, Ended]]:
    """Yield how the suite ended: first what one warm pytest can try, then the rest."""
    tests = {mutant: tests_of(mutant, mapped) for mutant in found}
    warm, alone = [], []
    for mutant in found:
        if not tests[mutant]:
            yield mutant, Ended(True, NOBODY)
        elif mapped.runs_early(mutant.file, *mutant.statement):
            alone.append(mutant)
        else:
            warm.append(mutant)
    trials = [Trial(each.file, each.function, each.code, tests[each]) for each in warm]
    for mutant, ended in zip(warm, try_each(trials), strict=True):
        if ended is None:
            alone.append(mutant)
        else:
            yield mutant, ended
    for mutant in alone:
        yield mutant, _run_alone(mutant, tests[mutant])


def _run_alone(mutant: Mutant, tests: list[str]) -> Ended:
    ended = trial.run(tests[:NEAREST], mutant.file, mutant.code)
    if ended.passed and (others := tests[NEAREST:]):
        ended = trial.run(others, mutant.file, mutant.code)
    return ended


def check_the_run(file: str, mapped: Map) -> None:
    """Raise unless tests pass with the file as it is, and fail with one that is broken."""
    text = (ROOT / file).read_text(encoding="utf-8")
    tests = mapped.tests_of(file, 1, text.count("\n") + 1)[:NEAREST]
    as_it_is = trial.run(tests, file, text)
    broken = trial.run(tests, file, f"raise ZeroDivisionError\n{text}")
    if not as_it_is.passed or broken.passed or not (as_it_is.loaded and broken.loaded):
        raise click.ClickException(f"{file}: this run proves nothing. {as_it_is} {broken}")


def report(ended: dict[Mutant, Ended], known: list[Survivor], as_json: bool) -> None:
    """Write the table; exit 1 for too many survivors, one without a reason, or a stale reason."""
    survived = [mutant for mutant, end in ended.items() if end.passed]
    new = [mutant for mutant in survived if not any(each.is_one(mutant) for each in known)]
    stale = [each for each in known if not any(each.is_one(mutant) for mutant in survived)]
    rows = list(_rows(ended))
    if as_json:
        told = {"rows": rows, "new": [each[:3] for each in new]}
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(f"{'':24} {'mutants':>8} {'noticed':>8} {'survived':>8} {'score':>8}")
        for name, every, noticed, score in rows:
            click.echo(f"{name:24} {every:8} {noticed:8} {every - noticed:8} {score:7.1f}%")
    for word, several in (("survived", new), ("does not survive", stale)):
        for each in several:
            click.echo(f"\nThis {word}: {each.file} {each.function}\n{each.change}", err=True)
    if new or stale:
        raise click.ClickException(
            f"Write a test, or a reason in {KNOWN}, for what survived ({len(new)}); delete there "
            f"what does not survive ({len(stale)})."
        )
    if rows[-1][3] < AT_LEAST:
        raise click.ClickException(f"{rows[-1][3]:.1f} % were noticed; it has to be {AT_LEAST} %.")


def _rows(ended: dict[Mutant, Ended]) -> Iterator[tuple[str, int, int, float]]:
    """Yield name, mutants, those that were noticed, and their share, of each file and of all."""
    every = Counter(mutant.file for mutant in ended)
    noticed = Counter(mutant.file for mutant, end in ended.items() if not end.passed)
    for file in every:
        yield file, every[file], noticed[file], 100 * noticed[file] / every[file]
    yield "all", every.total(), noticed.total(), 100 * noticed.total() / every.total()
