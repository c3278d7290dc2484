"""Archives that were too large for mail: downloaded by the link in it."""

from flask import Blueprint, abort, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app import shelf
from app.tokens import read_archive_token

bp = Blueprint("archives", __name__)


@bp.get("/archives/<token>")
@login_required
def download(token: str) -> ResponseReturnValue:
    """Download one's own archive, or the rest of it: what the client asks for by `Range`."""
    task = read_archive_token(token)
    if task is not None and task.user_id != current_user.id:
        abort(404)
    try:
        place = shelf.place_of(task.id if task else "none")
        answer = send_file(place, "application/zip", as_attachment=True, download_name="posts.zip")
    except FileNotFoundError:
        flash(_("This link has expired. Export your posts again to get a new one."), "warning")
        return redirect(url_for("profile.show", username=current_user.username))
    answer.cache_control.private = True
    return answer
