"""Make rows, naming only what matters to the test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import inspect

from app import clock
from app.extensions import db
from app.models import Message, Post, Task, User
from app.tasks.recovery import SILENCE

PASSWORD = "cat"
BEGINNING = datetime(2026, 1, 31, 12, tzinfo=UTC)


def add(row: Any) -> Any:
    """Commit a row and return it."""
    db.session.add(row)
    db.session.commit()
    return row


def make_user(
    name: str, posts: tuple[str, ...] = (), password: str = PASSWORD, language: str = "en"
) -> User:
    """Return a user who has written these posts, a minute apart, oldest first."""
    user = User(username=name, email=f"{name}@example.com", language=language)
    user.set_password(password)
    db.session.add(user)
    db.session.flush()  # which gives it the id that its posts need
    make_posts(user, *posts)
    return user


def make_posts(user: User, *bodies: str) -> None:
    """Give the user more posts, a minute apart, oldest first."""
    [user_id] = inspect(user).identity  # which no commit makes it forget: nothing is read again
    db.session.add_all(
        Post(body=body, timestamp=BEGINNING + timedelta(minutes=number), user_id=user_id)
        for number, body in enumerate(bodies)
    )
    db.session.commit()


def make_message(sender: User, recipient: User, body: str = "Hello") -> Message:
    """Return a message."""
    return add(Message(body=body, sender_id=sender.id, recipient_id=recipient.id))


def make_messages(sender: User, recipient: User, *bodies: str) -> None:
    """Have the sender write several messages to the recipient, oldest first."""
    db.session.add_all(
        Message(body=body, sender_id=sender.id, recipient_id=recipient.id) for body in bodies
    )
    db.session.commit()


def long_ago() -> datetime:
    """Return a time so long ago that a task last heard of then counts as silent."""
    return clock.now() - SILENCE - timedelta(seconds=1)


def make_task(user: User, name: str = "export_posts", **changes: Any) -> Task:
    """Return a task with no job behind it."""
    given = {"id": f"{name}-{user.username}", "description": "Exporting posts"}
    return add(Task(name=name, user_id=user.id, **{**given, **changes}))
