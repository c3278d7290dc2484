"""Templates, compiled once by each worker for all copies of the app."""

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """Keeps templates compiled; one whose source differs is compiled anew."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return a key that does not tell the copies apart."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept; jinja2 compares its checksum with the source's."""
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.compiled[bucket.key] = bucket.bytecode_to_string()


def share() -> None:
    """Let all apps of this process, and of its forks, share their compiled templates."""
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
