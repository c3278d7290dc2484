"""Archives too large for mail: kept in EXPORT_DIR, each until its link expires."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import IO
from uuid import uuid4

from flask import current_app
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import State, Task

PREFIX = "export-"


def place_of(task_id: str) -> Path:
    """Return where the archive of a task is, if it has one."""
    return Path(current_app.config["EXPORT_DIR"]) / f"{PREFIX}{task_id}.zip"


def keep(task_id: str, file: IO[bytes]) -> None:
    """Copy the archive of a task to its place; it is there whole or not at all."""
    place = place_of(task_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(f".{uuid4().hex}")  # an attempt taken for dead may write too
    with unfinished.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    now = clock.now().timestamp()
    os.utime(unfinished, (now, now))
    unfinished.replace(place)


def discard(task_ids: Iterable[str]) -> None:
    """Delete the archives of these tasks, as far as they have any."""
    for task_id in task_ids:
        place_of(task_id).unlink(missing_ok=True)


def sweep() -> int:
    """Delete what no link leads to; return how many files.

    That is what is older than EXPORT_LINK_SECONDS, and what belongs to a task that has failed, or
    is gone with its owner.
    """
    oldest = clock.now().timestamp() - current_app.config["EXPORT_LINK_SECONDS"]
    found = {
        file: file.stem.removeprefix(PREFIX) for file in place_of("*").parent.glob(f"{PREFIX}*")
    }
    if not found:
        return 0
    wanted = select(Task.id).where(Task.id.in_(found.values()), Task.state != State.FAILED)
    known = set(db.session.scalars(wanted))
    swept = 0
    for file, task_id in found.items():
        try:
            if task_id not in known or file.stat().st_mtime < oldest:
                file.unlink()
                swept += 1
        except FileNotFoundError:  # another worker was faster
            pass
        except OSError as error:
            current_app.logger.warning("An expired archive could not be deleted: %s", error)
    return swept
