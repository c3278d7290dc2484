"""The one long job: export my posts."""

from tempfile import SpooledTemporaryFile

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from app import archive, mail
from app.extensions import N_, db
from app.models import Post
from app.tasks.engine import running, task, track
from app.tasks.mail import send_email

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
        # A connection of its own: one statement, so one snapshot, while progress is committed.
        own = Post.user_id == task.user_id
        total = reader.scalar(select(func.count()).where(own)) or 0
        rows = select(Post.body, Post.timestamp).where(own).order_by(Post.timestamp, Post.id)
        posts = reader.execution_options(yield_per=BATCH).execute(rows)
        pause = current_app.config["EXPORT_PAUSE"]
        written = archive.write(file, track(task, posts, total, pause))
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
