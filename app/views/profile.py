"""Profiles: a page per user with their posts; on one's own, the export and one's tasks."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from app import accounts
from app.extensions import db
from app.forms import EmptyForm, ProfileForm
from app.models import RECENT, Task
from app.tasks.recovery import recover
from app.views.paging import page_of

bp = Blueprint("profile", __name__)


@bp.get("/user/<username>")
@login_required
def show(username: str) -> ResponseReturnValue:
    """Show somebody's profile and posts; to its owner, their recent tasks too."""
    user = accounts.named(username) or abort(404)
    tasks: list[Task] = []
    if user == current_user:
        recover(Task.user_id == user.id)
        tasks = list(db.session.scalars(user.tasks().limit(RECENT)))
    return render_template(
        "profile/show.html", user=user, tasks=tasks, posts=page_of(user.posts()), button=EmptyForm()
    )


@bp.route("/profile/edit", methods=["GET", "POST"])
@login_required
def edit() -> ResponseReturnValue:
    """Edit one's own profile."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        current_user.about_me = form.about_me.data
        db.session.commit()
        flash(_("Your changes have been saved."), "success")
        return redirect(url_for("profile.show", username=current_user.username))
    return render_template("profile/edit.html", form=form)
