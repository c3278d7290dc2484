"""Whose account it is: by name, by address, by password, by session."""

from flask import session
from flask_babel import refresh
from sqlalchemy import func, select

from app.extensions import db, login
from app.models import User, unstorable


def named(username: str) -> User | None:
    """Return the user of this name."""
    if unstorable(username):  # Postgres would not even look for it
        return None
    return db.session.scalar(select(User).where(User.username == username))


def at(address: str) -> User | None:
    """Return the user who registered with this email address, in whatever case."""
    return db.session.scalar(select(User).where(func.lower(User.email) == address.lower()))


def who_knows(username: str, password: str) -> User | None:
    """Return the user of this name if that is the password.

    It takes as long if there is no such user: a hash is computed all the same.
    """
    user = named(username)
    if user is None:
        User().set_password(password)
        return None
    return user if user.check_password(password) else None


@login.user_loader  # type: ignore[untyped-decorator]
def of_session(session_id: str) -> User | None:
    """Return the user of this session; None once the account is gone or its password is new."""
    user = db.session.get(User, int(session_id.partition(".")[0]))
    if user is None or user.get_id() != session_id:
        return None
    speak(user.language)
    return user


def speak(language: str) -> None:
    """Answer this reader in a language from now on; the session keeps it."""
    if session.get("language") != language:
        session["language"] = language
        refresh()
