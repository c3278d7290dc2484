"""Where a web server, and the `flask` command, find the app."""

import click

from app import create_app
from app.config import require_secret

app = create_app()

command = click.get_current_context(silent=True)
if command is None or command.info_name == "run":  # it is about to serve
    require_secret(app.config)
    if app.config["HTTPS"] and not app.config["TRUSTED_HOSTS"]:
        app.logger.warning(
            "TRUSTED_HOSTS is not set: name this site's hosts, or links in emails lead to whatever "
            "host a request names."
        )
