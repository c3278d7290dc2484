"""The stage: what every test gets. The broker, the queue and this machine's name are replaced."""

# ruff: noqa: E402 - something is done before most of the imports

from __future__ import annotations

import contextvars
import gc
import os
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from katas import arguments, early  # noqa: F401 - their workers load while the following does

gc.disable()  # until all is loaded, for none of it is garbage: an eighth of the start
pytest.register_assert_rewrite("tests.support")

import freezegun
import hypothesis
from click.testing import Result
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from rq.serializers import JSONSerializer

from app import create_app
from app.extensions import db
from app.models import User
from app.tasks.queue import QUEUE_NAME, AppJob
from tests.support.budget import Budget
from tests.support.builders import make_user
from tests.support.databases import Databases, SqliteFiles
from tests.support.horses import GuestWorker
from tests.support.journal import Journal
from tests.support.log import Log, logged
from tests.support.outbox import Outbox, recorded
from tests.support.postgres import PostgresDatabases, postgres_server
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from pytest_rq.backends import Backend
    from tests.support.mail_server import MailServer

LIMITS = ("LOGIN_LIMIT", "REGISTER_LIMIT", "RESET_LIMIT", "EXPORT_LIMIT", "NETWORK_LIMIT")

pytest_plugins = ["pytester", "pytest_rq.plugin"]

# How long an example takes says nothing on a busy machine; each test has a time-out anyway.
# CI looks for longer than somebody who waits.
EXAMPLES = 100 if os.environ.get("CI") else 25
hypothesis.settings.register_profile("here", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("here")
# Modules that no time of the app is asked in, a third of all, which a freeze need not look through.
freezegun.configure(extend_ignore_list=["alembic", "hypothesis", "numpy", "pygments", "valkey"])


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let `pytest katas/05` be enough, and count the cost if that is asked for."""
    arguments.prepare(config)
    if config.getoption("--budget"):
        config.pluginmanager.register(Budget())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that need servers, and no others, open sockets."""
    for item in items:
        if item.get_closest_marker("server"):
            item.add_marker("enable_socket")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --database and --budget."""
    parser.addoption(
        "--budget", action="store_true", help="fail a test that costs too much, as CI does"
    )
    parser.addoption(
        "--database",
        default="sqlite",
        help="sqlite; postgres, a server started from a wheel; or a Postgres server's URL",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the collector what is there for good, and let it look at the rest less often."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(5_000)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell out lone surrogates in what was logged: xdist sends UTF-8, which has none."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session", autouse=True)
def name_of_this_machine() -> Iterator[None]:
    """Flask-Mail asks for it at each message: of the network, which may take seconds to say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getfqdn", lambda _name="": "tests.example.com")
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each template is compiled once, not by each app that a test makes."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", cache)
        yield


@pytest.fixture(scope="session")
def databases(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """What gives each test a database of its own."""
    chosen = pytestconfig.getoption("--database")
    if chosen == "sqlite":
        yield SqliteFiles(tmp_path_factory.mktemp("database"))
        return
    with ExitStack() as stack:
        url = stack.enter_context(postgres_server()) if chosen == "postgres" else chosen
        made = PostgresDatabases(url)
        stack.callback(made.close)
        yield made


@pytest.fixture(scope="session")
def post_office(pytestconfig: pytest.Config) -> Iterator[MailServer | None]:
    """The mail server of the real backend, on loopback; the others do not really send."""
    if pytestconfig.getoption("--backend") != "real":
        yield None
        return
    from tests.support.mail_server import mail_server

    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def stage(databases: Databases, post_office: MailServer | None) -> Iterator[Flask]:
    """An app, and the template of its databases, made once."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "for tests only",
            "HTTPS": False,
            "SQLALCHEMY_DATABASE_URI": databases.url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"creator": databases.connect},
            # Where a limit is the point, the test sets it; elsewhere it would only take time.
            **dict.fromkeys(LIMITS, ""),
            "PASSWORD_HASH": "pbkdf2:sha256:1",
            "COUNT_PAUSE": 0.0,
            "PROGRESS_INTERVAL": 0.0,  # every percentage is recorded, however fast it is reached
            "MAIL_SUPPRESS_SEND": post_office is None,
            "MAIL_SERVER": "127.0.0.1" if post_office else "mail.example.com",
            "MAIL_PORT": post_office.port if post_office else 25,
            "MAIL_DEFAULT_SENDER": "microblog@example.com",
            "ADMINS": [],  # else each error of a test would be a mail in its outbox
            "POSTS_PER_PAGE": 3,
            "SITE_URL": "https://blog.example.com",
        }
    )
    app.test_client_class = Visitor
    with app.app_context():
        databases.create()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(
    stage: Flask, backend: Backend, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The app, with an empty database, an empty broker, and a queue of this test's own."""
    settings = dict(stage.config)
    stage.config["EXPORT_DIR"] = str(tmp_path_factory.getbasetemp() / f"exports-{uuid4().hex}")
    stage.redis = backend.connection
    stage.task_queue = backend.queue(
        QUEUE_NAME,
        around=stage.app_context,
        worker=lambda _queue: GuestWorker(stage, prepare_for_work=False),
        serializer=JSONSerializer,
        job_class=AppJob,
        default_timeout=stage.config["JOB_TIMEOUT"],
    )
    try:
        with databases.fresh(stage):
            yield stage
    finally:
        stage.config.clear()
        stage.config.update(settings)


@pytest.fixture
def outbox(app: Flask, post_office: MailServer | None) -> Iterator[Outbox]:
    """The messages that went out, as their recipients get them."""
    with post_office.recorded(app) if post_office else recorded(app) as outbox:
        yield outbox


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """What is logged, as lines for machines."""
    with logged(tmp_path / "log") as log:
        yield log


@pytest.fixture
def no_mail_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail must really go out, but there is nowhere to send it."""
    monkeypatch.setitem(app.config, "MAIL_SERVER", None)
    monkeypatch.setattr(app.extensions["mail"], "suppress", False)


@pytest.fixture
def history(app: Flask) -> Journal:
    """Every state and progress that any task's row has had, in order, whoever wrote it."""
    return Journal("task", "NEW.state", "NEW.progress")


@pytest.fixture
def told(app: Flask) -> Journal:
    """Every state and progress that a notification has told, in order, whoever wrote it."""
    data = "NEW.payload_json" if db.engine.name == "sqlite" else "NEW.payload_json::json"
    progress = f"CAST({data} ->> 'progress' AS INTEGER)"
    return Journal("notification", f"{data} ->> 'state'", progress)


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
