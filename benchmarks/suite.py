"""`suite`: what the default suite costs, alone and in two processes, and what its start imports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import click

from benchmarks import report
from benchmarks.report import Bar, Row
from tests.support.budget import timed

ROOT = Path(__file__).parents[1]
TURN = 0.004  # seconds of a turn of the calibration loop where the bars are what they say
SHOWN = 12  # packages
# "import time: self [us] | cumulative | imported package", the latter indented by its depth.
IMPORT = re.compile(r"import time: +(\d+) \| +\d+ \| +([\w.]+)")


@click.command()
@report.options
def suite(quick: bool, as_json: bool, write: bool) -> None:
    """The default suite: alone, in two processes, its slowest test, and what its start imports."""
    ways = {"the default suite": [], "the default suite, -n 2": ["-n", "2"]}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    slowest: list[float] = []
    turns: list[float] = []
    count = 0
    rounds = 1 if quick else 5
    with report.progress(rounds * len(ways) + 1) as step:
        for _round in range(rounds):
            for name, options in ways.items():
                turns.append(min(timed() for _ in range(20)))
                with _judged(options) as (took, times):
                    seconds[name].append(took)
                    slowest.append(max(times))
                    count = len(times)
                step(1)
        imports, collecting = _start()
        step(1)
    alone, split = (median(each) for each in seconds.values())
    turn = median(turns)
    rows = [
        Row(name, {"s": median(took), "tests": count, "ms/test": 1000 * median(took) / count})
        for name, took in seconds.items()
    ]
    rows += [Row("its slowest test", {"s": median(slowest)}), Row("collecting", {"s": collecting})]
    rows += [
        Row(f"collecting: importing {name}", {"s": took, "share": took / collecting})
        for name, took in imports
    ]
    rows.append(Row("a turn of the calibration loop", {"ms": 1000 * turn}))
    slower = max(1.0, turn / TURN)
    bars = [
        Bar("the default suite, s", alone, at_most=10 * slower),
        Bar("the default suite, -n 2, s", split, at_most=6 * slower),
        Bar("its slowest test, s", median(slowest), at_most=0.5 * slower),
    ]
    report.show(rows, bars, quick, as_json, write)


@contextmanager
def _judged(options: list[str]) -> Iterator[tuple[float, list[float]]]:
    """Run the suite; give the seconds that it took, and those of each test with its fixtures."""
    with TemporaryDirectory() as folder:
        told = Path(folder, "told.xml")
        began = time.perf_counter()
        _pytest(*options, f"--junitxml={told}", f"--basetemp={folder}/tests")
        took = time.perf_counter() - began
        cases = ET.parse(told).iter("testcase")
        yield took, [float(case.attrib["time"]) for case in cases]


def _start() -> tuple[list[tuple[str, float]], float]:
    """Return the seconds that imports take by package, the most first, and all of collecting."""
    began = time.perf_counter()
    _pytest("--collect-only")
    collecting = time.perf_counter() - began
    packages: Counter[str] = Counter()
    for line in _pytest("--collect-only", "-s", python=("-X", "importtime")).splitlines():
        if found := IMPORT.match(line):
            packages[found[2].partition(".")[0]] += int(found[1])
    return [(name, took / 1e6) for name, took in packages.most_common(SHOWN)], collecting


def _pytest(*options: str, python: tuple[str, ...] = ()) -> str:
    """Run pytest as a process of its own, and return what it wrote to standard error."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, *python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    ended = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise click.ClickException(f"The suite failed, so nothing is measured.\n{ended.stdout}")
    return ended.stderr
