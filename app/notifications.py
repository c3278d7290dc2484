"""What a user's pages are told without a reload; promise 6, nothing missed, is kept here."""

import json
from typing import Any, cast

from sqlalchemy import (
    Float,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)

from app import clock
from app.extensions import db
from app.models import IS_UNFINISHED, RECENT, Message, Notification, Task, User

TASK_PROGRESS = "task_progress"
UNREAD_MESSAGES = "unread_message_count"
MICROSECOND = 1e-6

# These run at each record of a task's progress: built once, and on tables rather than objects.
_users, _notifications = cast(Table, User.__table__), cast(Table, Notification.__table__)
_now, _last = bindparam("now", type_=Float), _users.c.notified_at
_advance = (
    update(_users)
    .where(_users.c.id == bindparam("owner"))
    .values(notified_at=case((_last < _now, _now), else_=_last + MICROSECOND))
    .returning(_last)
)
_key: dict[str, Any] = {
    "user_id": bindparam("owner"),
    "name": bindparam("called"),
    "subject": bindparam("about"),
}
_latest: dict[str, Any] = {"timestamp": bindparam("at"), "payload_json": bindparam("holding")}
_renew = (
    update(_notifications)
    .where(*(_notifications.c[name] == value for name, value in _key.items()))
    .values(_latest)
    .returning(_notifications.c.id)
)
_insert = insert(_notifications).values(_key | _latest)
_of_tasks = and_(
    _notifications.c.user_id == bindparam("owner"), _notifications.c.name == TASK_PROGRESS
)
_recent = (
    select(_notifications.c.id)
    .where(_of_tasks)
    .order_by(_notifications.c.timestamp.desc())
    .limit(RECENT)
)
_unfinished = select(Task.id).where(Task.user_id == bindparam("owner"), IS_UNFINISHED)
_sweep = delete(_notifications).where(
    _of_tasks,
    _notifications.c.id.not_in(_recent),
    _notifications.c.subject.not_in(_unfinished),
)


def notify(user_id: int, name: str, data: Any, subject: str = "") -> float:
    """Record the latest value of a notification, and return its timestamp; the caller commits.

    There is one row for each name and subject. Its timestamp is the current time, or one
    microsecond more than this user's previous notification if that is later: the UPDATE holds the
    user's row until the commit, so timestamps grow in the order in which pollers see them, whatever
    the clock does and however many processes write. If `data` is a function, it is called after
    that, and its result recorded.
    """
    execute = db.session.connection().execute  # for tables, the session would only be in the way
    owner = {"owner": user_id}
    now = {"now": clock.now().timestamp()}
    timestamp: float = execute(_advance, owner | now).scalar_one()
    payload = json.dumps(data() if callable(data) else data)
    latest = {"called": name, "about": subject, "at": timestamp, "holding": payload}
    if execute(_renew, owner | latest).scalar() is None:
        execute(_insert, owner | latest)
    return timestamp


def notify_unread(user: User) -> None:
    """Record how many messages the user has not looked at; the caller commits."""
    notify(user.id, UNREAD_MESSAGES, user.unread_messages)


def read_messages(user: User) -> None:
    """Mark every message to the user as read; the caller commits."""
    db.session.execute(update(Message).where(Message.unread_by(user)).values(unread=False))
    notify_unread(user)


def since(user: User, timestamp: float) -> Select[Notification]:
    """Select the user's notifications that are later, oldest first."""
    own = select(Notification).where(Notification.user_id == user.id)
    return own.where(Notification.timestamp > timestamp).order_by(Notification.timestamp)


def sweep(user: User) -> None:
    """Delete those of tasks that ended, but for the latest RECENT; the caller commits."""
    db.session.connection().execute(_sweep, {"owner": user.id})
