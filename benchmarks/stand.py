"""What is measured needs: databases with many posts, and processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask import Flask
from sqlalchemy import insert

from app import create_app, seed
from app.config import load
from app.extensions import db
from app.models import Post, User
from tests.support.postgres import postgres_server

ROOT = Path(__file__).parents[1]
SQLITE, POSTGRES = "SQLite", "Postgres"
START = datetime(2020, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000
WORDS = " ".join([*seed.OPENINGS, *seed.EVENTS, *seed.ENDINGS, *seed.WHOLE]).split()


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database of that kind, which is gone after the block."""
    if kind == POSTGRES:
        with postgres_server() as url:
            yield url
    else:
        with TemporaryDirectory(prefix="benchmarks-") as folder:
            yield f"sqlite:///{folder}/app.db"


def made_for(url: str, **settings: Any) -> Flask:
    """Return an app on that database, in which mail goes nowhere."""
    environ = {"DATABASE_URL": url, "SECRET_KEY": "for benchmarks only", "LOG_LEVEL": "WARNING"}
    quiet = {"MAIL_SUPPRESS_SEND": True, "PASSWORD_HASH": "pbkdf2:sha256:1"}
    return create_app(load(environ) | quiet | settings)


def fill(url: str, sizes: Iterable[int]) -> None:
    """Make the tables, and for each size a user with so many posts, called by the number."""
    random = Random(42)
    with made_for(url).app_context():
        db.create_all()
        for size in sizes:
            add_posts(add_user(str(size)), size, random)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def add_user(name: str) -> int:
    """Return the id of a new user; the caller commits."""
    user = User(username=name, email=f"{name}@example.com")
    db.session.add(user)
    db.session.flush()
    return user.id


def add_posts(user_id: int, count: int, random: Random) -> None:
    """Give a user so many posts of random words, a minute apart; the caller commits."""
    for first in range(0, count, AT_ONCE):
        rows = [
            {
                "body": " ".join(random.choices(WORDS, k=random.randint(3, 20)))[:140],
                "timestamp": START + timedelta(minutes=number),
                "user_id": user_id,
            }
            for number in range(first, min(first + AT_ONCE, count))
        ]
        db.session.execute(insert(Post.__table__), rows)  # type: ignore[arg-type]


def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a module in a process of its own, to its end."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def measured(module: str, *arguments: object) -> Any:
    """Return what a module says as JSON; raise ClickException with its own words if it fails."""
    ended = run(module, *arguments)
    if ended.returncode:
        raise click.ClickException(f"A case failed, so nothing is measured.\n{ended.stderr}")
    return json.loads(ended.stdout)
