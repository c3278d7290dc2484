"""Pages for what went wrong. They ask the database nothing: it may be what went wrong."""

import math

from flask import Flask, Response, current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import BadHost, HTTPException, SecurityError, ServiceUnavailable

from app import limiting

RETRY_AFTER = 30

# What each page is called, and what its reader can do; for a code that is not here, 400 or 500.
WORDS = {
    400: (
        _l("This request makes no sense to us"),
        _l("Check the address, or start from the timeline."),
    ),
    403: (_l("This is not for you"), _l("Log in as somebody who may see it.")),
    404: (_l("There is no such page"), _l("Check the address, or start from the timeline.")),
    405: (_l("This cannot be done by a link"), _l("Use the button on the page it came from.")),
    413: (_l("This is too much at once"), _l("Go back, and send less.")),
    500: (
        _l("Something went wrong"),
        _l("It is our fault and has been logged. Please try again later."),
    ),
    503: (_l("We are having trouble"), _l("It has been logged. Please try again in a minute.")),
}
STALE = (_l("This form has expired"), _l("Go back, reload the page, and send the form again."))


def init_app(app: Flask) -> None:
    """Give each error its page."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(RateLimitExceeded, too_often)
    for nowhere in (BadHost, SecurityError):  # by that name no page of ours can be linked to
        app.register_error_handler(nowhere, lambda error: error)
    for down in (exc.OperationalError, exc.InterfaceError, exc.TimeoutError):
        app.register_error_handler(down, database_down)


def refused(error: HTTPException) -> ResponseReturnValue:
    """Answer with the page of this error, and the headers that belong to it."""
    code = error.code or 500
    return _page(error, *WORDS.get(code, WORDS[400 if code < 500 else 500]))


def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Say that a form was too old, or came from elsewhere."""
    return _page(error, *STALE)


def too_often(error: RateLimitExceeded) -> ResponseReturnValue:
    """Say when to try again."""
    seconds = limiting.seconds_to_wait(error)
    advice = ngettext(
        "Please try again in %(num)s minute.",
        "Please try again in %(num)s minutes.",
        math.ceil(seconds / 60),
    )
    response = _page(error, _("This was tried too often"), advice)
    response.headers["Retry-After"] = str(seconds)
    return response


def database_down(error: Exception) -> ResponseReturnValue:
    """Say when to come back, and log what the database said."""
    current_app.logger.error("The database did not answer", exc_info=error)
    return refused(ServiceUnavailable(retry_after=RETRY_AFTER))


def _page(error: HTTPException, title: str, advice: str) -> Response:
    # Not render_template, which asks who is looking: every page would wait for the database.
    template = current_app.jinja_env.get_template("error.html")
    page = template.render(title=title, advice=advice)
    return current_app.response_class(page, error.code, error.get_headers())
