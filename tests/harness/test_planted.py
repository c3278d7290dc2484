"""What the default run is for: each of these bugs, planted in a copy of the app, fails it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
PARTS = {"app", "katas", "pytest_rq", "tests", "conftest.py", "pyproject.toml"}
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-qx",
    "--tb=short",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
]

COMMITTED_FIRST = "tests/integration/promises/test_01_committed_first.py"
THE_RIGHT_MAIL = "tests/integration/promises/test_07_the_right_mail.py"
FAILURES = "tests/integration/promises/test_08_failures_are_failures.py"
PAGES = "tests/integration/test_pages.py"


class Bug(NamedTuple):
    """A text of the app, what a careless hand makes of it, and how the default run tells.

    It runs these tests, of which the first that fails is the one named, and says this.
    """

    file: str
    text: str
    planted: str
    says: str
    tests: str = COMMITTED_FIRST
    fails: str = "test_the_row_is_committed_when_the_job_starts"


def in_the_job(line, says):
    """Return the bug of a line that only works in a request."""
    before = "        parcel.close_up()\n"
    planted = f"        import flask, flask_login\n        {line}\n{before}"
    return Bug("app/tasks/export.py", before, planted, says)


BUGS = {
    "enqueue before commit": Bug(
        file="app/tasks/engine.py",
        text="        db.session.commit()\n    except IntegrityError as error:\n",
        planted="        task_queue().enqueue_call(function, args=(task.id,), job_id=task.id)\n"
        "        db.session.commit()\n        return task\n    except IntegrityError as error:\n",
        says="database is locked",
    ),
    "flush for commit": Bug(
        file="app/tasks/engine.py",
        text="        db.session.commit()\n    except IntegrityError as error:\n",
        planted="        db.session.flush()\n    except IntegrityError as error:\n",
        says="database is locked",
    ),
    "URL without a server's name in a job": in_the_job(
        'flask.url_for("timeline.index", _external=True)',
        says="Unable to build URLs outside an active request without 'SERVER_NAME'",
    ),
    "request in a job": in_the_job("flask.request.host", says="Working outside of request context"),
    "session in a job": in_the_job(
        'flask.session.get("_user_id")', says="Working outside of request context"
    ),
    "current user in a job": in_the_job(
        "flask_login.current_user.email", says="'NoneType' object has no attribute 'email'"
    ),
    "model instance as an argument": Bug(
        file="app/tasks/engine.py",
        text='"args": (',
        planted='"args": (task,) or (',
        says="Object of type Task is not JSON serializable",
    ),
    "failure of the task swallowed": Bug(
        file="app/tasks/engine.py",
        text="        _settle(task_id, attempt, error)\n        raise\n",
        planted="        _settle(task_id, attempt, error)\n",
        says="No job failed; one was expected to raise MailNotSent.",
        tests=FAILURES,
        fails="test_the_task_ends_as_failed_with_a_plain_reason",
    ),
    "failure of the mail swallowed": Bug(
        file="app/mail.py",
        text='raise _outcome(error)(f"The mail server did not take {subject!r}: {error}")'
        " from error",
        planted='current_app.logger.error("The mail server did not take it: %s", error)',
        says="No job failed; one was expected to raise MailNotSent.",
        tests=FAILURES,
        fails="test_the_task_ends_as_failed_with_a_plain_reason",
    ),
    "job left waiting": Bug(
        file="app/views/timeline.py",
        text='        flash(_("Your post is out."), "success")\n',
        planted="        from app.tasks.queue import task_queue\n"
        "        with task_queue().connection.pipeline() as pipeline:\n"
        "            task_queue().enqueue_call('app.clock.now', pipeline=pipeline)\n"
        "            pipeline.execute()\n",
        says="Jobs were left waiting: app.clock.now()",
        tests=PAGES,
        fails="test_a_post_is_kept_and_shown_exactly",
    ),
    "mail that cannot be serialised": Bug(
        file="app/mail.py",
        text="MailAttachment(*each) for each in attached",
        planted="MailAttachment(*each[:2], object()) for each in attached",
        says="TypeError",
        tests=THE_RIGHT_MAIL,
        fails="test_it_goes_to_the_owner_alone",
    ),
}


@pytest.fixture
def copy(tmp_path):
    """A copy of what the default run needs."""

    def left_out(folder, names):
        return set(names) - PARTS if Path(folder) == ROOT else set()

    return Path(shutil.copytree(ROOT, tmp_path / "copy", ignore=left_out))


def run(copy, *tests):
    """Run some of the copy's tests as the default run does, and return how that ended."""
    # Without what would let pytest and coverage here reach into the processes they start.
    ours = ("COV", "PYTEST")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ["COLUMNS"] = "500"
    return subprocess.run(
        [*PYTEST, *tests], cwd=copy, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_fails_the_default_run(copy, bug):
    text = (copy / bug.file).read_text(encoding="utf-8")
    assert text.count(bug.text) == 1, f"{bug.file} has changed: plant the bug elsewhere."

    (copy / bug.file).write_text(text.replace(bug.text, bug.planted), encoding="utf-8")
    ended = run(copy, bug.tests)

    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE)
    assert [each.partition("[")[0] for each in failed] == [f"{bug.tests}::{bug.fails}"]
    assert bug.says in ended.stdout


def test_the_copy_without_a_bug_passes(copy):
    ended = run(copy, *{bug.tests for bug in BUGS.values()})

    assert ended.returncode == 0, ended.stdout
