"""A made-up project with a tiny app and two katas, on a path with a space in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = """
[tool.pytest.ini_options]
addopts = ["-p", "pytest_timeout"]
timeout = 60
"""
STAGE = """
from katas import arguments, early

def pytest_configure(config):
    arguments.prepare(config)
"""
APP = '''
"""A till."""

names = {"cup", "plate"}


def total(prices):
    """Return the sum of the prices."""
    result = 0
    for price in prices:
        result += price
    return result


def discount(amount):
    """Return a tenth less, from 100 on."""
    return amount * 9 // 10 if amount >= 100 else amount
'''
TOTAL = """\
--- a/app/__init__.py
+++ b/app/__init__.py
@@ -7,5 +7,5 @@
     \"\"\"Return the sum of the prices.\"\"\"
     result = 0
-    for price in prices:
+    for price in prices[1:]:
         result += price
     return result
"""
DISCOUNT = """\
--- a/app/__init__.py
+++ b/app/__init__.py
@@ -14,3 +14,3 @@
 def discount(amount):
     \"\"\"Return a tenth less, from 100 on.\"\"\"
-    return amount * 9 // 10 if amount >= 100 else amount
+    return amount * 9 // 10 if amount > 100 else amount
"""
WHEAT = """\
--- a/app/__init__.py
+++ b/app/__init__.py
@@ -7,5 +7,2 @@
     \"\"\"Return the sum of the prices.\"\"\"
-    result = 0
-    for price in prices:
-        result += price
-    return result
+    return sum(prices)
"""
TOML = """
title = "The till"
kind = "CATCH"
minutes = 5
promises = [1]
suite = ["tests/test_till.py"]

[[bug]]
complaint = "One thing was free"
belief = "A till that sums two things sums three."
hints = ["Look at total.", "Mind the first price.", "Assert the sum of three prices."]

[[bug]]
complaint = "My 100 got no discount"
belief = "From 100 on means above 100."
hints = ["Look at discount.", "Mind the edge.", "Assert what 100 costs."]

[[wheat]]
title = "it sums in one line"
"""
SMOKE = "import app\n\n\ndef test_it_adds():\n    assert app.total([]) == 0\n"
START = """
from app import total


def test_nothing_costs_nothing():
    assert total([]) == 0
"""
SOLUTION = """
from app import discount, total


def test_all_prices_are_summed():
    assert total([1, 2, 3]) == 6


def test_100_is_enough_for_a_discount():
    assert discount(100) == 90
"""
README = "# The till\n\nPromise 1. Met in a shop.\n"
SUITE = SOLUTION.replace("_a_discount", "less")


class Project:
    """A clone of a made-up repository, in which the katas' runner is this repository's own."""

    def __init__(self, folder):
        self.folder = folder
        self.kata = folder / "katas/01_the_till"
        self.work = folder / "work/01_the_till"
        shutil.copytree(ROOT / "katas/canary", folder / "katas/canary")
        for file in (ROOT / "katas").glob("*.py"):
            shutil.copyfile(file, folder / "katas" / file.name)
        for path, text in {
            "pyproject.toml": PYPROJECT,
            "conftest.py": STAGE,
            "app/__init__.py": APP,
            "tests/test_till.py": SUITE,
            "katas/smoke/test_smoke.py": SMOKE,
            "katas/warmup/test_warmup.py": SMOKE,
        }.items():
            self.write(path, text)
        self.add_kata("01_the_till")

    def add_kata(self, name, toml=TOML):
        """Add a kata."""
        for path, text in {
            "kata.toml": toml,
            "README.md": README,
            "start/test_till.py": START,
            "solution/test_till.py": SOLUTION,
            "bugs/1.patch": TOTAL,
            "bugs/2.patch": DISCOUNT,
            "wheats/1.patch": WHEAT,
        }.items():
            self.write(f"katas/{name}/{path}", text)

    def write(self, path, text):
        """Write a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")

    def learn(self, text):
        """Write the learner's tests."""
        self.write("work/01_the_till/test_till.py", text)

    def pytest(self, *arguments, cwd=None, **environ):
        """Run pytest as a learner does."""
        return self.run("-m", "pytest", *arguments, cwd=cwd, **environ)

    def katas(self, *arguments, **environ):
        """Run `python -m katas`."""
        return self.run("-m", "katas", *arguments, **environ)

    def run(self, *arguments, cwd=None, **environ):
        """Run Python in the project's folder, or in one below it."""
        usual = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
        usual |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "100", "PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder / (cwd or ""),
            env=usual | environ,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=60,
        )


@pytest.fixture
def project(tmp_path):
    """A made-up project, with a kata that nobody has begun."""
    return Project(tmp_path / "a clone")
