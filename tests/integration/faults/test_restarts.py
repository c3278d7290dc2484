"""Postgres is restarted: it cuts every connection, those at rest too."""

import pytest

from app import create_app
from app.config import load
from app.extensions import db
from app.models import Task
from app.tasks.export import export_posts
from tests.support.builders import make_task, make_user
from tests.support.outbox import recorded
from tests.support.postgres import postgres_server
from tests.support.rows import the
from tests.support.visitor import Visitor

pytestmark = pytest.mark.server

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def postgres():
    """The URL of a Postgres server of these tests' own, on a socket in a folder."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def app(postgres):
    """The app on Postgres as in production, but that its mail is not really sent."""
    settings = {"SECRET_KEY": "for tests only", "DATABASE_URL": postgres}
    app = create_app(load(settings) | {"MAIL_SUPPRESS_SEND": True})
    app.test_client_class = Visitor
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.drop_all()
        db.engine.dispose()


@pytest.fixture
def restart(postgres):
    """Cut every connection, as a restart does."""
    import psycopg  # only where Postgres is asked for

    def restart() -> None:
        with psycopg.connect(postgres) as connection:
            connection.execute(CUT)

    return restart


def test_no_page_is_an_error(client, restart):
    client.log_in(make_user("susan"))
    db.session.rollback()
    assert client.get("/").status_code == 200

    restart()

    assert client.get("/").status_code == 200


def test_an_export_whose_mail_is_going_out_goes_out_once(app, restart):
    task_id = make_task(make_user("susan")).id

    with recorded(app) as outbox:
        outbox.on_arrival = restart
        export_posts(task_id)

    assert (the(Task).state, len(outbox)) == ("finished", 1)
