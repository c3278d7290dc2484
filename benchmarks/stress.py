"""`stress`: kills, clicks, polls and random orders of events, and what came of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree as ET

import click

from pytest_rq.plugin import PROPERTY

ROOT = Path(__file__).parents[1]
CASES = ROOT / "benchmarks" / "cases" / "stress.py"
FULL = {"kills": 200, "clicks": 200, "tasks": 20, "steps": 10_000}
QUICK = {"kills": 10, "clicks": 40, "tasks": 2, "steps": 500}

# As the suite is run, but for what it is not about, and each case in a process of its own.
OPTIONS = ["-q", "-x", "-m", "", "--force-enable-socket", "-o", "python_functions=stress_*"]
OPTIONS += ["-p", "no:cacheprovider", "--show-capture=no", "-o", "junit_family=xunit1"]


class Case(NamedTuple):
    """A function of the cases, and what it is run on."""

    function: str
    backend: str
    database: str

    def __str__(self) -> str:
        return f"{self.function.removeprefix('stress_')}, {self.backend} on {self.database}"


RUNS = [
    Case("stress_kills", "real", "sqlite"),
    Case("stress_kills", "real", "postgres"),
    Case("stress_clicks", "real", "sqlite"),
    Case("stress_clicks", "real", "postgres"),
    Case("stress_polls", "real", "sqlite"),
    Case("stress_polls", "real", "postgres"),
    Case("stress_machine", "worker", "sqlite"),
]


@click.command()
@click.option("--quick", is_flag=True, help="A few of each.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of tables.")
@click.option("--seed", type=int, default=1, show_default=True, help="When to kill.")
def stress(quick: bool, as_json: bool, seed: int) -> None:
    """Kills of workers, clicks and polls at once, events in any order; exit 1 if one fails."""
    sizes = QUICK if quick else FULL
    counted: dict[str, dict[str, int]] = {}
    hidden = not sys.stderr.isatty()
    with click.progressbar(RUNS, label="Stressing", file=sys.stderr, hidden=hidden) as runs:
        for case in runs:
            counted[str(case)] = dict(_run(case, sizes, seed))
    if as_json:
        click.echo(json.dumps({"sizes": sizes, "seed": seed, "counts": counted}, indent=2))
        return
    for name, counts in counted.items():
        click.echo(f"{name}\n" + "\n".join(f"{n:8}  {what}" for what, n in counts.items()) + "\n")


def _run(case: Case, sizes: dict[str, int], seed: int) -> Iterator[tuple[str, int]]:
    """Run a case, and yield what it counted; raises ClickException with its words if it fails."""
    # Without what would let a pytest that runs this reach into the one that is started.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environ |= {"STRESS_SIZES": json.dumps(sizes), "STRESS_SEED": str(seed)}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        where = ["--backend", case.backend, "--database", case.database, f"--junitxml={report}"]
        command = [sys.executable, "-m", "pytest", *OPTIONS, *where]
        ended = subprocess.run(
            [*command, f"{CASES}::{case.function}"],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise click.ClickException(f"{case}: a promise was broken.\n{ended.stdout}")
        for each in ET.parse(report).iter("property"):
            if each.get("name") != PROPERTY:
                yield str(each.get("name")), int(str(each.get("value")))
