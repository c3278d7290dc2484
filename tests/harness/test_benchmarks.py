"""`python -m benchmarks harness` measures what it says, and its bars fail a quick run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.report import Bar

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
