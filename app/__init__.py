"""A small microblog with one long job: export my posts."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask

from app import alerts, cli, config, errors, extensions, limiting, logs, security, views
from app.tasks import queue


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the app, configured from the environment.

    With `settings`, from the defaults and these instead, and the environment is not read. Raises
    `app.config.SettingError` for a malformed setting.
    """
    app = Flask(__name__)
    app.config.from_mapping(config.load(os.environ if settings is None else {}))
    app.config.from_mapping(settings or {})
    logs.init_app(app)
    security.init_app(app)
    extensions.init_app(app)
    queue.init_app(app)
    alerts.init_app(app)
    limiting.init_app(app)
    errors.init_app(app)
    views.init_app(app)
    cli.init_app(app)
    return app
