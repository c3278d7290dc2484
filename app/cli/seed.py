"""`flask seed`."""

import click
from flask.cli import with_appcontext

from app import seed
from app.cli.common import plainly
from app.extensions import db


@click.command("seed")
@with_appcontext
@plainly
def fill() -> None:
    """Make the users susan and david, with posts and messages."""
    made = seed.fill()
    db.session.commit()
    click.echo(f"{made} users made." if made else "susan and david are there already.")
