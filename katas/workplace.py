"""The learner's files in work/, which Git ignores, and what was achieved so far."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from katas.ladder import ROOT, Kata, command, shown

MANIFEST = ".as_it_was.json"
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".DS_Store")


def work_folder() -> Path:
    """Return the folder of all the learner's files."""
    return Path(os.environ.get("KATAS_WORK") or ROOT / "work")


def bench(kata: Kata) -> Path:
    """Return the folder of the learner's files for one kata."""
    return work_folder() / kata.name


def begin(kata: Kata) -> bool:
    """Copy what the learner begins with; return whether it was not there yet.

    Files that the learner has are never touched. What is given is copied anew each time.
    """
    folder = bench(kata)
    fresh = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    if fresh and kata.refactoring:
        shutil.copytree(ROOT / "app", folder / "app", ignore=NOT_COPIED)
    for source in _files(kata, "start"):
        if not (target := folder / source.name).exists():
            shutil.copyfile(source, target)
    for source in _files(kata, "given"):
        shutil.copyfile(source, folder / source.name)
    if fresh or not (folder / MANIFEST).exists():
        _write(folder / MANIFEST, _digests(kata))
    return fresh


def reveal(kata: Kata) -> list[Path]:
    """Copy the second set of given tests, which appears once the first passes."""
    copied = []
    for source in _files(kata, "given/second"):
        target = bench(kata) / source.name
        shutil.copyfile(source, target)
        copied.append(target)
    return copied


def revealed(kata: Kata) -> bool:
    """Return whether the learner has all the tests that are given."""
    return all((bench(kata) / each.name).exists() for each in _files(kata, "given/second"))


def tests(kata: Kata) -> list[Path]:
    """Return the test files that judge, or are judged."""
    return sorted(bench(kata).glob("test_*.py"))


def misplaced(kata: Kata) -> list[str]:
    """Return a sentence for each file that was edited in start/ or given/ instead of work/."""
    folder = bench(kata)
    was = _read(folder / MANIFEST)
    found = []
    for name, now in _digests(kata).items():
        if was.get(name) in (None, now):
            continue
        mine = folder / Path(name).name
        there = shown(kata.folder / name)
        if name.startswith("given/"):
            found.append(
                f"{there} has changed since you began. If you edited it: put it back, and work in "
                f"{shown(folder)}. If you pulled a newer version, all is well."
            )
        elif mine.exists() and _digest(mine) == was[name]:
            found.append(
                f"{there} has changed since you began, and your copy of it has not. If you edited "
                f"it: move what you wrote to {shown(mine)}. If you pulled a newer version: "
                f"`{command(f'reset {kata.number}')}` begins with that."
            )
    return found


def reset(kata: Kata) -> Path | None:
    """Put the learner's files aside, forget what was achieved, and return where they are."""
    everything = progress()
    everything.pop(kata.name, None)
    _write(_progress_file(), everything)
    folder = bench(kata)
    if not folder.exists():
        return None
    aside = work_folder() / ".aside"
    number = 1 + sum(1 for _each in aside.glob(f"{kata.name}-*"))
    kept = aside / f"{kata.name}-{number}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(kept)
    return kept


# What was achieved


def progress() -> dict[str, dict[str, Any]]:
    """Return what was achieved: for each kata `solved`, `caught`, `hints`."""
    return _read(_progress_file())


def achieved(kata: Kata, key: str, default: Any = None) -> Any:
    """Return one thing of what was achieved in a kata."""
    return progress().get(kata.name, {}).get(key, default)


def achieve(kata: Kata, **changes: Any) -> None:
    """Note what was achieved in a kata."""
    everything = progress()
    everything.setdefault(kata.name, {}).update(changes)
    _write(_progress_file(), everything)


def solved(katas: list[Kata]) -> list[Kata]:
    """Return those that were solved."""
    noted = progress()
    return [kata for kata in katas if noted.get(kata.name, {}).get("solved")]


def next_of(katas: list[Kata]) -> Kata | None:
    """Return the first that is not solved."""
    done = solved(katas)
    return next((kata for kata in katas if kata not in done), None)


def _progress_file() -> Path:
    return work_folder() / "progress.json"


def _files(kata: Kata, folder: str) -> list[Path]:
    return sorted(each for each in (kata.folder / folder).glob("*") if each.is_file())


def _digests(kata: Kata) -> dict[str, str]:
    return {
        f"{folder}/{each.name}": _digest(each)
        for folder in ("start", "given", "given/second")
        for each in _files(kata, folder)
    }


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or not ours any more: begin anew
        return {}
    return content if isinstance(content, dict) else {}


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
