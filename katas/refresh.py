"""Rewrite patches after a change of the app: by their meaning where it is beyond doubt."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from katas import patches
from katas.board import Line
from katas.ladder import Kata, Variant
from katas.variants import copy_app


def refresh(kata: Kata, say: Callable[..., None]) -> list[str]:
    """Rewrite a kata's patches for the app as it is; return a sentence for each that needs hands.

    What is rewritten is shown as a diff of the patch, so that somebody can judge it.
    """
    left = []
    for variant in filter(None, (kata.refactoring, *kata.bugs, *kata.wheats)):
        before = variant.patch()
        try:
            after = rewritten(variant)
        except patches.PatchError as error:
            left.append(f"{error} Write that patch anew by hand.")
            continue
        if after != before:
            variant.file.write_text(after, encoding="utf-8", newline="\n")
            say(Line(f"{variant.label} was rewritten:", "head"))
            say(*patches.diff(before, after, "before", "after").splitlines()[2:])
    return left


def rewritten(variant: Variant) -> str:
    """Return the patch for the app as it is; raise Stale if what it changes is not to be found."""
    bases = [variant.base] if variant.base else []
    with tempfile.TemporaryDirectory() as folder:
        as_is = copy_app(Path(folder, "as it is"), *bases)
        copy = copy_app(Path(folder, "changed"), *bases)
        try:
            patches.apply(variant.patch(), copy, variant.label)
        except patches.Stale:
            apply_roughly(variant, copy)
        else:
            return variant.patch()
        return "".join(_diffs(variant, as_is, copy))


def _diffs(variant: Variant, as_is: Path, copy: Path) -> Iterator[str]:
    for each in patches.parse(variant.patch(), variant.label):
        before = (as_is / each.path).read_text(encoding="utf-8")
        yield patches.diff(before, (copy / each.path).read_text(encoding="utf-8"), each.path)


def apply_roughly(variant: Variant, copy: Path) -> None:
    """Apply a patch with less and less of its context, as long as the place is unique."""
    for each in patches.parse(variant.patch(), variant.label):
        file = copy / each.path
        if not file.is_file():
            raise patches.Stale(f"{variant.label} changes {each.path}, which is gone.")
        lines = file.read_text(encoding="utf-8").split("\n")
        for hunk in each.hunks:
            lines = _replaced(lines, hunk, variant, each.path)
        file.write_text("\n".join(lines), encoding="utf-8", newline="\n")


def _replaced(lines: list[str], hunk: patches.Hunk, variant: Variant, path: str) -> list[str]:
    for before, after in _narrower(hunk.lines):
        part = patches.Hunk(hunk.line, hunk.lines[before : len(hunk.lines) - after])
        old: Any = part.side("-")
        places = patches.occurrences(lines, old) if old else []
        if len(places) == 1:
            [at] = places
            return [*lines[:at], *part.side("+"), *lines[at + len(old) :]]
    raise patches.Stale(
        f"{variant.label}, line {hunk.line} of {path}: what it changes is not there any more, or "
        "not once."
    )


def _narrower(lines: list[str]) -> list[tuple[int, int]]:
    """Return how many lines of context to leave out before and after, fewest first."""
    changed = [place for place, line in enumerate(lines) if line[0] != " "]
    most_before, most_after = changed[0], len(lines) - 1 - changed[-1]
    ways = [(b, a) for b in range(most_before + 1) for a in range(most_after + 1)]
    return sorted(ways, key=sum)
