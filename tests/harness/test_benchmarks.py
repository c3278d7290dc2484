"""`python -m benchmarks harness` measures what it says, and its bars fail a quick run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from benchmarks import report
from benchmarks.report import Bar, Row

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks", "harness", "--quick", "--json"]


@pytest.mark.server
def test_the_harness_is_measured_and_judged():
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}

    ended = subprocess.run(
        COMMAND, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    measured = json.loads(ended.stdout)
    assert set(measured) == {"machine", "rows", "bars"}
    assert all(row["ms"] > 0 and row["ratio"] > 0 for row in measured["rows"])
    failing = [bar["claim"] for bar in measured["bars"] if not bar["holds"]]
    assert ended.returncode == bool(failing), ended.stderr
    assert [claim for claim in failing if claim not in ended.stderr] == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"at_most": 3.5}, "holds: the strict queue is 3.5; it has to be at most 3.5."),
        ({"at_most": 3}, "FAILS: the strict queue is 3.5; it has to be at most 3."),
        ({"at_least": 2}, "holds: the strict queue is 3.5; it has to be at least 2."),
        ({"at_least": 8}, "FAILS: the strict queue is 3.5; it has to be at least 8."),
    ],
)
def test_a_bar_says_whether_it_holds(limits, said):
    assert str(Bar("the strict queue", 3.5, **limits)) == said


@click.command("pebbles")
@report.options
def pebbles(quick, as_json, write):
    """A benchmark of two rows that have not all columns in common."""
    rows = [Row("one", {"ms": 1234.5, "ratio": 1.0}), Row("another", {"ms": 2.0, "MB": 7})]
    report.show(rows, [Bar("the ratio", 1.0, at_most=0.5)], quick, as_json, write)


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A page of documentation with places for pebbles and for sticks."""
    page = tmp_path / "performance.md"
    page.write_text("# Costs\n<!-- pebbles -->\nold\n<!-- end of pebbles -->\nEnd\n")
    monkeypatch.setattr(report, "PAGE", page)
    return page


def test_a_table_has_a_column_for_each_figure():
    lines = CliRunner().invoke(pebbles, []).output.splitlines()

    [start] = [number for number, line in enumerate(lines) if line.split() == ["ms", "ratio", "MB"]]
    assert [line.split() for line in lines[start + 1 : start + 3]] == [
        ["one", "1,234.50", "1.00"],
        ["another", "2.00", "7"],
    ]


def test_a_table_is_put_into_its_place_on_the_page(page):
    result = CliRunner().invoke(pebbles, ["--write"])

    assert result.exit_code == 0
    written = page.read_text()
    assert "1,234.50" in written
    assert "old" not in written
    assert written.startswith("# Costs\n<!-- pebbles -->\n```\n")
    assert written.endswith("\n```\n<!-- end of pebbles -->\nEnd\n")


def test_a_page_without_a_place_for_the_table_is_left_alone(page):
    page.write_text("# Costs\n")

    result = CliRunner().invoke(pebbles, ["--write"])

    assert (result.exit_code, page.read_text()) == (1, "# Costs\n")
    assert "performance.md has no place for pebbles: mark it by comments." in result.output


def test_a_bar_fails_a_quick_run_alone():
    assert CliRunner().invoke(pebbles, []).exit_code == 0
    assert CliRunner().invoke(pebbles, ["--quick"]).exit_code == 1
