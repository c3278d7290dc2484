"""What the browser can ask for: a blueprint for each part of the site."""

from typing import Any

from flask import Flask, has_request_context
from flask_babel import get_locale
from flask_login import current_user

from app.models import State
from app.views import archives, auth, health, messages, profile, tasks, timeline


def init_app(app: Flask) -> None:
    """Register the blueprints, and what every page shows."""
    for view in (archives, auth, health, messages, profile, tasks, timeline):
        app.register_blueprint(view.bp)
    app.context_processor(_on_every_page)
    app.jinja_env.globals.update(State=State, get_locale=get_locale)


def _on_every_page() -> dict[str, Any]:
    if not has_request_context() or not current_user.is_authenticated:
        return {}  # an email from a worker, or a stranger's page
    # The cursor is read before what it covers: a change in between is shown twice, never lost.
    return {
        "since": current_user.notified_at,
        "unread_messages": current_user.unread_messages(),
        "unfinished_tasks": current_user.unfinished_tasks(),
    }
