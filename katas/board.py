"""What a run prints: lines with a style, in plain ASCII where the terminal knows no more."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import NamedTuple

from katas.judge import Check, Verdict
from katas.ladder import Kata, Variant, command, run_command, shown
from katas.workplace import bench, next_of, solved

WIDTH = 88
KEPT = ("goals", "suite")
PLAIN = str.maketrans({"─": "-", "·": "|", "“": '"', "”": '"', "’": "'", "…": "...", "█": "#"})


class Line(NamedTuple):
    """A line, and what it is: `good`, `bad`, `head`, `next`, or nothing in particular."""

    text: str
    style: str = ""


def plain(text: str, encoding: str | None) -> str:
    """Return the text with what this encoding cannot say said otherwise."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return text.translate(PLAIN).encode("ascii", "replace").decode()
    return text


def heading(kata: Kata, width: int = WIDTH) -> Line:
    """Return the line above what is said of a kata."""
    left = f"── kata {kata.number} · {kata.title} "
    return Line(f"{left:─<{width - len(kata.kind) - 4}} {kata.kind} ──", "head")


def judged(check: Check) -> list[Line]:
    """Return what came of all variants: first the correct apps, then the bugs."""
    kata = check.kata
    verdicts = {verdict.name: verdict for verdict in check.verdicts()}
    kept = [verdicts.pop(name) for name in KEPT if name in verdicts]
    lines = of_refactoring(kept)
    if not kata.catches:
        return lines
    if check.trouble:
        return [*lines, *wrapped("  ", *check.trouble)]
    correct = [verdict for name, verdict in verdicts.items() if not name.startswith("bug-")]
    lines.append(count("correct apps", correct, "accepted"))
    for verdict in correct:
        if verdict.outcome == "refused":
            lines += wrapped("  refused     ", *verdict.said)
    if belief := check.misconception():
        lines += wrapped("              ", belief)
    if check.refused:
        return [*lines, Line("bugs            not judged until every correct app is accepted")]
    bugs = [verdicts[bug.name] for bug in kata.bugs]
    lines.append(count("bugs", bugs, "caught"))
    width = max((len(bug.title) for bug in kata.bugs), default=0)
    lines += [of_bug(bug, verdicts[bug.name], width) for bug in kata.bugs]
    if bugs and not any(verdict.good for verdict in bugs) and "CATCH" in kata.kind:
        from katas.sentences import says_nothing

        lines += wrapped("  ", says_nothing(kata))
    return lines


def of_refactoring(verdicts: list[Verdict]) -> list[Line]:
    """Return whether the learner's app reaches its goals, and is accepted by the suite."""
    lines = []
    for verdict in verdicts:
        style = "good" if verdict.good else "bad"
        lines.append(Line(f"{verdict.name:15} {'kept' if verdict.good else 'NOT kept'}", style))
        lines += wrapped("  ", *verdict.said)
    return lines


def count(what: str, verdicts: list[Verdict], word: str) -> Line:
    """Return how many of the verdicts are good."""
    good = sum(verdict.good for verdict in verdicts)
    style = "good" if good == len(verdicts) else "bad"
    return Line(f"{what:15} {good} of {len(verdicts)} {word}", style)


def of_bug(bug: Variant, verdict: Verdict, width: int) -> Line:
    """Return the line of one bug, which is named by its complaint."""
    quoted = f'"{bug.title}"'
    if verdict.good:
        more = f" (+{len(verdict.by) - 1})" if len(verdict.by) > 1 else ""
        said = f"by {verdict.by[0]}{more}"
    else:
        said = verdict.said[0]
    outcome = "caught" if verdict.good else "NOT caught"
    style = "good" if verdict.good else "bad"
    return Line(f"  {outcome:10}  {bug.number}  {quoted:{width + 2}}  {said}", style)


def wrapped(start: str, *said: str, style: str = "bad") -> list[Line]:
    """Return sentences, wrapped, each beginning with `start` on its first line."""
    lines = []
    for sentence in said:
        rest = " " * len(start)
        text = " ".join(sentence.split())
        folded = textwrap.wrap(
            text, WIDTH, initial_indent=start, subsequent_indent=rest, break_on_hyphens=False
        )
        lines += [Line(each, style) for each in folded]
    return lines


def bar(katas: list[Kata], to_do: str) -> Line:
    """Return how much of the ladder is done, and what is next."""
    done = len(solved(katas))
    shape = "#" * done + " " * (len(katas) - done)
    return Line(f"progress [{shape}] {done}/{len(katas)}    next: {to_do}", "next")


def congratulation(kata: Kata, katas: list[Kata]) -> list[Line]:
    """Return what to say once a kata is solved, and what comes then."""
    number = kata.number
    lines = [
        Line(f"Solved. `{command(f'diff {number}')}` compares yours with ours.", "good"),
    ]
    following = next_of(katas)
    if following is None:
        lines.append(Line("That was the last one: the ladder is climbed.", "good"))
        return [*lines, bar(katas, f"`{command('report')}` shows what you did")]
    return [*lines, bar(katas, f"kata {following.number}: {run_command(following)}")]


def to_do(kata: Kata, verdicts: Iterable[Verdict]) -> str:
    """Return what the learner should do next in this kata."""
    bad = [verdict for verdict in verdicts if not verdict.good]
    if bad and bad[0].name.startswith("bug-"):
        number = bad[0].name.partition("-")[2]
        hint = command(f"hint {kata.number} {number}")
        return f"make bug {number} fail a test    {hint}"
    if "CATCH" in kata.kind and not (bad and bad[0].name in KEPT):
        return f"let your tests in {shown(bench(kata))} pass on every correct app"
    return f"read {shown(kata.readme)} and edit {shown(bench(kata))}"
