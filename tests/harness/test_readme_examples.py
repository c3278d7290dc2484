"""The harness's README makes a project, without Flask, whose tests pass on each backend."""

import re
from shutil import copytree, ignore_patterns

import pytest

from pytest_rq.jobs import Jobs
from tests.harness.conftest import ROOT
from tests.harness.everywhere import in_each_project, once

pytestmark = once

README = (ROOT / "pytest_rq/README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.+?)^```$", README, re.MULTILINE | re.DOTALL)
CODE = "\n".join(BLOCKS)
TESTS, ONLY_REAL = README.count("\ndef test_"), README.count('\n@pytest.mark.backend("real"')
IN_THIS_PROCESS = {"passed": TESTS - ONLY_REAL, "deselected": ONLY_REAL}
OUTCOMES = {"inline": IN_THIS_PROCESS, "worker": IN_THIS_PROCESS, "real": {"passed": TESTS}}


@pytest.fixture
def shop(project):
    """The project that the README shows: a block without a file's name goes on with the last."""
    files = {}
    for block in BLOCKS:
        if named := re.match(r"# (\w+)\.py\n", block):
            name = named[1]
        files[name] = files.get(name, "") + block
    project.write(**files)
    return project


@in_each_project
def test_the_examples_pass(shop):
    result = shop.run("test_shop.py")

    result.assert_outcomes(**OUTCOMES[shop.backend])


@in_each_project
@pytest.mark.server
def test_they_pass_beside_a_copy_of_the_harness_and_without_flask(shop, monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    copy = shop.pytester.path / "pytest_rq"
    copytree(ROOT / "pytest_rq", copy, ignore=ignore_patterns("__pycache__"))
    shop.write(flask="raise AssertionError('Who wants Flask?')")

    result = shop.run_apart("test_shop.py")

    result.assert_outcomes(**OUTCOMES[shop.backend])


def test_each_word_has_an_example():
    words = {name for name in vars(Jobs) if not name.startswith("_")} - {"close"}

    assert {word for word in words | {"queue", "down", "kill"} if f".{word}(" not in CODE} == set()


@in_each_project
def test_a_decorated_function_uses_the_harness_by_the_line_that_the_readme_has(project):
    [line] = re.findall(r"`(monkeypatch\.setattr\(shop\.queue, .+)`", README)
    project.write(
        shop="""
            from redis import Redis
            from rq import Queue
            from rq.decorators import job

            queue = Queue("shop", connection=Redis())

            @job(queue, connection=queue.connection)
            def greet(name):
                return f"Hello, {name}"
        """
    )

    result = project.test(f"""
        import shop

        def test_it(backend, jobs, monkeypatch):
            {line}
            job = shop.greet.delay("susan")
            jobs.run()
            assert job.return_value() == "Hello, susan"
            jobs.assert_enqueued(shop.greet, "susan", queue="shop")
    """)

    result.assert_outcomes(passed=1)


@in_each_project
def test_what_a_job_prints_is_seen_by_capfd(project):
    project.write(talk="def say():\n    print('Hello')\n")

    result = project.test("""
        import talk

        def test_it(queue, jobs, capfd):
            queue.enqueue(talk.say)
            jobs.run()
            assert capfd.readouterr().out == "Hello\\n"
    """)

    result.assert_outcomes(passed=1)
