"""Requests to one app, in a process of its own, in turns; it says what each cost."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from datetime import timedelta
from random import Random
from typing import Any

from flask import Flask
from flask_login import login_required
from sqlalchemy import insert
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.extensions import db
from app.models import Notification, Task, User
from app.notifications import notify
from benchmarks.stand import AT_ONCE, START, add_posts, add_user, made_for
from benchmarks.web import BARE, NEWS, POLL, PROFILE, TIMELINE
from tests.support.statements import statements

PER_PAGE = 25


def main(url: str, others: str, pages: str, rounds: str) -> None:
    """Ask for each page so many times, among so many notifications and tasks of another user."""
    app = made_for(url)
    app.add_url_rule("/bare", view_func=login_required(list))
    with app.app_context():
        db.create_all()
        susan, john = add_user("susan"), add_user("john")
        add_posts(susan, PER_PAGE * int(pages), Random(1))
        crowd(john, int(others))
        first, last = (notify(susan, "task_progress", {}, subject=each) for each in "ab")
        session_id = db.session.get_one(User, susan).get_id()
        db.session.commit()
        if db.engine.name != "sqlite":
            db.session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            db.session.execute(db.text("VACUUM ANALYZE"))
        db.session.remove()
    # The last page has the PER_PAGE oldest posts: those of the first minutes.
    oldest = START + timedelta(minutes=PER_PAGE)
    far = f"?before={int(oldest.timestamp()) * 10**6}.0"
    asked = {
        BARE: "/bare",
        POLL: f"/notifications?since={last!r}",
        NEWS: f"/notifications?since={first!r}",
    }
    for path, name in (("/user/susan", PROFILE), ("/", TIMELINE)):
        asked[name.format(1)] = path
        asked[name.format(f"{int(pages):,}")] = path + far
    print(json.dumps(measure(app, session_id, asked, int(rounds))))  # noqa: T201


def crowd(user_id: int, count: int) -> None:
    """Give a user so many notifications and ended tasks; the caller commits."""
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        own: dict[str, Any] = {"user_id": user_id, "name": "task_progress"}
        told = [own | {"subject": str(n), "timestamp": n, "payload_json": "{}"} for n in numbers]
        db.session.execute(insert(Notification.__table__), told)  # type: ignore[arg-type]
        ended = {"user_id": user_id, "name": "export_posts", "description": "", "state": "finished"}
        times = [START + timedelta(seconds=number) for number in numbers]
        tasks = [
            ended | {"id": str(n), "created_at": time, "updated_at": time}
            for n, time in zip(numbers, times, strict=True)
        ]
        db.session.execute(insert(Task.__table__), tasks)  # type: ignore[arg-type]


def measure(app: Flask, session_id: str, asked: dict[str, str], rounds: int) -> dict[str, Any]:
    """Return the times in ms, the number of statements and the size of each answer."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=session_id, _fresh=True)
    cookie = client.get_cookie("session")
    assert cookie is not None
    found: dict[str, Any] = defaultdict(lambda: {"ms": []})
    for _ in range(rounds):
        for name, path in asked.items():
            headers = {"Cookie": f"session={cookie.value}"}
            environ = EnvironBuilder(path, headers=headers).get_environ()
            start = time.perf_counter()
            body, status, _headers = run_wsgi_app(app, environ, buffered=True)
            found[name]["ms"].append(1000 * (time.perf_counter() - start))
            found[name]["bytes"] = sum(map(len, body))
            assert status == "200 OK", f"{path} answered {status}."
    for name, path in asked.items():
        with app.app_context(), statements() as seen:
            client.get(path)
        found[name]["statements"] = len(seen)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
