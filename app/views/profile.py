"""Profiles: a page per user with their posts; on one's own, the export and one's tasks."""

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required, logout_user
from sqlalchemy import select

from app import accounts, shelf
from app.extensions import db
from app.forms import DeleteForm, EmptyForm, ProfileForm
from app.limiting import by_user, limit
from app.models import RECENT, Message, Post, Task, User
from app.notifications import notify_unread
from app.tasks.export import LINKED
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
        recover(user_id=user.id)
        tasks = list(db.session.scalars(user.tasks().limit(RECENT)))
    return render_template(
        "profile/show.html",
        user=user,
        tasks=tasks,
        posts=page_of(user.posts(), Post),
        button=EmptyForm(),
    )


@bp.route("/profile/edit", methods=["GET", "POST"])
@login_required
def edit() -> ResponseReturnValue:
    """Edit one's own profile."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        current_user.about_me = form.about_me.data
        if "language" in form:
            current_user.language = form.language.data
        db.session.commit()
        accounts.speak(current_user.language)
        flash(_("Your changes have been saved."), "success")
        return redirect(url_for("profile.show", username=current_user.username))
    return render_template("profile/edit.html", form=form)


@bp.route("/profile/delete", methods=["GET", "POST"])
@login_required
@limit("LOGIN_LIMIT", by_user)
def delete() -> ResponseReturnValue:
    """Delete one's own account, and with it all that one wrote, asked for, and could download."""
    form = DeleteForm()
    if form.validate_on_submit():
        user = db.session.get_one(User, current_user.id)
        if user.check_password(form.password.data):
            session.clear()
            logout_user()
            _delete(user)
            flash(_("Your account has been deleted."), "success")
            return redirect(url_for("auth.login"))
        flash(_("That is not your password."), "danger")
    return render_template("profile/delete.html", form=form)


def _delete(user: User) -> None:
    """Delete a user; what has gone unread with them is counted no longer."""
    linked = select(Task.id).where(Task.user_id == user.id, Task.outcome == LINKED)
    archives = db.session.scalars(linked).all()
    unread = select(Message.recipient_id).where(Message.sender_id == user.id, Message.unread)
    readers = db.session.scalars(select(User).where(User.id.in_(unread), User.id != user.id)).all()
    db.session.delete(user)
    db.session.flush()
    for reader in readers:
        notify_unread(reader)
    db.session.commit()
    shelf.discard(archives)  # one that is on its way is swept: it belongs to nobody
