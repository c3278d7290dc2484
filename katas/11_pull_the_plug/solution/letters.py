"""A letter to every user: once each, however often the job is run."""

from flask import current_app
from markupsafe import escape
from rq import get_current_job
from sqlalchemy import select

from app.extensions import db
from app.models import User
from app.tasks.engine import running, task, track
from app.tasks.mail import send_email


@task("Writing to all")
def write_to_all(task_id: str, text: str) -> None:
    """Mail the text to every user, each of whom gets it once, whatever dies in between."""
    job = get_current_job()
    with running(task_id) as task:
        users = db.session.scalars(select(User).order_by(User.id)).all()
        for user in track(task, users, len(users)):
            if user.id <= job.meta.get("written_to", 0):
                continue
            send_email(
                "A letter",
                current_app.config["MAIL_DEFAULT_SENDER"],
                [user.email],
                text,
                f"<p>{escape(text)}</p>",
                sync=True,
                key=f"{task_id}.{user.id}",  # what goes out a second time is known by it
            )
            job.meta["written_to"] = user.id
            job.save_meta()  # at once: what comes next may be the end
