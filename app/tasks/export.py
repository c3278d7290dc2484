"""The one long job: export my posts."""

from collections.abc import Iterator, Sequence
from math import ceil
from tempfile import SpooledTemporaryFile

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, Row, func, select

from app import archive, mail
from app.extensions import N_, db
from app.models import Post, Task
from app.tasks.engine import running, task, track
from app.tasks.mail import send_email

# Posts at a time; fewer, where this many are more than a percent.
BATCH = 1000
IN_MEMORY = 2**20


@task(N_("Exporting posts"))
def export_posts(task_id: str) -> None:
    """Email the owner a posts.json with everything they wrote, oldest first."""
    with (
        running(task_id) as task,
        db.engine.connect() as reader,
        SpooledTemporaryFile(IN_MEMORY) as file,
    ):
        written = archive.write(file, _collect(task, reader))
        file.seek(0)
        send_email(
            _("[Microblog] Your posts"),
            current_app.config["MAIL_DEFAULT_SENDER"],
            [task.user.email],
            *mail.compose("export_posts", user=task.user, total=written),
            attachments=[("posts.json", "application/json", file.read())],
            sync=True,
            key=task_id,
        )


def _collect(task: Task, reader: Connection) -> Iterator[Sequence[Row[str, str]]]:
    """Yield the posts in batches, and record progress.

    They are read on a connection of their own, by a cursor in the database: one statement is one
    snapshot, while progress is committed.
    """
    total = reader.scalar(select(func.count()).where(Post.user_id == task.user_id)) or 0
    size = min(BATCH, max(1, total // 100))
    pause = current_app.config["EXPORT_PAUSE"]
    own = archive.posts_of(task.user)
    # Closed here, however this ends: an open cursor of SQLite's keeps its snapshot in the pool.
    with reader.execution_options(yield_per=size).execute(own) as posts:
        yield from track(task, posts.partitions(), ceil(total / size), pause)
