"""The ladder: which katas there are, and what is in each."""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KINDS = {
    "MAKE": "write the code",
    "CATCH": "write the tests",
    "KEEP": "refactor the app",
    "KEEP, CATCH": "refactor the app, and write the tests",
}


class KataError(Exception):
    """Something about a kata is wrong; the text says what and what to do next."""


@dataclass(frozen=True)
class Variant:
    """The app with one diff applied: a bug, or a wheat, which is as correct as the app itself."""

    number: int
    title: str  # a bug's is a user's complaint
    file: Path
    belief: str = ""
    hints: tuple[str, ...] = ()
    base: Variant | None = None  # what its diff is a diff of, if not of the app
    joins: tuple[str, ...] = ()  # tests of what it adds: the suite would have them with it

    @property
    def name(self) -> str:
        """`bug-1` or `wheat-1`, as its test case is called."""
        return f"{self.file.parent.name.removesuffix('s')}-{self.number}"

    @property
    def label(self) -> str:
        """The patch's path, as messages give it."""
        return self.file.relative_to(HERE.parent).as_posix()

    def patch(self) -> str:
        """Return the diff."""
        if not self.file.is_file():
            raise KataError(f"{self.label} is missing: kata.toml lists it.")
        return self.file.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Kata:
    """One kata, as its kata.toml describes it."""

    folder: Path
    title: str
    kind: str
    minutes: int
    promises: tuple[int, ...]
    suite: tuple[str, ...]
    hints: tuple[str, ...]
    bugs: tuple[Variant, ...]
    wheats: tuple[Variant, ...]
    solution: Variant

    @property
    def name(self) -> str:
        """The folder's name, such as 05_the_impatient_worker."""
        return self.folder.name

    @property
    def number(self) -> str:
        """The two digits that the folder's name begins with."""
        return self.name.partition("_")[0]

    @property
    def refactoring(self) -> Variant | None:
        """The solution of a KEEP kata: a diff of the app."""
        return self.solution if "KEEP" in self.kind else None

    @property
    def catches(self) -> bool:
        """Whether the learner's tests are judged by variants."""
        return self.kind != "KEEP"

    @property
    def readme(self) -> Path:
        """The story and the task."""
        return self.folder / "README.md"


def load(folder: Path) -> Kata:
    """Return the kata in a folder; raise KataError if its kata.toml cannot be used."""
    file = folder / "kata.toml"
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        patch = folder / "solution/app.patch"
        solution = Variant(0, "the solution", patch, joins=tuple(told.get("joins", ())))
        base = solution if told["kind"] == "KEEP, CATCH" else None
        return Kata(
            folder=folder,
            title=told["title"],
            kind=told["kind"],
            minutes=told["minutes"],
            promises=tuple(told["promises"]),
            suite=tuple(told.get("suite", ())),
            hints=tuple(told.get("hints", ())),
            bugs=_variants(folder / "bugs", told.get("bug", ()), "complaint", base),
            wheats=_variants(folder / "wheats", told.get("wheat", ()), "title", base),
            solution=solution,
        )
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise KataError(f"{folder.name}/kata.toml cannot be used: {error}.") from None


def _variants(folder: Path, told: Any, title: str, base: Variant | None) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            number=number,
            title=each[title],
            file=folder / f"{number}.patch",
            belief=each.get("belief", ""),
            hints=tuple(each.get("hints", ())),
            base=base,
        )
        for number, each in enumerate(told, start=1)
    )


def ladder(folder: Path = HERE) -> list[Kata]:
    """Return all katas in their order."""
    return [load(file.parent) for file in sorted(folder.glob("[0-9][0-9]_*/kata.toml"))]


def find(word: str, katas: list[Kata]) -> Kata:
    """Return the kata of this number, name or beginning of a name; else suggest the nearest."""
    wanted = word.rstrip("/\\").replace("\\", "/").rpartition("/")[2].casefold()
    number = f"{int(wanted):02}" if wanted.isdecimal() else wanted
    for kata in katas:
        if number == kata.number or wanted == kata.name:
            return kata
    beginning = [kata for kata in katas if wanted and kata.name.startswith(wanted)]
    beginning = beginning or [kata for kata in katas if wanted and wanted in kata.name]
    if len(beginning) == 1:
        return beginning[0]
    names = {kata.name: kata.name for kata in katas} | {kata.name[3:]: kata.name for kata in katas}
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.4)
    advice = f"did you mean {names[near[0]]}?" if near else "`list` names them all."
    raise KataError(f"There is no kata {word!r}: {advice}")


def shown(path: Path) -> str:
    """Return a path as one types it in the current folder."""
    try:
        near = os.path.relpath(path, Path.cwd())
    except ValueError:  # on another of Windows' drives
        near = str(path)
    return f'"{near}"' if " " in near else near


def command(arguments: str = "") -> str:
    """Return the command line that works from the current folder."""
    katas = "-m katas" if Path.cwd() == ROOT else shown(HERE)
    return f"python {katas} {arguments}".rstrip()


def run_command(kata: Kata) -> str:
    """Return the command that checks a kata, from the current folder."""
    return f"pytest {shown(kata.folder)}"
