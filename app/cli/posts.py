"""`flask posts`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app import archive
from app.cli.common import plainly, stop, user_called
from app.extensions import db
from app.models import Post

group = AppGroup("posts", help="Read posts from an archive.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", "name", required=True, help="Whose posts they become.")
@plainly
def import_posts(file: Path, name: str) -> None:
    """Read the posts in FILE, an archive made by an export.

    Every post is checked first: if one is wrong, none is read.
    """
    user = user_called(name)
    try:
        rows = archive.read(file.read_bytes())
    except archive.ArchiveError as error:
        stop(f"{file}, {error}. Nothing was imported.", 2)
    db.session.add_all(
        Post(body=body, timestamp=timestamp, user_id=user.id) for body, timestamp in rows
    )
    db.session.commit()
    click.echo(f"{len(rows)} posts imported for {user.username}.")
