"""`pytest katas` as learners and machines use it."""

import xml.etree.ElementTree as ET

import pytest

from tests.katas.conftest import SOLUTION, TOTAL

pytestmark = pytest.mark.server


def said(ended):
    return " ".join(ended.stdout.split())


def test_the_first_run_is_red_and_says_what_to_do(project):
    ended = project.pytest("katas")

    assert ended.returncode == 1
    assert 'NOT caught 1 "One thing was free"' in said(ended)
    assert "next: make bug 1 fail a test python -m katas hint 01 1" in said(ended)


def test_the_solution_is_green_and_the_next_kata_is_named(project):
    project.add_kata("02_again")
    project.learn(SOLUTION)

    ended = project.pytest("katas")

    assert ended.returncode == 0
    assert "bugs 2 of 2 caught" in said(ended)
    assert "1/2 next: kata 02: pytest katas/02_again" in said(ended)


def test_the_last_success_says_that_it_was_the_last(project):
    project.learn(SOLUTION)

    assert "That was the last one: the ladder is climbed." in project.pytest("katas").stdout
    assert "All katas are solved." in project.pytest("katas").stdout


def test_a_report_has_a_case_for_each_variant(project):
    project.pytest("katas", "--junitxml", "junit.xml")

    cases = ET.parse(project.folder / "junit.xml").iter("testcase")
    assert {
        case.get("name"): [each.tag for each in case if each.tag != "properties"] for case in cases
    } == {
        "test_nothing_costs_nothing": [],
        "correct-app": [],
        "wheat-1": [],
        "bug-1": ["failure"],
        "bug-2": ["failure"],
    }


def test_a_variant_can_be_chosen_by_its_node_id(project):
    project.learn(SOLUTION)

    ended = project.pytest("katas/01_the_till/kata.toml::bug-2", "-v")

    assert "bug-2 CAUGHT" in said(ended)
    assert "bug-1 CAUGHT" not in said(ended)


def test_tests_can_be_chosen_by_k_and_nothing_is_judged_then(project):
    ended = project.pytest("katas", "-k", "nothing_costs")

    assert ended.returncode == 0
    assert "No variant was judged" in said(ended)


@pytest.mark.parametrize("folder", ["app", "katas", "katas/01_the_till"])
def test_it_works_from_any_folder(project, folder):
    up = "../" * len(folder.split("/"))

    ended = project.pytest(f"{up}katas/1", cwd=folder)

    assert "correct apps 2 of 2 accepted" in said(ended)
    assert project.run(f"{up}katas", "list", cwd=folder).returncode == 0


def test_xdist_is_left_out(project):
    ended = project.pytest("katas", "-p", "xdist", "-n", "2")

    assert "correct apps 2 of 2 accepted" in said(ended)


def test_pytest_at_the_root_runs_no_kata(project):
    ended = project.pytest(".", "--collect-only", "-q")

    assert "kata" not in ended.stdout


def test_a_terminal_that_knows_ascii_gets_ascii(project):
    project.write("katas/01_the_till/README.md", "# The till")

    ended = project.pytest("katas", PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert ended.stdout.isascii()
    assert "-- kata 01 | The till ---" in ended.stdout


def test_what_the_learner_wrote_survives_a_newer_version(project):
    project.learn(SOLUTION)
    project.pytest("katas", "--collect-only")

    project.write("katas/01_the_till/start/test_till.py", "def test_new():\n    pass\n")

    assert project.pytest("katas").returncode == 0


def test_no_bug_is_judged_before_all_correct_apps_are_accepted(project):
    project.learn("from app import total\n\ndef test_it():\n    assert total([1]) == 2\n")

    ended = project.pytest("katas")

    assert "bugs not judged until every correct app is accepted" in said(ended)
    assert "3 not judged" in said(ended)


def test_after_ctrl_c_nothing_is_said_of_the_kata(project):
    project.learn("def test_it():\n    raise KeyboardInterrupt\n")

    ended = project.pytest("katas")

    assert (ended.returncode, ended.stderr) == (2, "")
    assert "The till" not in said(ended)
    assert "KeyboardInterrupt" in said(ended)


def test_a_hanging_bug_is_caught(project):
    endless = TOTAL.replace("prices[1:]:", "iter(int, 1):")
    project.write("katas/01_the_till/bugs/1.patch", endless)
    project.learn(SOLUTION)

    ended = project.pytest("katas/01_the_till/kata.toml::bug-1", "-v")

    assert "bug-1 CAUGHT" in said(ended)


def test_a_runner_that_tests_something_else_accuses_itself(project):
    project.write("katas/canary/test_canary.py", "def test_canary():\n    pass\n")

    ended = project.pytest("katas")

    assert "This is a fault of the katas' runner, not of your tests" in said(ended)


def test_a_kata_is_run_without_processes_that_fork(project):
    worker = project.folder / "katas/worker.py"
    text = worker.read_text(encoding="utf-8")
    worker.write_text(text.replace('hasattr(os, "fork")', "False"), encoding="utf-8")
    project.learn(SOLUTION)

    assert project.pytest("katas").returncode == 0
