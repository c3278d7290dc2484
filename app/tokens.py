"""Signed, expiring links."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.extensions import db
from app.models import User


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="reset-password")


def make_reset_token(user: User) -> str:
    """Return a token that lets its bearer set this user's password once, for RESET_LINK_SECONDS."""
    return _signer().dumps([user.id, user.password_mark])


def read_reset_token(token: str) -> User | None:
    """Return whose password the token may reset; None if it is forged, expired or used."""
    try:
        user_id, mark = _signer().loads(token, current_app.config["RESET_LINK_SECONDS"])
    except BadSignature:
        return None
    user = db.session.get(User, user_id)
    return user if user and user.password_mark == mark else None
