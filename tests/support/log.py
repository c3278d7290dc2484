"""The log as a machine reads it, whichever process wrote it."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.logs import ours


class Log:
    """Called, it returns the lines so far, oldest first, as dictionaries."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, **values: object) -> list[dict[str, Any]]:
        """Return the lines with these values."""
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        return [line for line in lines if values.items() <= line.items()]


@contextmanager
def logged(file: Path) -> Iterator[Log]:
    """Write what is logged to the file as the app does in production, from INFO up."""
    root = logging.getLogger()
    level = root.level
    handler = ours(logging.FileHandler(file), "json")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield Log(file)
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()
