"""What went wrong with the learner's tests, in one plain sentence and what to do about it."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from katas.ladder import ROOT, Kata, command, shown
from katas.pool import TEST_SECONDS, Result, last_line
from katas.workplace import bench

FIXTURE = re.compile(r"fixture '(\w+)' not found")
AVAILABLE = re.compile(r"available fixtures: (.+)")
NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
NO_NAME = re.compile(r"ImportError: cannot import name '(\w+)' from '([\w.]+)'")
SYNTAX = re.compile(r"(SyntaxError|IndentationError|TabError): (.+)")
PLACE = re.compile(r'File "([^"]+)", line (\d+)')
TIMEOUT = re.compile(r"Timeout \(?>\s?([\d.]+)")


def explain(text: str) -> str:
    """Return what pytest's text about a failure means, or its last line where that says it all."""
    if found := SYNTAX.search(text):
        places = PLACE.findall(text)
        where = (
            f"{shown(Path(places[-1][0]))}, line {places[-1][1]}, " if places else "A test file "
        )
        return f"{where}is not Python yet ({found[2]}): mend that line, or the one before it."
    if found := NO_NAME.search(text):
        near = nearest(found[1], names_in(found[2]))
        return f"There is no {found[1]!r} in {found[2]}{near or '; import what is there.'}"
    if found := NO_MODULE.search(text):
        near = nearest(found[1], modules())
        return f"There is no module {found[1]!r}{near or '; import from app or tests.support.'}"
    if found := FIXTURE.search(text):
        listed = AVAILABLE.search(text)
        near = nearest(found[1], re.split(r",\s*", listed[1]) if listed else [])
        advice = near or "; define it, or take one that conftest.py has."
        return f"There is no fixture {found[1]!r}{advice}"
    if TIMEOUT.search(text):
        return (
            f"It hangs: it had not ended after {TEST_SECONDS} s. Look for what it waits for, such "
            "as a loop without a limit, or a job that was never run."
        )
    return ended(last_line(text))


def ended(text: str) -> str:
    """Return the text with a full stop, if it has no end."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def nearest(wrong: str, known: list[str]) -> str:
    """Return a suggestion, if something known is near."""
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def modules() -> list[str]:
    """Return the names of what tests may import of ours."""
    files = [
        file.relative_to(ROOT).with_suffix("")
        for folder in ("app", "tests/support", "pytest_rq")
        for file in (ROOT / folder).rglob("*.py")
    ]
    return sorted({".".join(file.parts).removesuffix(".__init__") for file in files})


def names_in(module: str) -> list[str]:
    """Return the names that a module of ours defines."""
    path = ROOT.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            return re.findall(r"^(?:def |class )?([A-Za-z_]\w*)(?=[(:]| =)", text, re.MULTILINE)
    return []


def of_run(kata: Kata, result: Result) -> list[str]:
    """Return why nothing can be judged by this run of the learner's tests, if that is so."""
    where = shown(bench(kata))
    if result.trouble == "hung":
        said = "Your tests hang: they had not ended when their time was up."
        return [f"{said} Look for a loop without a limit, or run them one by one with `-k`."]
    if result.trouble == "died":
        return ["Your tests ended Python itself: look for os._exit, or a signal that is sent."]
    if result.errors:
        return [explain(each) for each in result.errors]
    if not result.tests:
        said = "Nothing was collected: write functions whose names begin with test_"
        return [f"{said} in {where}, in files whose names do so too."]
    if not (result.passed or result.failed):
        return ["All your tests are skipped, so they say nothing: let them run."]
    return []


def reads(name: str) -> str:
    """Return the refusal of a test that reads the app's source."""
    return (
        f"{name} reads the app's source. How a promise is kept may change any day: assert what "
        "the app does, as a user would see it."
    )


def flaky(name: str) -> str:
    """Return the refusal of a test that cannot make up its mind."""
    return (
        f"{name} is flaky: on the very same app it passed once and failed once. Look for chance, "
        "time, and the order of sets; what is left must be the same each time."
    )


def depends_on_order(name: str) -> str:
    """Return the refusal of a test that minds which others ran before it."""
    return (
        f"{name} passes in one order and fails in another: it needs, or minds, what another test "
        "leaves behind. Let it arrange all it needs, and leave nothing."
    )


def fails_with_others(name: str) -> str:
    """Return the refusal of a test that passes when it is alone."""
    return (
        f"{name} passes alone and fails with the others: another test leaves something behind, "
        f"or imports it differently. `{'pytest -k ' + name}` runs it alone."
    )


def fails_on_correct_app(name: str, said: str) -> str:
    """Return the refusal of a test that fails on the app as it is."""
    return f"{name} fails on the app, which is correct: {said}"


def fails_on_wheat(name: str, wheat: str, said: str) -> str:
    """Return the refusal of a test that fails on the app refactored."""
    return (
        f"{name} fails on an app that is as correct, though {wheat}: {said} "
        "Assert the promise, not the way it is kept."
    )


def says_nothing(kata: Kata) -> str:
    """Return what to say if the tests pass on every broken app."""
    return (
        "Your tests pass on every broken app: a test that asserts nothing about the promise "
        f"catches nothing. `{command(f'hint {kata.number}')}` says where to look."
    )
