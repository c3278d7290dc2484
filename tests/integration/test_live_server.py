"""The app behind a real HTTP server, in a process of its own."""

import multiprocessing

import pytest
from pytest_flask import live_server as plugin

from app.models import Task
from tests.support.http import HttpVisitor
from tests.support.rows import the

pytestmark = [
    pytest.mark.server,
    pytest.mark.backend("inline", reason="the server runs the job itself, in its own process"),
]


@pytest.fixture
def visitor(monkeypatch, request, susan):
    """A visitor of a server that was forked from this process, with its database and queue."""
    monkeypatch.setattr(plugin, "multiprocessing", multiprocessing.get_context("fork"))
    return HttpVisitor(request.getfixturevalue("live_server").url())


def test_an_export_is_asked_for_and_seen_to_end(visitor):
    visitor.submit("/login", username="susan", password="cat")

    visitor.submit("/user/susan", to="/tasks/export-posts")

    [told] = visitor.tasks()
    assert (told["state"], told["progress"]) == ("finished", 100)
    assert the(Task).state == "finished"
