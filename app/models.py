"""The tables, their relations and small queries."""

from __future__ import annotations

import enum
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import DateTime, TypeDecorator
from werkzeug.security import check_password_hash, generate_password_hash

from app import clock
from app.extensions import Model, db

POST_LENGTH = 140
RECENT = 10


def unstorable(text: str) -> bool:
    """Return whether no database could keep the text: it holds NUL or half of a surrogate pair."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, also where the database forgets the zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def _owner() -> Mapped[int]:
    return mapped_column(ForeignKey("user.id", ondelete="CASCADE"))


class User(UserMixin, Model):
    """Somebody with an account."""

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256), default="")
    about_me: Mapped[str] = mapped_column(String(POST_LENGTH), default="")
    # The time of this user's latest notification, in seconds since 1970; see app.notifications.
    notified_at: Mapped[float] = mapped_column(default=0.0)
    language: Mapped[str] = mapped_column(String(16), default="en")

    def set_password(self, password: str) -> None:
        """Keep a salted hash of the password, by the method that PASSWORD_HASH names."""
        method = current_app.config["PASSWORD_HASH"]
        self.password_hash = generate_password_hash(password, method)

    def check_password(self, password: str) -> bool:
        """Return whether this is the password."""
        return check_password_hash(self.password_hash, password)

    @property
    def reads(self) -> str:
        """The language to write to this user in: the default one, if theirs is not offered now."""
        offered: list[str] = current_app.config["LANGUAGES"]
        return self.language if self.language in offered else offered[0]

    @property
    def password_mark(self) -> str:
        """What is different after each change of the password, and tells nothing about it."""
        return sha256(self.password_hash.encode()).hexdigest()[:16]

    def get_id(self) -> str:
        """Return what a session knows its user by, until the password changes."""
        return f"{self.id}.{self.password_mark}"

    def posts(self) -> Select[Post]:
        """Select this user's posts, newest first."""
        return Post.newest_first().where(Post.user_id == self.id)

    def unread_messages(self) -> int:
        """Return how many messages this user has not looked at."""
        return db.session.scalar(select(func.count()).where(Message.unread_by(self))) or 0

    def tasks(self) -> Select[Task]:
        """Select what this user asked for, newest first."""
        return select(Task).where(Task.user_id == self.id).order_by(Task.created_at.desc(), Task.id)

    def unfinished_tasks(self) -> list[Task]:
        """Return this user's tasks that are queued or running, newest first."""
        return list(db.session.scalars(self.tasks().where(IS_UNFINISHED)))


class Post(Model):
    """What a user said to everybody."""

    __table_args__ = (
        Index("ix_post_timeline", "timestamp", "id"),
        Index("ix_post_author", "user_id", "timestamp", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(POST_LENGTH))
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    user_id: Mapped[int] = _owner()

    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @staticmethod
    def newest_first() -> Select[Post]:
        """Select everybody's posts, newest first."""
        return select(Post).order_by(Post.timestamp.desc(), Post.id.desc())


class Message(Model):
    """What a user said to one other."""

    __table_args__ = (
        Index("ix_message_inbox", "recipient_id", "timestamp", "id"),
        Index("ix_message_unread", "recipient_id", "unread"),
        Index("ix_message_sender", "sender_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(String(POST_LENGTH))
    timestamp: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    unread: Mapped[bool] = mapped_column(default=True)
    sender_id: Mapped[int] = _owner()
    recipient_id: Mapped[int] = _owner()

    author: Mapped[User] = relationship(
        foreign_keys="Message.sender_id", lazy="joined", innerjoin=True
    )

    @staticmethod
    def received_by(user: User) -> Select[Message]:
        """Select the messages to this user, newest first."""
        received = select(Message).where(Message.recipient_id == user.id)
        return received.order_by(Message.timestamp.desc(), Message.id.desc())

    @staticmethod
    def unread_by(user: User) -> ColumnElement[bool]:
        """Return the condition that a message is to this user and unread."""
        return and_(Message.recipient_id == user.id, Message.unread)


class Notification(Model):
    """The latest value of something that one user's pages show without a reload."""

    __table_args__ = (
        UniqueConstraint("user_id", "name", "subject"),
        Index("ix_notification_poll", "user_id", "timestamp"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[int] = _owner()
    timestamp: Mapped[float] = mapped_column()
    payload_json: Mapped[str] = mapped_column(Text)

    @property
    def data(self) -> Any:
        """What was recorded: anything that JSON can hold."""
        return json.loads(self.payload_json)


class State(enum.StrEnum):
    """Where a task is on its way."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


UNFINISHED = (State.QUEUED, State.RUNNING)
_unfinished = "state IN ('queued', 'running')"
# The same as a condition, in the index's own words: with parameters, SQLite would not use it.
IS_UNFINISHED = db.text(f"task.{_unfinished}")


class Task(Model):
    """What a user asked for and can watch; its id is the id of its job."""

    __table_args__ = (
        Index("ix_task_recent", "user_id", "created_at"),
        # Promise 3, one at a time: kept by the database, however many processes launch at once.
        Index(
            "ix_task_one_unfinished",
            "user_id",
            "name",
            unique=True,
            sqlite_where=db.text(_unfinished),
            postgresql_where=db.text(_unfinished),
        ),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    description: Mapped[str] = mapped_column(String(128))
    user_id: Mapped[int] = _owner()
    state: Mapped[str] = mapped_column(String(16), default=State.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(255), default="")
    outcome: Mapped[str] = mapped_column(String(255), default="")
    # How often its job has begun: what an earlier attempt records is not taken any more.
    attempt: Mapped[int] = mapped_column(default=0)
    arguments_json: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()

    @property
    def unfinished(self) -> bool:
        """Whether it is still queued or running."""
        return self.state in UNFINISHED
