"""Hints, one more at each call; the changes and solutions that are shown once they are earned."""

from __future__ import annotations

from katas import workplace
from katas.board import Line, heading
from katas.ladder import Kata, KataError, Variant, command, run_command, shown
from katas.patches import diff

LEVELS = ("Where", "What", "How", "The change itself")


def next_hint(kata: Kata, number: int | None) -> list[Line]:
    """Return all hints that were given for a bug, and one more; all four in the end."""
    bug = _wanted(kata, number)
    told = dict(workplace.achieved(kata, "hints", {}))
    key = str(bug.number) if bug else "0"
    level = min(told.get(key, 0) + 1, len(LEVELS))
    workplace.achieve(kata, hints=told | {key: level})
    texts = [*(bug.hints if bug else kata.hints), bug.patch() if bug else _solution(kata)]
    named = f'Bug {bug.number}, "{bug.title}"' if bug else kata.title
    lines = [heading(kata), Line(named)]
    for name, text in list(zip(LEVELS, texts, strict=True))[:level]:
        lines += [Line(f"{name}:", "head"), *(Line(each) for each in text.splitlines())]
    if level < len(LEVELS):
        again = command(f"hint {kata.number} {key if bug else ''}".rstrip())
        lines.append(Line(f"Hint {level} of {len(LEVELS)}; the next: {again}"))
    return lines


def _wanted(kata: Kata, number: int | None) -> Variant | None:
    if number is None:
        caught = workplace.achieved(kata, "caught", [])
        if kata.hints:
            return None
        return next((bug for bug in kata.bugs if str(bug.number) not in caught), kata.bugs[0])
    return _bug(kata, number)


def _bug(kata: Kata, number: int) -> Variant:
    if not 1 <= number <= len(kata.bugs):
        raise KataError(f"Kata {kata.number} has no bug {number}: they are 1 to {len(kata.bugs)}.")
    return kata.bugs[number - 1]


def shown_bug(kata: Kata, number: int) -> list[Line]:
    """Return the change that makes a bug; raise KataError unless it was caught."""
    bug = _bug(kata, number)
    if str(number) not in workplace.achieved(kata, "caught", []):
        raise KataError(
            f"Bug {number} is shown once you have caught it: {run_command(kata)} judges your "
            f"tests, {command(f'hint {kata.number} {number}')} helps."
        )
    return [
        heading(kata),
        Line(f'Bug {number}, "{bug.title}"'),
        *map(Line, bug.patch().splitlines()),
    ]


def compared(kata: Kata) -> list[Line]:
    """Return the learner's solution compared with ours; raise KataError unless it is done."""
    if not workplace.achieved(kata, "solved"):
        raise KataError(
            f"Ours is shown once yours is done: {run_command(kata)} judges it, "
            f"{command(f'hint {kata.number}')} helps."
        )
    text = _solution(kata)
    lines = [Line(each, _style(each)) for each in text.splitlines()]
    return lines or [Line("Yours and ours are the same.", "good")]


def _solution(kata: Kata) -> str:
    found = [kata.refactoring.patch()] if kata.refactoring else []
    for ours in sorted((kata.folder / "solution").rglob("*")):
        if not ours.is_file() or "__pycache__" in ours.parts or ours.suffix == ".patch":
            continue
        name = ours.relative_to(kata.folder / "solution")
        mine = workplace.bench(kata) / name
        before = mine.read_text(encoding="utf-8") if mine.exists() else ""
        found.append(diff(before, ours.read_text(encoding="utf-8"), shown(mine), shown(ours)))
    return "".join(found)


def _style(line: str) -> str:
    return {"+": "good", "-": "bad", "@": "head"}.get(line[:1], "")
