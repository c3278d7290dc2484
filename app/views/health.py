"""What load balancers ask: whether this process is up, and whether it can serve."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from rq.worker_registration import get_keys
from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.models import User
from app.tasks.queue import task_queue

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bp = Blueprint("health", __name__)
PATHS = ("/health", "/ready")


@bp.record
def _by_whatever_name(state: BlueprintSetupState) -> None:
    """Let load balancers ask by an address: TRUSTED_HOSTS is for what a name ends up in."""
    app = cast(Flask, state.app)
    inner = app.wsgi_app

    def named(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in PATHS:
            [name, *_] = app.config["TRUSTED_HOSTS"] or ["localhost"]
            environ["HTTP_HOST"] = name.lstrip(".")
        return inner(environ, start_response)

    app.wsgi_app = named  # type: ignore[method-assign]


@bp.after_request
def _not_cached(response: Response) -> Response:
    response.cache_control.no_store = True
    return response


@bp.get(PATHS[0])
def health() -> ResponseReturnValue:
    """Say that the process is up; whether anything else is makes no difference."""
    return {"status": "up"}


@bp.get(PATHS[1])
def ready() -> ResponseReturnValue:
    """Say whether pages can be served: ready, degraded without the broker, or down with 503.

    Each answer of the broker is waited for BROKER_TIMEOUT seconds, the database DATABASE_TIMEOUT.
    """
    found = _database() | _broker()
    if found["database"] != "ok" or found["schema"] == "behind":
        return {"status": "down"} | found, 503
    return {"status": "ready" if found["broker"] == "ok" else "degraded"} | found


def _database() -> dict[str, Any]:
    try:
        with db.engine.connect() as connection:
            connection.execute(select(User.id).limit(1))
            return {"database": "ok", "schema": _schema(connection)}
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", error)  # without the statement
        current_app.logger.warning("Not ready, the database does not answer: %s", cause)
        return {"database": "down", "schema": "unknown"}


def _schema(connection: Connection) -> str:
    """Compare the database's revision with this code's; newer code's revisions are unknown."""
    if not inspect(connection).has_table("alembic_version"):
        return "unknown"
    version = connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
    newest, *older = _revisions(current_app.extensions["migrate"].directory)
    return "current" if version == newest else "behind" if version in older else "unknown"


@cache
def _revisions(migrations: str) -> list[str]:
    return [each.revision for each in ScriptDirectory(migrations).walk_revisions()]


def _broker() -> dict[str, Any]:
    queue = task_queue()
    try:
        waiting, known = queue.count, get_keys(queue=queue)
        # A worker that was killed leaves its name, but what it said of itself is soon gone.
        workers = queue.connection.exists(*known) if known else 0
    except RedisError as error:
        current_app.logger.warning("Degraded, the broker does not answer: %s", error)
        return {"broker": "down", "workers": None, "waiting": None}
    return {"broker": "ok", "workers": workers, "waiting": waiting}
