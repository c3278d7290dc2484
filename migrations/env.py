"""How `flask db` reaches the database: through the app's own engine and models."""

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator


def plain_types(kind, item, _autogenerate):
    """Write the app's own column types into migrations as the type they are made of."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def connect():
    """Return a connection; raise what Flask-Migrate says in a line if there is none to be had."""
    try:
        return migrate.db.engine.connect()
    except OperationalError as error:
        [said, *_] = str(error.orig).splitlines()
        raise CommandError(f"The database says: {said}. Is DATABASE_URL right?") from error


migrate = current_app.extensions["migrate"]
options = {
    "target_metadata": migrate.db.metadata,
    "render_item": plain_types,
    **migrate.configure_args,
}

if context.is_offline_mode():
    url = migrate.db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    with connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
