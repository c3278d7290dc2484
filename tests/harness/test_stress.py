"""`python -m benchmarks stress` counts what came of kills, clicks and events in any order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks", "stress", "--quick", "--json"]
NEVER = ("stuck", "finished without a mail", "mails repeated beyond the window")


@pytest.mark.server
@pytest.mark.timeout(300)
def test_nothing_is_stuck_lost_or_repeated_under_stress():
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}

    ended = subprocess.run(
        COMMAND, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    measured = json.loads(ended.stdout)
    sizes, counts = measured["sizes"], measured["counts"]
    for database in ("sqlite", "postgres"):
        kills = counts[f"kills, real on {database}"]
        assert kills["jobs killed"] == sizes["kills"]
        assert [kills[each] for each in NEVER] == [0, 0, 0]
        clicks = counts[f"clicks, real on {database}"]
        assert (clicks["clicks"], clicks["started"], clicks["mails"]) == (sizes["clicks"], 1, 1)
        polls = counts[f"polls, real on {database}"]
        assert (polls["last states missed"], polls["heard going back"]) == (0, 0)
    assert counts["machine, worker on sqlite"]["steps"] >= sizes["steps"]
