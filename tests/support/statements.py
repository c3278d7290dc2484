"""What a page asks the database, and how the database finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.extensions import db

Statement = tuple[str, Any]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Collect the statements of the block, each with its parameters."""
    seen: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        seen.append((text, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plan_of(statement: Statement) -> str:
    """Return how the database finds what a statement asks for, where the tables are large."""
    text, values = statement
    with db.engine.connect() as connection:
        if db.engine.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            return "\n".join(row.detail for row in rows)
        for other in ("seqscan", "bitmapscan", "sort"):  # which suit the small tables of a test
            connection.exec_driver_sql(f"SET LOCAL enable_{other} = off")
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {text}", values).scalars())
