"""`python -m katas`."""

import json

import pytest

from tests.katas.conftest import SOLUTION

pytestmark = pytest.mark.server


def test_without_a_command_it_says_where_one_is(project):
    ended = project.katas()

    assert "Promise 1. Met in a shop." in ended.stdout
    assert "0/1    next: pytest katas/01_the_till" in ended.stdout


def test_hints_come_one_at_a_time_and_the_last_is_the_change(project):
    said = [project.katas("hint", "1", "2").stdout for _ in range(4)]

    assert "Look at discount." in said[0]
    assert "Mind the edge." not in said[0]
    assert "Assert what 100 costs." in said[2]
    assert "amount > 100" not in said[2]
    assert "+    return amount * 9 // 10 if amount > 100 else amount" in said[3]


def test_a_bug_is_shown_once_it_is_caught(project):
    project.learn(SOLUTION)
    before = project.katas("show", "01", "1")
    project.pytest("katas")
    after = project.katas("show", "01", "1")

    assert before.returncode == 1
    assert "Bug 1 is shown once you have caught it" in before.stderr
    assert "+    for price in prices[1:]:" in after.stdout


def test_ours_is_shown_once_yours_is_done(project):
    project.learn(SOLUTION + "\n# mine\n")
    before = project.katas("diff", "01")
    project.pytest("katas")
    after = project.katas("diff", "01")

    assert "Ours is shown once yours is done" in before.stderr
    assert "-# mine" in after.stdout


def test_a_reset_puts_aside_what_was_written(project):
    project.learn(SOLUTION)
    project.pytest("katas")

    project.katas("reset", "01")

    assert "solved" not in project.katas("list").stdout
    kept = project.folder / "work/.aside/01_the_till-1/test_till.py"
    assert "test_all_prices" in kept.read_text(encoding="utf-8")


def test_a_report_is_markdown_or_json(project):
    project.learn(SOLUTION)
    project.pytest("katas")

    assert "| 01 The till | CATCH | 5 | yes | 2 of 2 | 0 |" in project.katas("report").stdout
    assert json.loads(project.katas("report", "--json").stdout)["caught"] == 2


def test_a_watch_checks_at_once_and_stops_when_it_is_done(project):
    project.learn(SOLUTION)

    ended = project.katas("watch")

    assert ended.returncode == 0
    assert "2 of 2 caught" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "7"], "There is no kata '7'"),
        (["hint", "1", "9"], "Kata 01 has no bug 9: they are 1 to 2."),
        (["shw"], "Did you mean 'show'?"),
    ],
)
def test_a_slip_is_answered_by_a_sentence(project, arguments, said):
    ended = project.katas(*arguments)

    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_new_kata_has_a_place_for_all_that_it_needs(project):
    ended = project.katas("new", "the broken scale")

    files = {file.name for file in (project.folder / "katas/02_the_broken_scale").rglob("*")}
    assert {"README.md", "kata.toml", "test_the_broken_scale.py", "bugs", "wheats"} <= files
    assert "python -m katas verify 02" in ended.stdout


def test_a_patch_is_refreshed_after_a_change_beside_it(project):
    app = project.folder / "app/__init__.py"
    text = app.read_text(encoding="utf-8").replace("    result = 0", "    result = 0.0")
    app.write_text(text, encoding="utf-8")

    ended = project.katas("refresh", "01")

    assert "bugs/1.patch was rewritten" in ended.stdout
    assert "wheats/1.patch" in ended.stderr
    assert "Write that patch anew by hand." in ended.stderr
    patch = (project.kata / "bugs/1.patch").read_text(encoding="utf-8")
    assert "     result = 0.0\n-    for price in prices:\n" in patch
