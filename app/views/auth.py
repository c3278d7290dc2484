"""Accounts: register, log in, log out, reset the password."""

import re

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user, logout_user
from sqlalchemy.exc import IntegrityError

from app import accounts
from app.extensions import db
from app.forms import (
    LoginForm,
    RegistrationForm,
    ResetForm,
    ResetRequestForm,
    as_servers_write,
)
from app.limiting import by_text, limit, limit_together
from app.models import User
from app.tasks.engine import NotLaunched
from app.tasks.reset import ask_for_reset_link
from app.tokens import read_reset_token

bp = Blueprint("auth", __name__)


@bp.before_request
def _leave_those_who_are_in() -> ResponseReturnValue | None:
    if current_user.is_authenticated and request.endpoint != "auth.logout":
        return redirect(url_for("timeline.index"))
    return None


@bp.route("/login", methods=["GET", "POST"])
@limit_together("NETWORK_LIMIT")
@limit("LOGIN_LIMIT", by_text("username"))
def login() -> ResponseReturnValue:
    """Log in, then go on to the page that was asked for."""
    form = LoginForm()
    if form.validate_on_submit():
        user = accounts.who_knows(form.username.data, form.password.data)
        if user:
            session.clear()  # nothing that was planted before is kept
            login_user(user, remember=form.remember_me.data)
            return redirect(_local(request.args.get("next")))
        flash(_("Invalid username or password."), "danger")
    return render_template("auth/login.html", form=form)


@bp.post("/logout")
@login_required
def logout() -> ResponseReturnValue:
    """Log out."""
    session.clear()
    logout_user()
    return redirect(url_for("timeline.index"))


@bp.route("/register", methods=["GET", "POST"])
@limit("REGISTER_LIMIT")
def register() -> ResponseReturnValue:
    """Make an account."""
    form = RegistrationForm()
    if form.validate_on_submit():
        user = User(username=form.username.data, email=form.email.data)
        user.language = str(get_locale())
        user.set_password(form.password.data)
        db.session.add(user)
        try:
            db.session.commit()
        except IntegrityError:  # somebody was quicker, a moment ago
            db.session.rollback()
            flash(_("Please choose another username or email address."), "danger")
            return render_template("auth/register.html", form=form)
        flash(_("Welcome! You can log in now."), "success")
        return redirect(url_for("auth.login"))
    return render_template("auth/register.html", form=form)


def _in_one_spelling(address: str) -> str:
    """Return an email address as all of its spellings are looked up; what is none, as it is."""
    return (as_servers_write(address) or address).lower()


@bp.route("/reset-password", methods=["GET", "POST"])
@limit_together("NETWORK_LIMIT")
@limit("RESET_LIMIT", by_text("email", _in_one_spelling))
def reset_request() -> ResponseReturnValue:
    """Email a link with which to choose a new password."""
    form = ResetRequestForm()
    if form.validate_on_submit():
        try:
            ask_for_reset_link(form.email.data)
        except NotLaunched:
            flash(_("The email could not be sent. Please try again in a few minutes."), "danger")
            return render_template("auth/reset_request.html", form=form)
        # The same words whether or not there is such an account.
        flash(_("If there is an account with that address, a link is on its way to it."), "info")
        return redirect(url_for("auth.login"))
    return render_template("auth/reset_request.html", form=form)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password, by a link that was emailed."""
    user = read_reset_token(token)
    if user is None:
        flash(_("This link has expired or was already used. Please ask for a new one."), "danger")
        return redirect(url_for("auth.reset_request"))
    form = ResetForm()
    if form.validate_on_submit():
        user.set_password(form.password.data)
        db.session.commit()
        flash(_("Your password has been changed. You can log in now."), "success")
        return redirect(url_for("auth.login"))
    return render_template("auth/reset.html", form=form, user=user)


def _local(target: str | None) -> str:
    """Return the target if it is a path on this site, else the timeline."""
    # A browser reads a backslash as a slash, and passes over control characters.
    safe = re.fullmatch(r"/(?!/)[^\\\x00-\x20]*", target or "")
    return safe[0] if safe else url_for("timeline.index")
