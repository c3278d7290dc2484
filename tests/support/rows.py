"""Look at rows as they are now, whoever wrote them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import event, select

from app.extensions import db

Row = TypeVar("Row")


def all_of(kind: type[Row], **values: object) -> list[Row]:
    """Return the rows with these values, as committed."""
    db.session.rollback()
    query = select(kind).filter_by(**values).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def the(kind: type[Row], **values: object) -> Row:
    """Return the only row with these values, as committed."""
    rows = all_of(kind, **values)
    assert len(rows) == 1, f"There are {len(rows)} rows of {kind.__name__} with {values}."
    return rows[0]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give the list of the SQL statements that this process executes in the block."""
    executed: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        executed.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
