"""The default run opens no connection and starts no process."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
STRICTLY = [sys.executable, "-m", "pytest", "-q", "-p", "tests.harness.offline"]


@pytest.mark.timeout(300)
def test_the_default_run_passes_where_neither_is_allowed():
    run = subprocess.run(
        STRICTLY, cwd=ROOT, capture_output=True, check=False, text=True, timeout=300
    )

    assert run.returncode == 0, run.stdout


def test_what_is_not_allowed_is_noticed():
    command = [sys.executable, "-c", "import tests.harness.offline, os; os.fork()"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)

    assert "The default run does without os.fork" in run.stderr
