"""How `flask db` reaches the database: through the app's own engine and models."""

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator


def plain_types(kind, item, _autogenerate):
    """Write the app's own column types into migrations as the type they are made of."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


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
    with migrate.db.engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
