"""`python -m katas verify`: what keeps the katas, and the suite that they examine, true."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from katas.board import Line
from katas.exam import Exam, structure
from katas.ladder import Kata, KataError, Variant
from katas.patches import PatchError, Stale, apply
from katas.pool import Pool
from katas.suite import Suite
from katas.variants import copy_app

CHECK_SECONDS = 5.0
Say = Callable[..., None]


def verify(katas: list[Kata], say: Say) -> list[str]:
    """Examine katas and suite, tell what is found, and return a sentence for each fault."""
    began = time.monotonic()
    faults = [fault for kata in katas for fault in structure(kata)]
    faults += [fault for kata in katas for fault in stale_patches(kata)]
    if not faults:
        with tempfile.TemporaryDirectory(prefix="katas-") as scratch:
            faults += examine(katas, Path(scratch), say)
    for fault in faults:
        say(Line(fault, "bad"))
    seconds = time.monotonic() - began
    word = {0: "No fault", 1: "1 fault"}.get(len(faults), f"{len(faults)} faults")
    say(Line(f"{word}, in {seconds:.0f} s.", "bad" if faults else "good"))
    return faults


def stale_patches(kata: Kata) -> list[str]:
    """Return a sentence for each patch that cannot be applied to the app as it is."""
    found = []
    for variant in filter(None, (*kata.bugs, *kata.wheats, kata.refactoring)):
        with tempfile.TemporaryDirectory() as folder:
            try:
                copy_app(Path(folder), *([variant.base] if variant.base else []))
                apply(variant.patch(), Path(folder), variant.label)
            except Stale as error:
                found.append(f"Stale: {error} `python -m katas refresh {kata.number}` may mend it.")
            except (PatchError, KataError) as error:
                found.append(str(error))
    return found


def examine(katas: list[Kata], scratch: Path, say: Say) -> list[str]:
    """Run all that has to be run, and return a sentence for each fault."""
    pool = Pool()
    try:
        suite = Suite(pool, scratch)
        suite.begin(katas)  # what takes longest: all else fills the gaps
        exams = [Exam(kata, pool, scratch) for kata in katas]
        for exam in exams:
            exam.begin()
        faults = [fault for exam in exams for fault in exam.solution()]
        for exam in exams:
            if exam.kata.kind == "CATCH" and exam.seconds > CHECK_SECONDS:
                took = f"{exam.seconds:.1f} s"
                faults.append(f"Kata {exam.kata.number}: a check takes {took}, over 5.")
        for exam in exams:
            faults += exam.rest()
        caught, missed = suite.bugs()
        accepted, refused = suite.wheats()
        faults += suite.faults
        for exam in exams:
            say(row(exam, missed, refused))
        say(board_line(len(caught), len(missed), len(accepted), len(refused)))
        return faults
    except KataError as error:
        return [str(error)]
    finally:
        pool.close()


def row(exam: Exam, missed: list[Variant], refused: list[Variant]) -> Line:
    """Return the line of one kata."""
    kata = exam.kata
    bugs = sum(bug not in missed for bug in kata.bugs)
    wheats = sum(wheat not in refused for wheat in kata.wheats)
    text = (
        f"{kata.number}  {kata.title:32} suite: {bugs} of {len(kata.bugs)} bugs, "
        f"{wheats} of {len(kata.wheats)} refactorings; a check: {exam.seconds:.1f} s"
    )
    return Line(text)


def board_line(caught: int, missed: int, accepted: int, refused: int) -> Line:
    """Return the scoreboard."""
    bugs, wheats = caught + missed, accepted + refused
    text = f"suite catches {caught} of {bugs} bugs, accepts {accepted} of {wheats} refactorings"
    return Line(text, "bad" if missed or refused else "good")
