"""Unified diffs, applied strictly: what does not fit exactly is stale, never guessed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


class PatchError(ValueError):
    """A patch is malformed, or touches what it may not; the text says which and how to mend it."""


class Stale(PatchError):
    """A patch no longer fits the file that it changes."""


@dataclass
class Hunk:
    """One block of a diff: the line it stood at, and its lines with their signs."""

    line: int
    lines: list[str] = field(default_factory=list)

    def side(self, sign: str) -> list[str]:
        """Return the block as it was before (`-`) or is after (`+`)."""
        return [line[1:] for line in self.lines if line[0] in (" ", sign)]


@dataclass
class FilePatch:
    """What a diff does to one file."""

    path: str
    hunks: list[Hunk] = field(default_factory=list)


def parse(text: str, name: str) -> list[FilePatch]:
    """Return what the diff does to each file; raise PatchError if it is not a unified diff."""
    found: list[FilePatch] = []
    wanted = 0
    for line in text.splitlines():
        if wanted > 0 and line[:1] in ("", " ", "+", "-"):
            found[-1].hunks[-1].lines.append(line or " ")
            wanted -= line[:1] != "+"
        elif line.startswith("+++ "):
            found.append(FilePatch(_path(line, name)))
        elif (header := HEADER.match(line)) and found:
            found[-1].hunks.append(Hunk(int(header[1])))
            wanted = int(header[2] or 1)
        elif line.startswith("+") and found and found[-1].hunks:
            found[-1].hunks[-1].lines.append(line)  # added after the last old line
        elif not line.startswith(("--- ", "diff ", "index ", "\\")):
            raise PatchError(f"{name}: this line belongs to no unified diff: {line!r}")
    if not found or not all(each.hunks for each in found):
        raise PatchError(f"{name} changes nothing: make it with `diff -u` or `katas refresh`.")
    return found


def _path(line: str, name: str) -> str:
    path = line[4:].split("\t")[0].strip().removeprefix("b/")
    parts = PurePosixPath(path).parts
    if parts[:1] != ("app",) or ".." in parts:
        raise PatchError(f"{name} changes {path}: a variant changes files in app/ only.")
    return path


def changed_lines(text: str, name: str) -> int:
    """Return how many lines a diff takes out or puts in, whichever is more."""
    lines = [line for each in parse(text, name) for hunk in each.hunks for line in hunk.lines]
    return max(sum(line[0] == sign for line in lines) for sign in "+-")


def apply(text: str, folder: Path, name: str) -> None:
    """Change the files below the folder as the diff says, all or none; raise Stale if it cannot."""
    changed = {}
    for each in parse(text, name):
        file = folder / each.path
        if not file.is_file():
            raise Stale(f"{name} changes {each.path}, and there is no such file any more.")
        lines = file.read_text(encoding="utf-8").split("\n")
        for hunk in reversed(each.hunks):
            at = _find(lines, hunk, each.path, name)
            lines[at : at + len(hunk.side("-"))] = hunk.side("+")
        changed[file] = "\n".join(lines)
    for file, content in changed.items():
        file.write_text(content, encoding="utf-8", newline="\n")


def _find(lines: list[str], hunk: Hunk, path: str, name: str) -> int:
    old = hunk.side("-")
    at = hunk.line - 1
    if lines[at : at + len(old)] == old:
        return at
    places = occurrences(lines, old)
    if len(places) == 1:
        return places[0]
    what = f"stands there {len(places)} times" if places else "is not there any more"
    raise Stale(f"{name}, line {hunk.line} of {path}: the block that it changes {what}.")


def occurrences(lines: list[str], block: list[str]) -> list[int]:
    """Return where the block stands in the lines."""
    size = len(block)
    return [at for at in range(len(lines) - size + 1) if lines[at : at + size] == block]


def diff(before: str, after: str, path: str, other: str | None = None) -> str:
    """Return a unified diff of two texts, with `a/` and `b/` before the path; empty if equal."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{path}", f"b/{other or path}", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)
