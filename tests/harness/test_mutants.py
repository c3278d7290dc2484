"""`python -m benchmarks mutants` changes what matters, and notices whether a test does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.absent import needed

ROOT = Path(__file__).parents[2]
mutations = needed("benchmarks.mutations")
COMMAND = [sys.executable, "-m", "benchmarks", "mutants", "--quick", "--json"]


def changes(tmp_path, text):
    """Return what the mutants of a file with this text have instead of it."""
    (tmp_path / "it.py").write_text(text)
    return [each.change.split("+ ")[-1] for each in mutations.mutants_of(tmp_path, "it.py")]


@pytest.mark.parametrize(
    ("text", "mutants"),
    [
        ("work()", ["pass"]),
        ("raise Sorry", ["pass"]),
        ("COUNT = 1", ["COUNT = None", "COUNT = 2"]),
        ('KIND = "a"', ["KIND = None", 'KIND = "XXaXX"', 'KIND = "A"']),
        ("if a < b: c", ["if not (a < b): c", "if a <= b: c", "if a < b: pass"]),
        ("def f(): return a", ["def f(): return"]),
        ("def f(a=1): b", ["def f(a=2): b", "def f(a=1): pass"]),
        ("a = f(b)", ["a = None", "a = f(None)"]),
        ("try:\n    a\nexcept B:\n    c", ["pass", "except ():", "pass"]),
        ("@task\ndef f(): a", ["- @task", "def f(): pass"]),
    ],
)
def test_what_matters_is_changed(tmp_path, text, mutants):
    assert changes(tmp_path, text) == mutants


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring."""',
        "import json",
        "a: int | None",
        "def f(a: list[int | None]) -> int | None: pass",
        'T = TypeVar("T", bound=int)',
        "Pair = tuple[int, str]",
    ],
)
def test_what_cannot_matter_is_left_alone(tmp_path, text):
    assert changes(tmp_path, text) == []


def test_wording_is_left_alone_but_not_that_it_is_said(tmp_path):
    assert changes(tmp_path, 'raise Sorry("It is broken.")') == ["pass", "raise Sorry(None)"]


@pytest.mark.server
@pytest.mark.timeout(300)
def test_a_few_mutants_are_all_noticed():
    # Mutants are no part of what a pytest that runs this measures.
    inherited = ("PYTEST", "COVERAGE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}

    ended = subprocess.run(
        COMMAND, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    [name, mutants, noticed, score] = told["rows"][-1]
    assert (name, mutants, score, told["new"]) == ("all", noticed, 100, [])
    assert mutants >= 5
