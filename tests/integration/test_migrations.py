"""The migrations build exactly the models, on both databases."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app import create_app
from app.config import load
from app.extensions import db
from app.notifications import notify
from tests.support.builders import make_posts, make_task, make_user
from tests.support.postgres import postgres_server


@pytest.fixture
def sqlite(app):
    """An empty SQLite database."""
    with app.app_context():
        db.drop_all()
        yield


@pytest.fixture(scope="module")
def postgres_url():
    """The URL of a Postgres server of these tests' own, on a socket in a folder."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres(postgres_url):
    """An empty Postgres database."""
    app = create_app(load({"SECRET_KEY": "for tests only", "DATABASE_URL": postgres_url}))
    with app.app_context():
        yield
        db.session.remove()
        downgrade(revision="base")
        db.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def migrated(request):
    """A database that the migrations built."""
    request.getfixturevalue(request.param)
    upgrade()


def test_the_migrations_build_exactly_the_models(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_migrations_can_be_undone(migrated):
    downgrade(revision="base")

    assert inspect(db.engine).get_table_names() == ["alembic_version"]


def test_the_tables_take_what_the_app_writes(migrated):
    susan = make_user("susan")
    make_posts(susan, "Grüße 🎉")
    make_task(susan)
    first, second = notify(susan.id, "a", 1), notify(susan.id, "a", 2)
    db.session.commit()

    assert second > first
    assert [post.body for post in db.session.scalars(susan.posts())] == ["Grüße 🎉"]


def test_a_database_that_is_not_there_gets_a_sentence(app, caplog, databases, flask):
    with databases.gone():
        result = flask("db", "upgrade")

    assert result.exit_code == 1
    [said] = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert re.fullmatch(r"Error: The database says: .+\. Is DATABASE_URL right\?", said)
