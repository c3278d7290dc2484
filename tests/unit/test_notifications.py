"""What users are told: the latest of each, in its order, and nothing of anybody else's."""

import pytest
from freezegun import freeze_time
from sqlalchemy import select

from app.extensions import db
from app.models import RECENT, Notification
from app.notifications import TASK_PROGRESS, notify, read_messages, since, sweep
from tests.support.builders import make_message, make_task, make_user

pytestmark = pytest.mark.usefixtures("app")


def told(user):
    """The subjects of a user's notifications, oldest first."""
    return [each.subject for each in db.session.scalars(since(user, 0))]


def test_what_was_told_again_is_told_last(susan):
    for subject in ("A", "B", "A"):
        notify(susan.id, TASK_PROGRESS, 1, subject)

    assert told(susan) == ["B", "A"]


@freeze_time("2026-01-31 12:00:00")
def test_those_of_one_moment_are_told_apart_and_close_together(susan):
    first, second = notify(susan.id, "a", 1), notify(susan.id, "b", 2)

    assert 0 < second - first < 1e-3


def test_what_has_no_subject_has_an_empty_one(susan):
    notify(susan.id, "unread_message_count", 1)

    assert told(susan) == [""]


def test_who_has_read_their_messages_is_told_of_none(susan):
    make_message(make_user("john"), susan)

    read_messages(susan)

    [notification] = db.session.scalars(select(Notification))
    assert (notification.name, notification.data) == ("unread_message_count", 0)


def test_the_latest_of_ended_tasks_are_kept(susan):
    subjects = [f"task {number}" for number in range(RECENT + 2)]
    for subject in [*subjects, subjects[0]]:
        notify(susan.id, TASK_PROGRESS, 1, subject)

    sweep(susan)

    assert told(susan) == [*subjects[3:], subjects[0]]


def test_nothing_else_is_swept(susan):
    john = make_user("john")
    notify(john.id, TASK_PROGRESS, 1, "a task of john's")
    notify(susan.id, "unread_message_count", 1)
    notify(susan.id, TASK_PROGRESS, 1, make_task(susan).id)
    for number in range(RECENT):
        notify(susan.id, TASK_PROGRESS, 1, f"task {number}")

    sweep(susan)

    assert told(john) == ["a task of john's"]
    assert len(told(susan)) == RECENT + 2
