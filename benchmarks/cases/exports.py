"""One way of exporting a user's posts, in a process of its own, which says what it cost."""

from __future__ import annotations

import gc
import json
import re
import resource
import sqlite3
import sys
import time
from collections import deque
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from uuid import uuid4

import psycopg
from flask_mail import email_dispatched
from sqlalchemy import Engine, event, make_url, select

from app.extensions import db
from app.letter import Letter
from app.models import Task, User
from app.tasks.export import export_posts
from benchmarks.stand import add_posts, add_user, made_for

# Without progress but for the beginning and the end.
SILENT = {"PROGRESS_INTERVAL": 10.0**9}
QUERY = 'SELECT body, timestamp FROM post WHERE user_id = {} ORDER BY "timestamp", id'
MB = 2**20


def in_the_app(user_id: int) -> None:
    """Export as the app does, from the task to the message's last byte."""
    task = Task(id=str(uuid4()), name="export_posts", description="", user_id=user_id)
    db.session.add(task)
    db.session.commit()
    export_posts(task.id)


def all_at_once(user_id: int) -> None:
    """Select the rows whole and write them whole, with nothing but a driver and `json`."""
    query, url = QUERY.format(user_id), make_url(db.engine.url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    sqlite = url.get_backend_name() == "sqlite"
    with closing(sqlite3.connect(url.database or "") if sqlite else psycopg.connect(plain)) as it:
        rows: list[Any] = it.execute(query).fetchall()
    if sqlite:
        posts = [{"body": body, "timestamp": f"{at[:10]}T{at[11:]}Z"} for body, at in rows]
    else:
        posts = [{"body": body, "timestamp": at.isoformat()[:26] + "Z"} for body, at in rows]
    with TemporaryFile("w", encoding="utf-8") as file:
        file.write(json.dumps({"posts": posts}, indent=4, ensure_ascii=False))


def peak() -> float:
    """Return the most memory that this process has had since `forget_peak`, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def forget_peak() -> None:
    """Let what was needed to get here count no longer."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def hold_to(room: int) -> None:
    """Let this process take so many MB more of address space than it has, and no more."""
    [size, *_] = Path("/proc/self/statm").read_text(encoding="ascii").split()
    limit = int(size) * resource.getpagesize() + room * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main(url: str, way: str, name: str, rounds: str, room: str) -> None:
    """Export the posts of the user of that name so many times; `room` is in MB, 0 for no limit."""
    commits = []

    def dispatched(_app: object, message: Any) -> None:
        deque(Letter(message), maxlen=0)  # as for a mail server

    with TemporaryDirectory() as folder:
        app = made_for(url, EXPORT_DIR=folder, **(SILENT if way == "silent" else {}))
        email_dispatched.connect(dispatched, app)
        with app.app_context():
            warm_up()
            user_id = db.session.scalars(select(User.id).where(User.username == name)).one()
            db.session.rollback()
            event.listen(Engine, "commit", lambda _connection: commits.append(1))
            if int(room):
                hold_to(int(room))
            forget_peak()
            before, seconds = peak(), []
            for _ in range(int(rounds)):
                start = time.perf_counter()
                (all_at_once if way == "all at once" else in_the_app)(user_id)
                seconds.append(time.perf_counter() - start)
    costs = {"seconds": seconds, "MB": peak() - before, "commits": len(commits) / int(rounds)}
    print(json.dumps(costs))  # noqa: T201


def warm_up() -> None:
    """Export three posts, so that all is imported and connected."""
    user_id = add_user(uuid4().hex)
    add_posts(user_id, 3, Random(1))
    db.session.commit()
    in_the_app(user_id)
    all_at_once(user_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
