"""Look at rows as they are now, whoever wrote them."""

from typing import TypeVar

from sqlalchemy import select

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
