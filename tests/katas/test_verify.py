"""`python -m katas verify` notices what makes a kata, or the suite, untrue."""

import pytest

from tests.katas.conftest import DISCOUNT, SOLUTION, START, TOML, TOTAL

pytestmark = pytest.mark.server

K = "katas/01_the_till"
ONE_TEST = SOLUTION[: SOLUTION.index("def test_100")]
FREE = TOTAL.replace(
    "-    for price in prices:\n+    for price in prices[1:]:\n", "     for price in prices:\n"
)
FREE = FREE.replace("     return result\n", "-    return result\n+    return 7\n")

# A file, what is written there, and what is said of it.
FAULTS = {
    "a stale patch": (f"{K}/bugs/1.patch", TOTAL.replace("result = 0", "result = 1"), "Stale: "),
    "a bug that the solution misses": (
        f"{K}/solution/test_till.py",
        ONE_TEST,
        "with the solution, bug-2 is not caught",
    ),
    "a bug that the suite misses": ("tests/test_till.py", ONE_TEST, "The suite misses katas/01"),
    "a bug that is too loud": (f"{K}/bugs/1.patch", FREE, "bug 1 is so loud"),
    "a wheat that breaks the suite": (
        "tests/test_till.py",
        SOLUTION + "    assert 'result' in total.__code__.co_varnames\n",
        "The suite refuses katas/01_the_till/wheats/1.patch: test_100",
    ),
    "a start that is solved": (f"{K}/start/test_till.py", SOLUTION, "its start is solved already"),
    "two bugs that are one": (f"{K}/bugs/2.patch", TOTAL, "cannot tell bug-1 and bug-2 apart"),
    "a hint that is missing": (
        f"{K}/kata.toml",
        TOML.replace('"Look at total.", ', ""),
        "bug 1 has 2 hints, and not 3",
    ),
    "no promise": (f"{K}/kata.toml", TOML.replace("[1]", "[]"), "it names no promise"),
    "a README that is too long": (f"{K}/README.md", "line\n" * 41, "README.md has 41 lines"),
    "a patch of the tests": (
        f"{K}/bugs/2.patch",
        DISCOUNT.replace("app/__init__", "tests/test_till"),
        "a variant changes files in app/ only",
    ),
    "a patch that nobody lists": (f"{K}/bugs/3.patch", TOTAL, "bugs/3.patch is not in kata.toml"),
}


def test_a_good_kata_has_no_fault(project):
    ended = project.katas("verify")

    assert "suite catches 2 of 2 bugs, accepts 1 of 1 refactorings" in ended.stdout
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(("file", "text", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(project, file, text, said):
    project.write(file, text)

    ended = project.katas("verify")

    assert said in ended.stdout
    assert ended.returncode == 1


def test_a_check_that_is_slow_is_named(project):
    limit = project.folder / "katas/verify.py"
    text = limit.read_text(encoding="utf-8")
    limit.write_text(text.replace("CHECK_SECONDS = 5.0", "CHECK_SECONDS = 0.01"), encoding="utf-8")

    ended = project.katas("verify")

    assert "Kata 01: a check takes" in ended.stdout
    assert ended.returncode == 1


def test_only_a_start_that_every_judge_accepts_is_solved(project):
    project.write(f"{K}/start/test_till.py", START + ONE_TEST)

    assert project.katas("verify").returncode == 0
