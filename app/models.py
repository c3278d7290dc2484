"""The tables, their relations and small queries."""

from __future__ import annotations

import enum
import json
from datetime import UTC, datetime
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
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import DateTime, TypeDecorator
from werkzeug.security import check_password_hash, generate_password_hash

from app import clock
from app.extensions import Model, db, login

POST_LENGTH = 140
MICROSECOND = 1e-6
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
    # The time of this user's latest notification, in seconds since 1970; see `notify`.
    notified_at: Mapped[float] = mapped_column(default=0.0)

    def set_password(self, password: str) -> None:
        """Keep a salted hash of the password, by the method that PASSWORD_HASH names."""
        method = current_app.config["PASSWORD_HASH"]
        self.password_hash = generate_password_hash(password, method)

    def check_password(self, password: str) -> bool:
        """Return whether this is the password."""
        return check_password_hash(self.password_hash, password)

    def posts(self) -> Select[Post]:
        """Select this user's posts, newest first."""
        return Post.newest_first().where(Post.user_id == self.id)

    def unread_messages(self) -> int:
        """Return how many messages this user has not looked at."""
        return db.session.scalar(select(func.count()).where(Message.unread_by(self))) or 0

    def read_messages(self) -> None:
        """Mark every message to this user as read; the caller commits."""
        db.session.execute(update(Message).where(Message.unread_by(self)).values(unread=False))
        self.notify_unread()

    def notify_unread(self) -> None:
        """Record how many messages are unread; the caller commits."""
        self.notify("unread_message_count", self.unread_messages)

    def tasks(self) -> Select[Task]:
        """Select what this user asked for, newest first."""
        return select(Task).where(Task.user_id == self.id).order_by(Task.created_at.desc(), Task.id)

    def unfinished_tasks(self) -> list[Task]:
        """Return this user's tasks that are queued or running, newest first."""
        return list(db.session.scalars(self.tasks().where(Task.state.in_(UNFINISHED))))

    def notify(self, name: str, data: Any, subject: str = "") -> Notification:
        """Record the latest value of a notification; the caller commits.

        There is one row for each name and subject. Its timestamp is the current time, or one
        microsecond more than this user's previous notification if that is later: the UPDATE holds
        the user's row until the commit, so timestamps grow in the order in which pollers see them,
        whatever the clock does and however many processes write. If `data` is a function, it is
        called after that, and its result recorded.
        """
        now = clock.now().timestamp()
        next_time = case((User.notified_at < now, now), else_=User.notified_at + MICROSECOND)
        timestamp = db.session.scalars(
            update(User)
            .where(User.id == self.id)
            .values(notified_at=next_time)
            .returning(User.notified_at)
            .execution_options(synchronize_session=False)
        ).one()
        payload = json.dumps(data() if callable(data) else data)
        key = {"user_id": self.id, "name": name, "subject": subject}
        notification = db.session.scalar(select(Notification).filter_by(**key))
        if notification is None:
            notification = Notification(**key)
            db.session.add(notification)
        notification.timestamp, notification.payload_json = timestamp, payload
        return notification

    def sweep_notifications(self) -> None:
        """Delete those of tasks that ended, but for the latest RECENT; the caller commits."""
        of_tasks = and_(Notification.user_id == self.id, Notification.name == "task_progress")
        newest_first = Notification.timestamp.desc()
        recent = select(Notification.id).where(of_tasks).order_by(newest_first).limit(RECENT)
        unfinished = select(Task.id).where(Task.user_id == self.id, Task.state.in_(UNFINISHED))
        db.session.execute(
            delete(Notification)
            .where(of_tasks, Notification.id.not_in(recent))
            .where(Notification.subject.not_in(unfinished))
            .execution_options(synchronize_session=False)
        )


@login.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> User | None:
    """Return the user of this session, or None once the account is gone."""
    return db.session.get(User, int(user_id))


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

    @staticmethod
    def after(user: User, since: float) -> Select[Notification]:
        """Select this user's notifications later than `since`, oldest first."""
        own = select(Notification).where(Notification.user_id == user.id)
        return own.where(Notification.timestamp > since).order_by(Notification.timestamp)


class State(enum.StrEnum):
    """Where a task is on its way."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


UNFINISHED = (State.QUEUED, State.RUNNING)
_unfinished = "state IN ('queued', 'running')"


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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()

    @property
    def unfinished(self) -> bool:
        """Whether it is still queued or running."""
        return self.state in UNFINISHED
