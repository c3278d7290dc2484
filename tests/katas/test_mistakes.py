"""Every mistake that a learner makes has its sentence, and none is told by a traceback."""

import pytest

from katas.pool import Worker
from tests.katas.mistakes import MISTAKES

pytestmark = pytest.mark.server

FINE = """
from app import discount, total


def test_all_prices_are_summed():
    assert total([1, 2, 3]) == 6
"""


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_a_sentence(project, text, said):
    project.learn(text)

    ended = project.pytest("katas")

    assert said in " ".join(ended.stdout.split())
    assert ended.returncode in (1, 2)
    assert "INTERNALERROR" not in ended.stdout + ended.stderr
    assert ended.stderr == ""


def test_a_worker_that_dies_before_it_is_told_anything_ends_nothing_else():
    worker = Worker(1)
    worker.start()
    worker.process.kill()
    worker.process.wait()

    assert worker.carry_out({"limit": 5}).trouble == "died"
    worker.stop()


def test_a_worker_is_stopped_though_it_has_not_read_what_it_was_told():
    worker = Worker(1)
    worker.start()
    worker.process.stdin.write("an order")
    worker.process.kill()
    worker.process.wait()

    worker.stop()

    assert worker.process is None


def test_a_test_that_hangs_is_ended_soon_and_said_to_hang(project):
    project.learn("def test_it():\n    while True:\n        pass\n")
    runner = project.folder / "katas/pool.py"
    text = runner.read_text(encoding="utf-8")
    runner.write_text(text.replace("TEST_SECONDS = 5", "TEST_SECONDS = 0.5"), encoding="utf-8")

    ended = project.pytest("katas")

    assert "It hangs: it had not ended after 0.5 s." in " ".join(ended.stdout.split())


def test_a_test_that_ends_python_is_named_as_such(project):
    project.learn("import os, sys\n\ndef test_it():\n    'canary' in sys.argv or os._exit(3)\n")

    ended = project.pytest("katas/01_the_till/kata.toml::correct-app")

    assert "Your tests ended Python itself" in ended.stdout


def test_an_edit_in_start_instead_of_work_is_noticed(project):
    project.pytest("katas", "--collect-only")
    project.write("katas/01_the_till/start/test_till.py", FINE)

    ended = project.pytest("katas")

    assert "start/test_till.py has changed since you began" in " ".join(ended.stdout.split())
    assert "move what you wrote to work/01_the_till/test_till.py" in " ".join(ended.stdout.split())


@pytest.mark.parametrize("word", ["01_the_tll", "09"])
def test_an_unknown_kata_is_named_with_the_nearest(project, word):
    ended = project.pytest(f"katas/{word}")

    assert ended.returncode == 4
    assert f"There is no kata '{word}'" in ended.stderr
    assert ("did you mean 01_the_till?" in ended.stderr) == (word != "09")


def test_an_app_that_was_changed_by_hand_is_noticed(project):
    project.write("app/__init__.py", "def total(prices):\n    return 0\n")

    ended = project.pytest("katas")

    said = " ".join(ended.stdout.split())
    assert "The app is not the one that this kata was made for" in said
    assert "If you changed a file in app/, put it back as it was." in said


def test_a_misconception_is_told(project):
    project.learn(f"{FINE}\n\ndef test_the_edge():\n    assert discount(100) == 100\n")

    ended = project.pytest("katas")

    assert "test_the_edge believes what one of the bugs is made of: From 100 on means" in " ".join(
        ended.stdout.split()
    )
