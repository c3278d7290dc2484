"""Variants: temporary copies of the app, each with one diff applied."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from katas import patches
from katas.ladder import ROOT, KataError, Variant, command

BESIDE = ("babel.cfg", "migrations", "wsgi.py")  # what the app, or its suite, looks for beside it
CANARY = '\nCANARY = "This app is broken on purpose."\n'


def copy_app(folder: Path, *variants: Variant, app: Path | None = None) -> Path:
    """Copy the app into the folder, apply the diffs of these variants, and return the folder."""
    # Byte code comes along: it holds for each file that no diff touches.
    shutil.copytree(app or ROOT / "app", folder / "app")
    for name in BESIDE:
        if (source := ROOT / name).exists():
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, folder / name)
    with_bases = [each for variant in variants for each in (variant.base, variant) if each]
    for variant in dict.fromkeys(with_bases):
        patches.apply(variant.patch(), folder, variant.label)
    return folder


def copy_with_canary(folder: Path) -> Path:
    """Copy the app and break it so that the canary's test, and no other, must fail."""
    copy_app(folder)
    with (folder / "app/__init__.py").open("a", encoding="utf-8") as file:
        file.write(CANARY)
    return folder


def stale(error: patches.Stale) -> KataError:
    """Return what to tell the learner about a diff that no longer fits the app."""
    edited = edited_files()
    if edited:
        cause = f"You have changed {', '.join(edited)}, and the katas' variants no longer apply."
        remedy = "Put your change aside and go back by `git checkout app`."
    else:
        cause = "The app is not the one that this kata was made for, so its variants do not apply."
        remedy = (
            "If you changed a file in app/, put it back as it was. If not, tell the maintainers; "
            f"`{command('refresh')}` mends what it can."
        )
    return KataError(f"{cause} {remedy} ({error})")


def edited_files() -> list[str]:
    """Return the files of the app that differ from what Git has; none where there is no Git."""
    try:
        said = subprocess.run(
            ["git", "status", "--porcelain", "--", "app"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
            timeout=5,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [line[3:].strip() for line in said.splitlines()]
