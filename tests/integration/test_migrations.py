"""The migrations build exactly the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.extensions import db


@pytest.fixture
def migrated(app):
    """The database, emptied and then built by the migrations."""
    db.drop_all()
    upgrade()


def test_the_migrations_build_exactly_the_models(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_migrations_can_be_undone(migrated):
    downgrade(revision="base")

    assert inspect(db.engine).get_table_names() == ["alembic_version"]
