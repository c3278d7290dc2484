"""Signed, expiring links."""

from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.extensions import db
from app.models import Task, User


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=purpose)


def _link(endpoint: str, token: str) -> str:
    """Return the address of a page, for an email.

    It begins with SITE_URL: a worker has no request to know the site's address from, and a request
    may name any host, whose owner would get the token.
    """
    site = urlsplit(current_app.config["SITE_URL"])
    urls = current_app.url_map.bind(site.netloc, site.path or "/", url_scheme=site.scheme)
    return urls.build(endpoint, {"token": token}, force_external=True)


def make_reset_token(user: User) -> str:
    """Return a token that lets its bearer set this user's password once, for RESET_LINK_SECONDS."""
    return _signer("reset-password").dumps([user.id, user.password_mark])


def reset_link(user: User) -> str:
    """Return a link by which this user can choose a new password once, for RESET_LINK_SECONDS."""
    return _link("auth.reset", make_reset_token(user))


def read_reset_token(token: str) -> User | None:
    """Return whose password the token may reset; None if it is forged, expired or used."""
    try:
        seconds = current_app.config["RESET_LINK_SECONDS"]
        user_id, mark = _signer("reset-password").loads(token, seconds)
    except BadSignature:
        return None
    user = db.session.get(User, user_id)
    return user if user and user.password_mark == mark else None


def archive_link(task: Task) -> str:
    """Return a link to the task's archive that works for EXPORT_LINK_SECONDS, for its owner."""
    return _link("archives.download", _signer("archive").dumps(task.id))


def read_archive_token(token: str) -> Task | None:
    """Return the task whose archive the token leads to; None if it is forged, expired or gone."""
    try:
        task_id = _signer("archive").loads(token, current_app.config["EXPORT_LINK_SECONDS"])
    except BadSignature:
        return None
    return db.session.get(Task, task_id)
