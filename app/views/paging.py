"""Pages of a long list, newest first: each begins where a link says, so that all cost the same."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, request
from sqlalchemy import Select, tuple_

from app.extensions import db
from app.models import Message, Post

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**31 - 1  # of the ids that every database can hold

Cursor = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """Some of the items, and the cursors of the pages beside it, where there are any."""

    items: Sequence[Any]
    newer: str | None = None
    older: str | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


def page_of(query: Select[Any], kind: type[Post | Message]) -> Page:
    """Return the page older than `?before=`, or newer than `?after=`; else the first.

    `query` selects rows of `kind`, newest first by time and id, which an index has to have.
    """
    size = current_app.config["POSTS_PER_PAGE"]
    key = tuple_(kind.timestamp, kind.id)
    before, after = (_cursor(request.args.get(name, "")) for name in ("before", "after"))
    if after and not before:
        oldest_first = query.order_by(None).order_by(kind.timestamp, kind.id)
        found = db.session.scalars(oldest_first.where(key > after).limit(size + 1)).all()
        if len(found) > size:
            items = found[size - 1 :: -1]
            return Page(items, newer=_text(items[0]), older=_text(items[-1]))
    elif before:
        found = db.session.scalars(query.where(key < before).limit(size + 1)).all()
        newer = _text(found[0]) if found else request.args["before"]
        return Page(found[:size], newer, _older(found, size))
    found = db.session.scalars(query.limit(size + 1)).all()
    return Page(found[:size], None, _older(found, size))


def _older(found: Sequence[Any], size: int) -> str | None:
    return _text(found[size - 1]) if len(found) > size else None


def _text(item: Post | Message) -> str:
    """Return the cursor of an item: its time in microseconds since 1970, and its id."""
    return f"{(item.timestamp - EPOCH) // MICROSECOND}.{item.id}"


def _cursor(text: str) -> Cursor | None:
    found = re.fullmatch(r"(-?[0-9]{1,18})\.([0-9]{1,10})", text)
    if not found or int(found[2]) > LARGEST:
        return None
    try:
        return EPOCH + int(found[1]) * MICROSECOND, int(found[2])
    except OverflowError:  # no year that there is
        return None
