"""A fresh database for each test: a SQLite file, or as postgres.py has it, one on a server.

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
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import Engine, Pool, event
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
        self._let_go_of: list[Pool] = []

    def create(self) -> None:
        """Make the template."""
        db.create_all()
        with closing(db.engine.raw_connection()) as connection:
            self._schema = self._fingerprint(connection)
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
            if not (forked or left_open or self._let_go_of) and self._emptied():
                self._kept = self.current
            else:
                self._kept = None
                self._abandon()
        self.current, self._patience = self.template, PATIENCE
        assert not left_open, f"{left_open} database connections were left open."

    def _let_go(self) -> None:
        """Close this process's connections that are at rest; the others go back to an old pool."""
        db.session.rollback()
        self._let_go_of.append(db.engine.pool)
        db.engine.dispose()

    def be_patient(self, seconds: float) -> None:
        """Let who connects from now on, in this test, wait so long for somebody else's lock."""
        self._patience = seconds
        self._let_go()

    def _abandon(self) -> None:
        db.engine.dispose()
        while self._let_go_of:
            self._let_go_of.pop().dispose()
        self._delete(self.current)

    def _emptied(self) -> bool:
        """Delete every row; return False if that cannot be done, or not only rows are there.

        The driver is asked directly, in a tenth of the time: this is done after every test.
        """
        try:
            with closing(db.engine.raw_connection()) as connection:
                only_rows = self._fingerprint(connection) == self._schema
                if only_rows:
                    self._empty(connection)
        except (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error):
            return False
        return only_rows

    @abstractmethod
    def _fingerprint(self, connection: Any) -> object:
        """Return what is different once a table, an index or a trigger has come or gone."""

    @abstractmethod
    def _empty(self, connection: Any) -> None:
        """Delete every row."""

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
        self._let_go()
        try:
            yield
        finally:
            self.current = there

    def _fingerprint(self, connection: Any) -> object:
        return connection.execute("PRAGMA schema_version").fetchone()

    def _empty(self, connection: Any) -> None:
        connection.executescript(self._emptying)

    @cached_property
    def _emptying(self) -> str:
        tables = reversed(db.metadata.sorted_tables)
        deletes = "".join(f'DELETE FROM "{table.name}"; ' for table in tables)
        return f"BEGIN IMMEDIATE; {deletes} COMMIT;"

    def _copy(self) -> Path:
        return shutil.copyfile(self.template, self.template.with_name(f"{uuid4().hex}.db"))

    def _delete(self, copy: Path) -> None:
        for file in copy.parent.glob(f"{copy.name}*"):
            file.unlink()
