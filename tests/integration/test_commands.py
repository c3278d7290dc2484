"""The commands: each does its work, and says in a sentence why it cannot."""

import json
import os
import re

import pytest
from rq import Worker

from app.extensions import db
from app.models import Message, Post, User
from tests.support.rows import all_of, the

COMMANDS = ["worker", "demo", "seed", "posts", "posts import"]
COMMANDS += ["tasks", "tasks list", "tasks recover", "tasks retry", "tasks sweep"]
COMMANDS += ["tasks try", "translate", "translate init", "translate update", "translate compile"]

where_workers_run = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="A worker that cannot fork says only that."
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(flask, command):
    result = flask(*command.split(), "--help")

    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_seed_makes_believable_users_posts_and_messages(flask):
    result = flask("seed")

    assert (result.exit_code, result.output) == (0, "2 users made.\n")
    assert {user.username for user in all_of(User)} == {"susan", "david"}
    assert len(all_of(Post)) > 200
    assert len(all_of(Message)) > 10
    assert all(1 <= len(post.body) <= 140 for post in all_of(Post))


def test_seed_leaves_alone_what_is_there(flask):
    flask("seed")
    posts = len(all_of(Post))

    assert flask("seed").output == "susan and david are there already.\n"
    assert len(all_of(Post)) == posts


@where_workers_run
def test_a_worker_whose_loop_ends_by_an_error_fails(flask, monkeypatch):
    monkeypatch.setattr(Worker, "work", lambda _worker, _burst, **_options: True)

    result = flask("worker")

    assert (result.exit_code, result.output) == (
        1,
        "Error: The worker gave up: the log says why.\n",
    )
    assert flask("worker", "--burst").exit_code == 0


@where_workers_run
def test_a_worker_that_is_told_to_stop_does_not_fail(caplog, flask, monkeypatch):
    caplog.set_level("INFO")

    def stopped(worker, _burst, **_options):
        worker.handle_warm_shutdown_request()
        return False

    monkeypatch.setattr(Worker, "work", stopped)

    result = flask("worker")

    assert (result.exit_code, result.output) == (0, "")
    assert "warm shut down requested" in caplog.text


ROW = {"body": "Grüße 🎉", "timestamp": "2026-01-31T12:00:00.000000Z"}


def test_posts_are_imported_from_an_archive(flask, susan, tmp_path):
    file = tmp_path / "posts.json"
    file.write_text(json.dumps({"posts": [ROW]}))

    result = flask("posts", "import", str(file), "--user", "susan")

    assert (result.exit_code, result.output) == (0, "1 posts imported for susan.\n")
    assert (the(Post).body, the(Post).user_id) == ("Grüße 🎉", susan.id)


def test_a_bad_archive_changes_nothing_and_names_the_place(flask, susan, tmp_path):
    file = tmp_path / "posts.json"
    file.write_text(json.dumps({"posts": [ROW, {"body": "no time"}]}))

    result = flask("posts", "import", str(file), "--user", "susan")

    assert result.exit_code == 2
    assert "posts[1]: a post has a body and a timestamp" in result.output
    assert all_of(Post) == []


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("tasks list --user nobody", "There is no user 'nobody'."),
        ("tasks list --limit 0", "0 is not in the range x>=1."),
        ("tasks try", "There is no user: run `flask seed`."),
        ("tasks try --seconds 0", "0 is not in the range x>=1."),
        ("tasks try --seconds soon", "'soon' is not a valid integer range."),
        ("tasks try --user nobody", "There is no user 'nobody'."),
        ("posts import", "Missing argument 'FILE'."),
        ("posts import nothing.json --user susan", "'nothing.json' does not exist."),
        ("posts import pyproject.toml", "Missing option '--user'."),
        ("posts import pyproject.toml --user nobody", "There is no user 'nobody'."),
        ("demo --port 0", "0 is not in the range 1<=x<=65535."),
        ("worker --name", "Option '--name' requires an argument."),
        ("seed now", "Got unexpected extra argument (now)"),
    ],
)
def test_a_bad_argument_gets_a_sentence_and_exit_code_2(flask, command, sentence):
    result = flask(*command.split())

    assert result.exit_code == 2
    assert sentence in result.output


WORKER = pytest.param("worker --burst", marks=where_workers_run)


@pytest.mark.parametrize("command", [WORKER, "tasks recover", "tasks try"])
def test_a_missing_broker_gets_a_sentence(backend, flask, susan, command):
    with backend.down():
        result = flask(*command.split())

    assert result.exit_code == 1
    assert result.output.startswith("Error: The broker at REDIS_URL cannot be reached: ")


@pytest.mark.parametrize("command", ["seed", "tasks list", "tasks recover", "tasks try"])
def test_a_database_without_tables_gets_a_sentence(app, flask, command):
    db.drop_all()

    result = flask(*command.split())

    assert result.exit_code == 1
    assert re.fullmatch(
        r"Error: The database says: (no such table: \w+|relation \"\w+\" does not exist)\. "
        r"Is DATABASE_URL right, and `flask db upgrade` run\?\n",
        result.output,
    )


@where_workers_run
def test_a_worker_without_a_secret_key_refuses_to_start(app, flask):
    app.config["SECRET_KEY"] = None

    result = flask("worker")

    assert result.exit_code == 2
    assert result.output.startswith("Error: SECRET_KEY is not set")


def test_a_worker_on_a_system_that_cannot_fork_says_so(flask, monkeypatch):
    monkeypatch.delattr("os.fork", raising=False)

    result = flask("worker")

    assert result.exit_code == 1
    assert "cannot fork" in result.output


def test_the_shell_has_the_models_at_hand(app):
    assert {"db", "select", "User", "Post", "Message", "Task"} <= set(app.make_shell_context())
