"""The default run opens no connection, looks up no name and starts no process."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
STRICTLY = [sys.executable, "-m", "pytest", "-q", "-p", "tests.harness.offline"]


@pytest.mark.timeout(300)
def test_the_default_run_passes_where_none_of_it_is_allowed():
    run = subprocess.run(
        STRICTLY, cwd=ROOT, capture_output=True, check=False, text=True, timeout=300
    )

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("call", "event"),
    [("os.fork()", "os.fork"), ("socket.getfqdn()", "socket.gethostbyaddr")],
)
def test_what_is_not_allowed_is_noticed(call, event):
    command = [sys.executable, "-c", f"import tests.harness.offline, os, socket; {call}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)

    assert f"The default run does without {event}" in run.stderr
