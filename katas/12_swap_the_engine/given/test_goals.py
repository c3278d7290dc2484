"""The goals: who asks for a job knows nothing of RQ, and all works by another engine."""

import ast
import contextvars
from contextlib import suppress
from pathlib import Path

import pytest

import app as package
from app.models import Task
from app.tasks.queue import Unreachable
from tests.support.builders import make_posts
from tests.support.rows import the

TASKS = Path(package.__file__).parent / "tasks"


class Here:
    """Another engine: it runs a job at once, in this process, and has no broker."""

    def __init__(self, app):
        self.app, self.given_up = app, 0

    def put(self, function, args, kwargs=None, job_id=None, description="", meta=None):
        with suppress(Exception):  # as a worker goes on, whatever a job raises
            contextvars.Context().run(self._call, function, args, kwargs or {})

    def _call(self, function, args, kwargs):
        with self.app.app_context():
            function(*args, **kwargs)

    def give_up(self):
        self.given_up += 1


class Nowhere:
    """An engine that cannot be reached."""

    def put(self, *_args, **_options):
        raise Unreachable("The test says so.")


@pytest.fixture
def here(app, monkeypatch):
    """The engine of the app, which is another: tests let RQ's broker be down meanwhile."""
    monkeypatch.setattr(app, "jobs", Here(app))
    return app.jobs


@pytest.mark.parametrize("name", ["engine", "mail", "reset"])
def test_who_asks_for_a_job_knows_nothing_of_rq(name):
    found = ast.walk(ast.parse((TASKS / f"{name}.py").read_text(encoding="utf-8")))
    modules = [
        str(node.module) if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in found
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert {module.partition(".")[0] for module in modules} & {"rq", "redis"} == set()


def test_an_export_arrives_by_another_engine(backend, client, here, outbox, susan):
    make_posts(susan, "first", "second")

    with backend.down():
        client.log_in(susan).submit("/tasks/export-posts")

    assert [message["To"] for message in outbox] == [susan.email]
    assert (the(Task).state, the(Task).progress) == ("finished", 100)


def test_a_reset_link_arrives_by_another_engine(backend, client, here, outbox, susan):
    with backend.down():
        client.submit("/reset-password", email=susan.email)

    assert [message["To"] for message in outbox] == [susan.email]


def test_a_mail_that_is_refused_is_given_up_by_another_engine(backend, client, here, outbox, susan):
    outbox.refuse(554)

    with backend.down():
        client.submit("/reset-password", email=susan.email)

    assert here.given_up == 1


def test_the_user_is_told_if_another_engine_cannot_be_reached(
    app, backend, client, monkeypatch, susan
):
    monkeypatch.setattr(app, "jobs", Nowhere())

    with backend.down():
        page = client.log_in(susan).submit("/tasks/export-posts", follow_redirects=True)

    assert "The export could not be started." in page.text
    assert the(Task).state == "failed"
