"""The README tells the truth: its links lead somewhere, and its lists are complete."""

import inspect
import re
from pathlib import Path

import pytest

from app import config
from katas.ladder import ladder

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
PROMISES = sorted((ROOT / "tests/integration/promises").glob("test_*.py"))
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page):
    named = re.findall(r"\[(test_\w+)\]\(([^)]+)\)", page.read_text(encoding="utf-8"))

    found = [name for name, file in named if f"def {name}(" in (page.parent / file).read_text()]
    assert found == [name for name, _file in named]


def test_every_test_of_a_fault_is_in_the_table_of_faults():
    table = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "tests/integration/faults").glob("test_*.py"))

    assert [file.name for file in files if f"faults/{file.name}" not in table] == []


@pytest.mark.parametrize("file", PROMISES, ids=lambda file: file.stem)
def test_every_promise_is_listed_in_the_words_of_its_tests(file):
    number = str(int(file.stem.split("_")[1]))
    title = file.stem.split("_", 2)[2].replace("_", " ").capitalize()

    assert f"\n{number}. **[{title}.]({file.relative_to(ROOT).as_posix()})**" in README.replace(
        ",", ""
    )


def test_every_setting_is_listed():
    names = set(re.findall(r'read\("(\w+)"', inspect.getsource(config))) - {"FLASK_DEBUG"}

    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_command_is_listed(app):
    listed = set(re.findall(r"^\| `flask (\w+)", README, re.MULTILINE))

    assert set(app.cli.commands) - listed == set()


def test_the_two_commands_are_those_of_run_py():
    assert COMMANDS[:2] == ["python3 run.py demo", "python3 run.py tests"]


def test_the_scoreboard_counts_all_bugs_and_refactorings():
    katas = ladder()
    bugs = sum(len(kata.bugs) for kata in katas)
    wheats = sum(len(kata.wheats) for kata in katas)

    board = f"suite catches {bugs} of {bugs} bugs, accepts {wheats} of {wheats} refactorings"
    assert f"$ python -m katas verify\n{board}\n" in README
