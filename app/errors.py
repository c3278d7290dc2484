"""Pages for what went wrong."""

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.extensions import db


def init_app(app: Flask) -> None:
    """Give each error its page."""
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(404, not_found)
    app.register_error_handler(500, internal_error)


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Say that a form was too old, or came from elsewhere."""
    advice = _("Go back, reload the page, and send the form again.")
    return render_template("error.html", title=_("This form has expired"), advice=advice), 400


def not_found(_error: HTTPException) -> ResponseReturnValue:
    """Say that there is no such page."""
    advice = _("Check the address, or start from the timeline.")
    return render_template("error.html", title=_("There is no such page"), advice=advice), 404


def internal_error(_error: HTTPException) -> ResponseReturnValue:
    """Say that it is our fault."""
    db.session.rollback()
    advice = _("It is our fault and has been logged. Please try again later.")
    return render_template("error.html", title=_("Something went wrong"), advice=advice), 500
