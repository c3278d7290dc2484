"""What the fork of each job would make anew is made once before: texts, templates, statements."""

from contextlib import suppress

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from app import catalogues
from app.extensions import db
from app.models import State, Task, User
from app.notifications import notify
from app.tasks.record import NotWanted, begin, move

NO_TASK = ""


def warm_up(app: Flask) -> None:
    """Load what tasks use into the process that forks, in a context of the app."""
    catalogues.preload(app)
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith("email/")):
        app.jinja_env.get_template(name)
    try:
        _rehearse()
    except SQLAlchemyError as error:  # it is a matter of speed alone
        app.logger.warning("What tasks ask the database could not be tried: %s", error)
    finally:
        db.session.rollback()


def _rehearse() -> None:
    """Run what every task runs, but on none: SQLAlchemy has compiled it then. Commits nothing."""
    with suppress(NotWanted):
        begin(NO_TASK)
    move(NO_TASK, (State.RUNNING,), attempt=1, progress=0)
    move(NO_TASK, (State.RUNNING,), attempt=1, state=State.FINISHED, progress=100, outcome="")
    db.session.get(Task, NO_TASK, options=[joinedload(Task.user)])
    somebody = db.session.scalar(select(User.id).limit(1))
    if somebody is not None:
        for _ in ("new", "renewed"):
            notify(somebody, "rehearsal", None)
