"""What a test says was enqueued, compared with what was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pytest_rq.queue import Enqueued


@dataclass(frozen=True)
class Wanted:
    """What `assert_enqueued` looks for."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    queue: str | None
    at: datetime | None

    def __str__(self) -> str:
        with_arguments = self.args or self.kwargs
        call = _call(self.name, self.args, self.kwargs) if with_arguments else self.name
        there = f" on queue {self.queue!r}" if self.queue else ""
        then = f" for {self.at}" if self.at else ""
        return f"{call}{there}{then}"

    @property
    def name(self) -> str:
        """The function's path, as jobs name it."""
        return f"{self.function.__module__}.{self.function.__qualname__}"

    def differences(self, entry: Enqueued) -> list[str]:
        """Return how a job differs from the one wanted, most important first."""
        job = entry.job
        found = []
        if job.func_name != self.name:
            found.append("another function")
        if (self.args or self.kwargs) and (tuple(job.args), job.kwargs) != (self.args, self.kwargs):
            found.append("other arguments")
        if self.queue not in (None, job.origin):
            found.append("another queue")
        if self.at not in (None, entry.at):
            found.append("another time")
        return found

    def near(self, entry: Enqueued) -> str:
        """Return in words how near a job of the same function comes."""
        found = self.differences(entry)
        return "" if "another function" in found else f"same function, {', '.join(found)}"


def show(entry: Enqueued) -> str:
    """Return an enqueued job as a call, with its queue and its time."""
    job, then = entry.job, f" for {entry.at}" if entry.at else ""
    return f"{_call(job.func_name, job.args, job.kwargs)} on {job.origin!r}{then}"


def _call(name: str | None, args: Any, kwargs: dict[str, Any]) -> str:
    arguments = [*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())]
    return f"{name}({', '.join(arguments)})"
