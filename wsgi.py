"""Where a web server, and the `flask` command, find the app."""

import click

from app import create_app
from app.config import require_secret

app = create_app()

command = click.get_current_context(silent=True)
if command is None or command.info_name == "run":  # it is about to serve
    require_secret(app.config)
    if app.config["HTTPS"] and not app.config["SITE_URL"].startswith("https:"):
        app.logger.warning(
            "SITE_URL is %s: give this site's address, which begins with https, or links in emails "
            "lead elsewhere.",
            app.config["SITE_URL"],
        )
