"""The archive: posts.json, written as a stream and read back with every row checked."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

from app.models import POST_LENGTH, unstorable

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
Row = tuple[str, datetime]


class ArchiveError(ValueError):
    """The archive cannot be read; the text names the line or the post at fault."""


def write(file: IO[bytes], posts: Iterable[Row]) -> int:
    """Write the posts as JSON: indented, in UTF-8, times in UTC with microseconds and a Z.

    The bytes are those of `json.dumps({"posts": […]}, indent=4, ensure_ascii=False)`, but only one
    post at a time is in memory. Returns how many there were.
    """
    file.write(b'{\n    "posts": [')
    before, written = "\n", 0
    for body, timestamp in posts:
        text = json.dumps(body, ensure_ascii=False)
        time = timestamp.astimezone(UTC).strftime(FORMAT)
        row = f'            "body": {text},\n            "timestamp": "{time}"'
        file.write(f"{before}        {{\n{row}\n        }}".encode())
        before, written = ",\n", written + 1
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
