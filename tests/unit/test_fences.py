"""What the documents show is true: every block is run, or checked, and none can escape."""

import doctest
import importlib
import json
import re

import pytest
from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from app.logs import FIELDS
from tests.harness.test_readme_examples import BLOCKS
from tests.support.shell import ROOT, Shell
from tests.unit.test_imports import modules

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "pytest_rq/README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("katas/*.md")),
    *sorted(ROOT.glob("katas/*/README.md")),
]
LEX = RawFencedCodeBlockLexer(re.compile(r"(?P<kind>[^\n]*)\n"))
# Whose outputs are compared, by test_readme.py and by test_kata_pages.py.
OUTPUTS = {"README.md", "katas/README.md"}
LINE = {"time", "level", "logger", "message", "exception", *FIELDS}


def fences():
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        document = Document(page.read_text(encoding="utf-8"), str(page))
        for region in LEX(document):
            line = document.line_column(region.start).split(",")[0].removeprefix("line ")
            yield pytest.param(name, region, document.text, id=f"{name}:{line}")


def of_kind(*kinds):
    found = [each for each in fences() if each.values[1].lexemes["kind"] in kinds]
    assert found
    return pytest.mark.parametrize(("page", "region", "text"), found)


@pytest.fixture
def shell(app, pytestconfig):
    """What knows which commands there are."""
    return Shell(app, pytestconfig)


def test_every_block_is_of_a_kind_that_is_checked_here():
    kinds = {"console", "json", "python", ""}

    assert [each.id for each in fences() if each.values[1].lexemes["kind"] not in kinds] == []


@of_kind("console")
def test_every_command_can_be_given(page, region, shell, text):
    lines = str(region.lexemes["source"]).splitlines()
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]

    assert commands
    assert page in OUTPUTS or len(commands) == len(lines), "Nobody compares what it prints."
    for command in commands:
        shell.check(command)


@of_kind("json")
def test_every_object_has_the_fields_that_there_are(client, page, region, text):
    found = json.loads(region.lexemes["source"])

    ready = client.get("/ready").get_json()
    assert found.keys() == ready.keys() or found.keys() <= LINE


@of_kind("python")
def test_every_example_is_run(page, region, text):
    """By test_readme_examples.py, as a project of another's."""
    assert page == "pytest_rq/README.md"
    assert str(region.lexemes["source"]) in BLOCKS


@of_kind("")
def test_a_block_without_a_kind_is_written_by_a_benchmark(page, region, text):
    [name] = re.findall(r"<!-- (\w+) -->\n\Z", text[: region.start])

    assert text[region.end :].startswith(f"\n<!-- end of {name} -->")
    assert [*(ROOT / "benchmarks").glob(f"{name.partition('_')[0]}*.py")]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("flask tasks mend", "There is no command 'mend'."),
        ("flask worker --fast", "No such option"),
        ("pytest tests/nowhere", "There is no tests/nowhere."),
        ("python3 run.py everything", "There is no 'everything'"),
        ("python -m benchmarks export --slow", "benchmarks export has no --slow."),
        ("pip install -r requirements/none.txt", "There is no requirements/none.txt."),
        ("tox -e py27", "tox has no environment py27."),
        ("docker compose up --fast", "There is no '--fast'"),
        ("sudo systemctl enable nobody.service", "There is no unit nobody.service."),
        ("curl http://127.0.0.1:8000/steady", "There is no '/steady'"),
        ("sudo -u microblog sh -ac '. /etc/microblog.env && flask mend'", "'mend'"),
        ("make all", "Nobody knows whether make can be given"),
    ],
)
def test_a_command_that_cannot_be_given_is_noticed(command, said, shell):
    with pytest.raises(AssertionError, match=re.escape(said)):
        shell.check(command)


CODE = {
    name: file for part in ("app", "pytest_rq", "katas") for name, file in modules(part).items()
}


def examples():
    """Return the modules whose docstrings show a Python session."""
    prompt = re.compile(r"^ *>>> ", re.MULTILINE)
    return [name for name in CODE if prompt.search(CODE[name].read_text(encoding="utf-8"))]


def test_what_docstrings_show_is_true():
    failed = {name: doctest.testmod(importlib.import_module(name)).failed for name in examples()}

    assert [name for name, count in failed.items() if count] == []


TUTORIAL = (ROOT / "docs/from-the-tutorial.md").read_text(encoding="utf-8")
NAMES = TUTORIAL.partition("## Where things are now")[2].partition("\n## ")[0]
HERE = [row.split(" | ")[1] for row in NAMES.splitlines()[4:] if row.startswith("| ")]
APP = {name: CODE[name].read_text(encoding="utf-8") for name in CODE if name.startswith("app")}
SPANS = sorted({span for cell in HERE for span in re.findall(r"`([^`]+)`", cell)})


@pytest.mark.parametrize("name", SPANS)
def test_every_name_that_the_tutorials_became_exists(app, name, shell):
    """A command, a route, a file, a function with its parameters, or a word of the app's code."""
    if name.startswith("flask "):
        shell.check(name)
    elif re.match("[A-Z]+ /", name):
        method, path = name.split()
        assert app.url_map.bind("localhost").test(path, method)
    elif "/" in name or name.endswith(".js"):
        assert (ROOT / name).exists() or [*ROOT.glob(f"app/**/{name}")]
    elif signature := re.fullmatch(r"(\w+)\((.+)\)", name):
        pattern = rf"def {signature[1]}\((.+?)\) ->"
        [found] = [each for text in APP.values() for each in re.findall(pattern, text, re.DOTALL)]
        wanted = signature[2].split(", ")
        assert re.findall(r"(\w+):", found)[: len(wanted)] == wanted
    else:
        word = name.removesuffix("()").rpartition(".")[2]
        assert [each for each, text in APP.items() if re.search(rf"\b{word}\b", text)]
