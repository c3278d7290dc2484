"""The tables and their small queries."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Notification, Post, Task, unstorable
from app.notifications import notify, read_messages, since
from tests.support.builders import add, make_message, make_posts, make_task, make_user

pytestmark = pytest.mark.usefixtures("app")


def test_a_password_is_checked(susan):
    assert susan.check_password("cat")
    assert not susan.check_password("dog")


def test_the_same_password_is_never_kept_alike():
    assert make_user("susan").password_hash != make_user("john").password_hash


def test_a_time_comes_back_in_utc_whatever_zone_it_had(susan):
    noon = datetime(2026, 1, 31, 17, tzinfo=timezone(timedelta(hours=5)))
    post = add(Post(body="x", timestamp=noon, user_id=susan.id))
    db.session.refresh(post)

    assert (post.timestamp, post.timestamp.tzinfo) == (datetime(2026, 1, 31, 12, tzinfo=UTC), UTC)


def test_posts_are_newest_first_and_later_ones_of_the_same_time_too(susan):
    make_posts(susan, "first", "second")
    make_posts(susan, "first again")

    bodies = [post.body for post in db.session.scalars(susan.posts())]
    assert bodies == ["second", "first again", "first"]


def test_deleting_a_user_deletes_what_is_theirs(susan):
    make_posts(susan, "x")
    make_message(susan, make_user("john"))
    make_task(susan)
    notify(susan.id, "unread_message_count", 1)
    db.session.commit()

    db.session.delete(susan)
    db.session.commit()

    left = [db.session.scalars(select(kind)).all() for kind in (Post, Task, Notification)]
    assert left == [[], [], []]


def test_only_messages_not_yet_looked_at_are_unread(susan):
    john = make_user("john")
    make_message(john, susan)
    read_messages(susan)
    make_message(john, susan)
    make_message(susan, john)

    assert susan.unread_messages() == 1


def test_a_notification_keeps_its_latest_value_only(susan):
    notify(susan.id, "unread_message_count", 1)
    notify(susan.id, "unread_message_count", 2)

    [notification] = db.session.scalars(select(Notification))
    assert notification.data == 2


def test_notifications_of_different_subjects_are_kept_apart(susan):
    notify(susan.id, "task_progress", 100, subject="A")
    notify(susan.id, "task_progress", 20, subject="B")

    assert [each.data for each in db.session.scalars(since(susan, 0))] == [100, 20]


@freeze_time("2026-01-31 12:00:00")
def test_timestamps_grow_while_the_clock_stands_still(susan):
    first, second = notify(susan.id, "a", 1), notify(susan.id, "b", 2)

    assert first == datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
    assert second > first


def test_timestamps_grow_while_the_clock_steps_back(susan):
    with freeze_time("2026-01-31 12:00:00"):
        first = notify(susan.id, "a", 1)
    with freeze_time("2026-01-31 11:00:00"):
        assert notify(susan.id, "b", 2) > first


@pytest.mark.parametrize("state", ["queued", "running"])
def test_the_database_refuses_a_second_unfinished_task_of_a_name(susan, state):
    make_task(susan, state=state)

    with pytest.raises(IntegrityError):
        make_task(susan, id="another")


def test_the_database_allows_other_tasks_beside_an_unfinished_one(susan):
    make_task(susan, id="done", state="finished")
    make_task(susan, id="broken", state="failed")
    make_task(susan, id="waiting")
    make_task(susan, id="another", name="count_slowly")
    make_task(make_user("john"), id="another's")

    assert {task.id for task in susan.unfinished_tasks()} == {"waiting", "another"}


@pytest.mark.parametrize("progress", [-1, 101])
def test_the_database_refuses_impossible_progress(susan, progress):
    with pytest.raises(IntegrityError):
        make_task(susan, progress=progress)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("", False), ("🎉 שלום\n", False), ("a\0b", True), ("\ud83d", True), ("x\udfff", True)],
)
def test_text_that_no_database_can_keep_is_recognised(text, answer):
    assert unstorable(text) is answer
