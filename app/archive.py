"""The archive: posts.json, written as a stream and read back with every row checked."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Select, String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.models import POST_LENGTH, Post, User, unstorable

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
Row = tuple[str, datetime]

_in_json = json.JSONEncoder(ensure_ascii=False).encode


class Writable(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take more of them."""
        ...


class ArchiveError(ValueError):
    """The archive cannot be read; the text names the line or the post at fault."""


class _Formatted(FunctionElement[str]):
    """A column's time in FORMAT, made by the database: a datetime for each post costs more."""

    type = String()
    inherit_cache = True


@compiles(_Formatted, "sqlite")
def _of_text(element: _Formatted, compiler: SQLCompiler, **options: Any) -> str:
    time = compiler.process(element.clauses, **options)
    # Whoever else wrote it may have left the microseconds out.
    return f"replace(substr({time} || '.000000', 1, 26), ' ', 'T') || 'Z'"


@compiles(_Formatted, "postgresql")
def _of_time(element: _Formatted, compiler: SQLCompiler, **options: Any) -> str:
    time = compiler.process(element.clauses, **options)
    return f"""to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def posts_of(user: User) -> Select[str, str]:
    """Select what `write` takes of each of the user's posts, oldest first."""
    own = select(Post.body, _Formatted(Post.timestamp)).where(Post.user_id == user.id)
    return own.order_by(Post.timestamp, Post.id)


def write(file: Writable, batches: Iterable[Iterable[tuple[str, str]]]) -> int:
    """Write the posts as JSON: indented and in UTF-8; they are pairs of a body and a time.

    The bytes are those of `json.dumps({"posts": […]}, indent=4, ensure_ascii=False)`, but only one
    batch of posts at a time is in memory. Returns how many there were.
    """
    file.write(b'{\n    "posts": [')
    before, written = "\n", 0
    for batch in batches:
        rows = [
            f'        {{\n            "body": {_in_json(body)},\n'
            f'            "timestamp": "{time}"\n        }}'
            for body, time in batch
        ]
        file.write((before + ",\n".join(rows)).encode())
        before, written = ",\n", written + len(rows)
    file.write(b"\n    ]\n}" if written else b"]\n}")
    return written


def read(data: bytes) -> list[Row]:
    """Return the body and the time of each post in the archive.

    Raises ArchiveError at the first thing wrong with it.
    """
    try:
        content = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ArchiveError(f"line {line}: this is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ArchiveError(f"line {error.lineno}: {error.msg}") from None
    if not isinstance(content, dict) or not isinstance(content.get("posts"), list):
        raise ArchiveError('line 1: an archive is an object with a list named "posts"')
    return [_read_row(index, row) for index, row in enumerate(content["posts"])]


def _read_row(index: int, row: Any) -> Row:
    def wrong(what: str) -> ArchiveError:
        return ArchiveError(f"posts[{index}]: {what}")

    if not isinstance(row, dict) or set(row) != {"body", "timestamp"}:
        raise wrong("a post has a body and a timestamp, and nothing else")
    body, timestamp = row["body"], row["timestamp"]
    if not isinstance(body, str) or not 1 <= len(body) <= POST_LENGTH:
        raise wrong(f"its body is not a text of 1 to {POST_LENGTH} characters")
    if unstorable(body):
        raise wrong("its body holds a character that cannot be stored")
    try:
        return body, datetime.strptime(str(timestamp), FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise wrong("its timestamp is not like 2026-01-31T12:00:00.000000Z") from None
