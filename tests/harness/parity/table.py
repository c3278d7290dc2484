"""A row of the table, and how it is written: a small function with the values beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.harness.parity.stands import Stand

Value = str | tuple[str, ...]
Behaviour = Callable[[Stand], Value]


@dataclass(frozen=True)
class Row:
    """A behaviour, and what it comes to: on a worker, and on stock `is_async=False`."""

    behaviour: Behaviour
    worker: Value
    stock: Value
    so: str

    @property
    def name(self) -> str:
        return self.behaviour.__name__

    @property
    def section(self) -> str:
        return self.behaviour.__module__

    @property
    def description(self) -> str:
        return str(self.behaviour.__doc__).strip(" \n.")


ROWS: list[Row] = []


def row(
    worker: Value, stock: Value | None = None, so: str = ""
) -> Callable[[Behaviour], Behaviour]:
    """Put a behaviour into the table; without `stock`, stock RQ does the same.

    The function returns what it sees; its docstring is the row's first column. `so` says why a
    difference matters, or what to do about it.
    """

    def add(behaviour: Behaviour) -> Behaviour:
        ROWS.append(Row(behaviour, worker, worker if stock is None else stock, so))
        return behaviour

    return add
