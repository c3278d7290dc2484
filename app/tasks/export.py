"""The one long job: export my posts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Connection, Row, func, select

from app import archive, clock, mail, shelf
from app.extensions import N_, db
from app.models import Post, Task
from app.parcel import Parcel
from app.tasks.engine import running, task, track
from app.tasks.mail import send_email
from app.tokens import archive_link

# Posts at a time; fewer, where this many are more than a percent.
BATCH = 1000

ATTACHED = N_("Your posts are in the email, as posts.json.")
ZIPPED = N_("Your posts are in the email, as posts.zip.")
LINKED = N_("The email has a link to your posts, which are too large for it.")


@task(N_("Exporting posts"))
def export_posts(task_id: str) -> None:
    """Email the owner everything they wrote, oldest first, as posts.json.

    It is posts.zip if that would be above EXPORT_ATTACHMENT_LIMIT, and a link if posts.zip is too.
    """
    limit = current_app.config["EXPORT_ATTACHMENT_LIMIT"]
    with running(task_id) as task, Parcel("posts.json", "application/json", limit) as parcel:
        with db.engine.connect() as reader:
            total = archive.write(parcel, _collect(task, reader))
        parcel.close_up()
        if parcel.size > limit:
            task.outcome = _send_link(task, total, parcel)
        else:
            task.outcome = _send_attached(task, total, parcel)


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


def _send_attached(task: Task, total: int, parcel: Parcel) -> str:
    attachment = (parcel.filename, parcel.media_type, parcel.file.read())
    _send(task, [attachment], total=total, filename=parcel.filename)
    return ATTACHED if parcel.filename == parcel.name else ZIPPED


def _send_link(task: Task, total: int, parcel: Parcel) -> str:
    valid = timedelta(seconds=current_app.config["EXPORT_LINK_SECONDS"])
    key = task.id  # which may not be had any more when the mail has failed
    shelf.keep(key, parcel.file)
    try:
        _send(task, [], total=total, link=archive_link(task), until=clock.now() + valid)
    except BaseException:
        shelf.discard([key])
        raise
    return LINKED


def _send(task: Task, attachments: list[mail.Attachment], **context: Any) -> None:
    key, recipients = task.id, [task.user.email]
    bodies = mail.compose("export_posts", user=task.user, **context)
    # A mail server may take its time: no transaction waits for it, and none can be cut meanwhile.
    db.session.rollback()
    send_email(
        _("[Microblog] Your posts"),
        current_app.config["MAIL_DEFAULT_SENDER"],
        recipients,
        *bodies,
        attachments=attachments,
        sync=True,
        key=key,
    )
