"""A kata that is KEEP and CATCH: a refactoring by the learner, and tests that ours judge."""

import pytest

from tests.katas.conftest import APP

pytestmark = pytest.mark.server

K = "katas/02_change"
TOML = """
title = "Change"
kind = "KEEP, CATCH"
minutes = 5
promises = [1]
suite = ["tests/test_till.py"]
joins = ["tests/change.py"]
hints = ["In app.", "It is a subtraction.", "Subtract the total."]

[[bug]]
complaint = "I got no change"
belief = "Who pays, pays enough."
hints = ["Look at change.", "Mind its sign.", "Assert some change."]

[[wheat]]
title = "it adds what is negative"
"""
CHANGE = '''

def change(paid, amount):
    """Return what is given back."""
    return paid - amount
'''
BASE = """\
--- a/app/__init__.py
+++ b/app/__init__.py
@@ -15,2 +15,7 @@
     \"\"\"Return a tenth less, from 100 on.\"\"\"
     return amount * 9 // 10 if amount >= 100 else amount
+
+
+def change(paid, amount):
+    \"\"\"Return what is given back.\"\"\"
+    return paid - amount
"""
VARIANT = """\
--- a/app/__init__.py
+++ b/app/__init__.py
@@ -19,3 +19,3 @@
 def change(paid, amount):
     \"\"\"Return what is given back.\"\"\"
-    return paid - amount
+    return {}
"""
GOALS = "from app import change\n\n\ndef test_it_can_be_reckoned():\n    assert change(1, 1) == 0\n"
START = GOALS.replace("it_can_be_reckoned", "nothing_is_left")
TEST = START.replace("change(1, 1) == 0", "change(3, 1) == 2")


@pytest.fixture
def both(project):
    """The project, with such a kata that nobody has begun."""
    for path, text in {
        f"{K}/kata.toml": TOML,
        f"{K}/README.md": "# Change\n",
        f"{K}/given/test_goals.py": GOALS,
        f"{K}/start/test_change.py": START,
        f"{K}/solution/test_change.py": TEST,
        f"{K}/solution/app.patch": BASE,
        f"{K}/bugs/1.patch": VARIANT.format("0"),
        f"{K}/wheats/1.patch": VARIANT.format("paid + -amount"),
        "tests/change.py": TEST,
    }.items():
        project.write(path, text)
    return project


def judged(project):
    ended = project.pytest("katas/02")
    return ended.returncode, " ".join(ended.stdout.split())


def test_both_halves_are_asked_for(both):
    code, said = judged(both)

    assert code == 1
    assert "goals NOT kept There is no 'change' in app" in said
    assert "correct apps 2 of 2 accepted bugs 0 of 1 caught" in said
    assert "read katas/02_change/README.md and edit work/02_change" in said


def test_either_half_may_come_first(both):
    judged(both)
    both.write("work/02_change/app/__init__.py", APP + CHANGE)
    code, said = judged(both)

    assert code == 1
    assert "goals kept suite kept correct apps 2 of 2 accepted bugs 0 of 1 caught" in said
    assert "make bug 1 fail a test" in said


def test_it_is_solved_by_both(both):
    judged(both)
    both.write("work/02_change/app/__init__.py", APP + CHANGE)
    both.write("work/02_change/test_change.py", TEST)
    code, said = judged(both)

    assert code == 0
    assert "bugs 1 of 1 caught" in said
    diff = both.katas("diff", "2").stdout
    assert "+def change(paid, amount):" in diff
    assert "test_change" not in diff


def test_an_app_has_to_hold_by_the_learners_own_tests_too(both):
    judged(both)
    both.write("work/02_change/app/__init__.py", APP + CHANGE.replace("paid - amount", "0"))
    both.write("work/02_change/test_change.py", TEST)

    code, said = judged(both)

    assert code == 1
    assert "goals NOT kept test_nothing_is_left: assert 0 == 2" in said
    assert "suite NOT kept test_nothing_is_left: assert 0 == 2" in said


def test_the_suite_can_be_left_out_until_the_rest_is_done(both):
    judged(both)
    both.write("work/02_change/app/__init__.py", APP + CHANGE)
    both.write("work/02_change/test_change.py", TEST)

    said = both.pytest("katas/02", "-k", "not suite").stdout

    assert "goals           kept\ncorrect apps    2 of 2 accepted" in said
    assert "next: pytest katas/02_change, with the suite" in said
    assert "Solved" not in said


def test_it_is_verified_like_others(both):
    ended = both.katas("verify", "2")

    assert "suite catches 1 of 1 bugs, accepts 1 of 1 refactorings" in ended.stdout
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("tests/change.py", START, "The suite misses katas/02_change/bugs/1.patch"),
        (
            "tests/change.py",
            TEST.replace("== 2", "== 5"),
            "The suite refuses katas/02_change/solution/app.patch",
        ),
        (f"{K}/solution/app.patch", BASE.replace("a tenth", "a third"), "Stale: "),
        (f"{K}/solution/test_change.py", START, "with the solution, bug-1 is not caught"),
    ],
    ids=["a bug the suite misses", "a suite that is wrong", "a stale base", "a bug missed"],
)
def test_a_fault_is_named(both, path, text, said):
    both.write(path, text)

    ended = both.katas("verify", "2")

    assert said in ended.stdout
    assert ended.returncode == 1


def test_its_patches_are_refreshed_on_top_of_each_other(both):
    both.write("app/__init__.py", APP.replace('"""Return a tenth less', '"""Give a tenth less'))

    ended = both.katas("refresh", "2")

    assert "solution/app.patch was rewritten" in ended.stdout
    assert both.katas("verify", "2").returncode == 0
