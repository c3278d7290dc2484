"""Tasks: start the export, and tell the page what is new."""

import math
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app.extensions import db
from app.limiting import by_user, limit
from app.notifications import since
from app.tasks.engine import AlreadyInProgress, BrokerUnreachable, launch
from app.tasks.export import export_posts
from app.tasks.recovery import recover

bp = Blueprint("tasks", __name__)


@bp.post("/tasks/export-posts")
@login_required
@limit("EXPORT_LIMIT", by_user)
def export() -> ResponseReturnValue:
    """Start the export of one's own posts."""
    page = url_for("profile.show", username=current_user.username)
    try:
        launch(export_posts, current_user)
    except AlreadyInProgress:
        flash(_("An export is already in progress."), "warning")
    except BrokerUnreachable:
        flash(_("The export could not be started. Please try again in a few minutes."), "danger")
    else:
        flash(_("Your export has started. You will get an email when it is done."), "started")
    return redirect(page)


@bp.get("/notifications")
@login_required
def notifications() -> ResponseReturnValue:
    """Return one's own notifications later than `since`, the last timestamp seen, oldest first.

    It is a JSON list of objects with a name, data, and a timestamp in seconds since 1970.
    """
    timestamp = _number(request.args.get("since", "0"))
    recover(user_id=current_user.id)
    if timestamp >= current_user.notified_at:  # nothing is later, so nothing is looked for
        return []
    found = db.session.scalars(since(current_user, timestamp))
    return [
        {"name": each.name, "data": _translated(each.data), "timestamp": each.timestamp}
        for each in found
    ]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        abort(400)
    return number if math.isfinite(number) else abort(400)


def _translated(data: Any) -> Any:
    """Return the data with the texts of a task in the reader's language."""
    if not isinstance(data, dict):
        return data
    shown = ("description", "reason", "outcome")
    texts = {name: _(data[name]) for name in shown if data.get(name)}
    return data | texts
