"""The stage: what every test gets. Production's broker and queue are replaced, nothing else."""

from __future__ import annotations

import contextvars
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from click.testing import Result
from flask import Flask
from rq.serializers import JSONSerializer

from app import create_app
from app.extensions import db
from app.models import User
from app.tasks.queue import QUEUE_NAME

pytest.register_assert_rewrite("tests.support")
from tests.support.builders import make_user  # noqa: E402 - after the line above
from tests.support.journal import Journal  # noqa: E402
from tests.support.outbox import Outbox  # noqa: E402
from tests.support.visitor import Visitor  # noqa: E402

if TYPE_CHECKING:
    from pytest_rq.plugin import Backend

pytest_plugins = ["pytest_rq.plugin"]

# How long an example takes says nothing on a busy machine; each test has a time-out anyway.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that need servers, and no others, open sockets."""
    for item in items:
        if item.get_closest_marker("server"):
            item.add_marker("enable_socket")


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app, and a template of its database, made once."""
    template = tmp_path_factory.mktemp("database") / "template.db"
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "for tests only",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{template}",
            "SQLALCHEMY_ENGINE_OPTIONS": {"creator": lambda: connect(app)},
            "DATABASE": template,
            "PASSWORD_HASH": "pbkdf2:sha256:1",
            "COUNT_PAUSE": 0.0,
            "MAIL_SERVER": "mail.example.com",
            "MAIL_DEFAULT_SENDER": "microblog@example.com",
            "ADMINS": ["microblog@example.com"],
            "POSTS_PER_PAGE": 3,
        }
    )
    app.test_client_class = Visitor
    with app.app_context():
        db.create_all()
        db.engine.dispose()
    return app


def connect(app: Flask) -> sqlite3.Connection:
    """Return a connection to the file that the test at hand has for a database.

    A job blocked by its launcher's open transaction fails soon, not after SQLite's 5 s.
    """
    return sqlite3.connect(app.config["DATABASE"], timeout=0.2, check_same_thread=False)


@pytest.fixture
def app(stage: Flask, backend: Backend, tmp_path: Path) -> Iterator[Flask]:
    """The app, with an empty database, a broker and a queue of this test's own."""
    settings = dict(stage.config)
    stage.config["DATABASE"] = shutil.copyfile(stage.config["DATABASE"], tmp_path / "app.db")
    stage.redis = backend.connection
    stage.task_queue = backend.queue(
        QUEUE_NAME,
        around=stage.app_context,
        serializer=JSONSerializer,
        default_timeout=stage.config["JOB_TIMEOUT"],
    )
    yield stage
    with stage.app_context():
        left_open = db.engine.pool.checkedout()
        db.engine.dispose()
    stage.config.clear()
    stage.config.update(settings)
    assert not left_open, f"{left_open} database connections were left open."


@pytest.fixture
def outbox(app: Flask) -> Iterator[Outbox]:
    """The messages that went out, as their recipients get them."""
    with Outbox(app) as outbox:
        yield outbox


@pytest.fixture
def no_mail_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail must really go out, but there is nowhere to send it."""
    monkeypatch.setitem(app.config, "MAIL_SERVER", None)
    monkeypatch.setattr(app.extensions["mail"], "suppress", False)


@pytest.fixture
def history(app: Flask) -> Journal:
    """Every state and progress that any task's row has had, in order, whoever wrote it."""
    return Journal("task", "state", "progress")


@pytest.fixture
def told(app: Flask) -> Journal:
    """Every state and progress that a notification has told, in order, whoever wrote it."""
    payload = [f"json_extract(NEW.payload_json, '$.{key}')" for key in ("state", "progress")]
    return Journal("notification", *payload)


@pytest.fixture
def susan(app: Flask) -> User:
    """A user."""
    return make_user("susan")


@pytest.fixture
def flask(app: Flask) -> Callable[..., Result]:
    """Run a `flask` command as the shell would, and return its result."""

    def run(*arguments: str) -> Result:
        invoke = app.test_cli_runner().invoke
        return contextvars.Context().run(invoke, args=list(arguments), catch_exceptions=False)

    return run
