"""What a test says was enqueued, compared with what was."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from rq.job import Job
from rq.utils import resolve_function_reference

from pytest_rq.queue import Enqueued


@dataclass(frozen=True)
class Wanted:
    """What `assert_enqueued` looks for."""

    function: Callable[..., Any] | str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    queue: str | None
    at: datetime | None

    def __str__(self) -> str:
        name = _name(*self.target)
        call = _call(name, self.args, self.kwargs) if self.args or self.kwargs else name
        there = f" on queue {self.queue!r}" if self.queue else ""
        then = f" for {self.at}" if self.at else ""
        return f"{call}{there}{then}"

    @cached_property
    def target(self) -> tuple[object, str]:
        """What a method belongs to, if it is one, and the name: as jobs have them."""
        return resolve_function_reference(self.function)

    def differences(self, entry: Enqueued) -> list[str]:
        """Return how a job differs from the one wanted, most important first."""
        job = entry.job
        found = []
        if not self._is_of(job):
            found.append("another function")
        elif (self.args or self.kwargs) and not self._is_called_alike(job):
            found.append("other arguments")
        if self.queue not in (None, job.origin):
            found.append("another queue")
        if self.at not in (None, entry.at):
            found.append("another time")
        return found

    def _is_of(self, job: Job) -> bool:
        """Return whether a job calls this function, or this method of an equal object."""
        instance, name = self.target
        alike = job.func_name == name and type(job.instance) is type(instance)
        return alike and bool(job.instance == instance)

    def _is_called_alike(self, job: Job) -> bool:
        """Return whether each parameter gets the same, by position, by name or by default."""
        args = tuple(job.args)
        if (args, job.kwargs) == (self.args, self.kwargs):
            return True
        try:
            signature = inspect.signature(job.func)
            given, wanted = (
                signature.bind(*args, **job.kwargs),
                signature.bind(*self.args, **self.kwargs),
            )
        except (TypeError, ValueError):  # it does not fit, or nobody knows
            return False
        given.apply_defaults()
        wanted.apply_defaults()
        return given == wanted

    def near(self, entry: Enqueued) -> str:
        """Return in words how near a job of the same function comes."""
        found = self.differences(entry)
        return "" if "another function" in found else f"same function, {', '.join(found)}"


def show(entry: Enqueued) -> str:
    """Return an enqueued job as a call, with its queue and its time."""
    job, then = entry.job, f" for {entry.at}" if entry.at else ""
    name = _name(job.instance, job.func_name)
    return f"{_call(name, job.args, job.kwargs)} on {job.origin!r}{then}"


def _name(instance: object, name: str | None) -> str:
    if instance is None:
        return str(name)
    if isinstance(instance, type):
        return f"{instance.__module__}.{instance.__qualname__}.{name}"
    return f"{instance!r}.{name}"


def _call(name: str, args: Any, kwargs: dict[str, Any]) -> str:
    arguments = [*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())]
    return f"{name}({', '.join(arguments)})"
