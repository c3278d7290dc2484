"""Imports point one way: what each module of the app may import of ours."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE = {"app.clock", "app.extensions"}
MODELS = BASE | {"app.models", "app.notifications"}
RECORD = MODELS | {"app.tasks.queue", "app.tasks.record"}
ENGINE = RECORD | {"app.tasks.engine", "app.tasks.recovery"}
TASKS = {f"app.tasks.{name}" for name in ("count", "export", "mail", "reset")}
COMMAND = ENGINE | {"app.cli.common"}


def modules(folder):
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted((ROOT / folder).rglob("*.py"))
    }


MAY_IMPORT = {
    "app.catalogues": set(),
    "app.clock": set(),
    "app.config": set(),
    "app.extensions": {"app.catalogues"},
    "app.alerts": {"app.logs", "app.mail"},
    "app.logs": set(),
    "app.models": BASE,
    "app.notifications": BASE | {"app.models"},
    "app.accounts": BASE | {"app.models"},
    "app.archive": {"app.models"},
    "app.parcel": set(),
    "app.shelf": MODELS,
    "app.tokens": MODELS,
    "app.letter": set(),
    "app.mail": MODELS | {"app.letter"},
    "app.errors": {"app.limiting"},
    "app.limiting": {"app.clock"},
    "app.security": set(),
    "app.seed": MODELS,
    "app.forms": {"app.accounts", "app.models"},
    "app.tasks": set(),
    "app.tasks.queue": MODELS,
    "app.tasks.record": MODELS,
    "app.tasks.recovery": RECORD,
    "app.tasks.engine": RECORD | {"app.tasks.recovery"},
    "app.tasks.warmup": RECORD | {"app.catalogues"},
    "app.tasks.worker": ENGINE | {"app.shelf", "app.tasks.warmup"},
    "app.tasks.count": ENGINE,
    "app.tasks.mail": ENGINE | {"app.mail"},
    "app.tasks.reset": ENGINE | {"app.accounts", "app.mail", "app.tasks.mail", "app.tokens"},
    "app.tasks.export": ENGINE
    | {"app.archive", "app.mail", "app.parcel", "app.shelf", "app.tasks.mail", "app.tokens"},
    "app.views": MODELS | {name for name in modules("app/views") if name != "app.views.mailbox"},
    "app.views.*": ENGINE
    | TASKS
    | {"app.accounts", "app.forms", "app.limiting", "app.shelf", "app.tokens", "app.views.paging"},
    "app.cli": MODELS | set(modules("app/cli")) - {"app.cli.common"},
    "app.cli.common": ENGINE,
    "app.cli.processes": COMMAND | {"app.config", "app.demo", "app.tasks.worker"},
    "app.cli.translate": {"app.catalogues", "app.cli.common", "app.config"},
    "app.cli.*": COMMAND | TASKS | {"app.archive", "app.seed", "app.shelf"},
    "app.demo": {"app", "app.config", "app.extensions", "app.seed", "app.views.mailbox"},
    "app": {f"app.{name}" for name in ("alerts", "cli", "config", "errors", "extensions")}
    | {"app.limiting", "app.logs"}
    | {"app.security", "app.tasks.queue", "app.views"},
}


@cache
def imports(file):
    """Return the dotted names that a module imports, those of its submodules told apart."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            known = whole & ALL.keys()
            found |= known or {node.module}
            found |= {node.module} if whole - known else set()
    return frozenset(found)


ALL = modules("app") | modules("pytest_rq") | modules("tests")


@pytest.mark.parametrize("name", modules("app"))
def test_a_module_imports_only_what_it_may(name):
    rule = name if name in MAY_IMPORT else f"{name.rpartition('.')[0]}.*"
    ours = {each for each in imports(ALL[name]) if each.partition(".")[0] == "app"}

    assert ours - MAY_IMPORT[rule] - {name} == set()


@pytest.mark.parametrize("name", modules("app"))
def test_the_app_knows_nothing_of_its_tests(name):
    roots = {each.partition(".")[0] for each in imports(ALL[name])}

    assert roots & {"tests", "pytest_rq", "katas", "pytest", "fakeredis"} == set()


@pytest.mark.parametrize("name", modules("app"))
def test_the_app_never_asks_whether_it_is_being_tested(name):
    assert "testing" not in ALL[name].read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("name", modules("pytest_rq"))
def test_the_harness_knows_nothing_of_the_app(name):
    roots = {each.partition(".")[0] for each in imports(ALL[name])}

    assert roots & {"app", "tests", "katas", "flask"} == set()


@pytest.mark.parametrize("name", modules("app"))
def test_only_four_places_commit(name):
    text = ALL[name].read_text(encoding="utf-8")
    committing = name.startswith(("app.views.", "app.cli.")) or name in {
        "app.demo",
        "app.tasks.engine",
        "app.tasks.record",
    }

    assert committing or ".commit(" not in text
