"""The extensions, made here without an app and bound to one by `init_app`."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Config, Flask, current_app, request, session
from flask_babel import lazy_gettext as _l
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

from app.catalogues import Texts


class Base(DeclarativeBase):
    """Every constraint gets a predictable name, so that migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Logins(LoginManager):
    """Flask-Login 0.6.3, but a remember cookie that is not even ASCII is nobody's, not an error."""

    def _load_user_from_remember_cookie(self, cookie: str) -> Any:
        return super()._load_user_from_remember_cookie(cookie) if cookie.isascii() else None


babel = Texts()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
db = SQLAlchemy(model_class=Base)
login = Logins()
mail = Mail()
migrate = Migrate()

if TYPE_CHECKING:
    Model = Base  # what db.Model is made of at run time
else:
    Model = db.Model

login.login_view = "auth.login"
login.login_message = _l("Please log in to see this page.")
login.login_message_category = "info"


def N_(text: str) -> str:
    """Mark a text for translation: it is stored in English and translated where it is shown."""
    return text


def init_app(app: Flask) -> None:
    """Bind every extension to the app."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", _engine_options(app.config))
    babel.init_app(app, locale_selector=preferred_language)
    for extension in (bootstrap, csrf, db, login, mail):
        extension.init_app(app)
    migrations = str(Path(__file__).parent.parent / "migrations")
    migrate.init_app(app, db, migrations, compare_type=True, render_as_batch=True)


def _engine_options(config: Config) -> dict[str, Any]:
    """Bound every wait: for another writer; for a server, or for the connection of another page.

    A connection to a server is tried before its use: it may have been cut since, by a restart.
    """
    if config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return {"connect_args": {"timeout": config["SQLITE_BUSY_SECONDS"]}}
    seconds = config["DATABASE_TIMEOUT"]
    connecting = {"connect_timeout": seconds, "tcp_user_timeout": 1000 * seconds}
    return {"connect_args": connecting, "pool_timeout": seconds, "pool_pre_ping": True}


def preferred_language() -> str:
    """Return the best of LANGUAGES for this reader; outside a request, the default one.

    It is the one kept in the session, which is that of who is logged in, or the browser's. The
    database is not asked: the page of an error is in some language too.
    """
    languages = current_app.config["LANGUAGES"]
    if not request:
        return str(languages[0])
    kept = session.get("language")
    if kept in languages:
        return str(kept)
    return str(request.accept_languages.best_match(languages, languages[0]))


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
        # Readers and the one writer do not wait for each other: a page loads during an export.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
