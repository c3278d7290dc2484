"""Notice a page that misses something, or hears what it should not."""

from freezegun import freeze_time

from app.extensions import db
from app.models import Notification
from app.notifications import notify
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from tests.support.builders import make_user
from tests.support.rows import all_of


def tell(user, name, data, subject=""):
    """Record a notification for a user."""
    notify(user.id, name, data, subject)
    db.session.commit()


@freeze_time("2026-01-31 12:00:00")
def test_two_at_the_same_time_are_both_heard(client, susan):
    tell(susan, "a", 1)
    [seen] = client.log_in(susan).notifications()
    tell(susan, "b", 2)

    assert [each["data"] for each in client.notifications(seen["timestamp"])] == [2]


def test_what_was_heard_is_not_heard_again(client, susan):
    with freeze_time("2026-01-31 12:00:00.5"):
        tell(susan, "a", 1)
    [seen] = client.log_in(susan).notifications()

    assert client.notifications(seen["timestamp"]) == []


def test_nobody_hears_what_is_told_to_others(client, susan):
    tell(susan, "a", 1)
    tell(make_user("john"), "a", 2)

    assert [each["data"] for each in client.log_in(susan).notifications()] == [1]


def test_rows_stay_bounded(client, jobs, outbox, susan):
    for task in range(20):
        tell(susan, "task_progress", {"state": "finished"}, subject=f"{task}")

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(all_of(Notification, user_id=susan.id)) < 20


def test_two_tasks_are_told_apart(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    launch(count_slowly, susan, seconds=1)
    jobs.run()

    assert {data["name"] for data in client.progress()} == {"export_posts", "count_slowly"}


def test_the_latest_comes_last(client, susan):
    tell(susan, "a", 1)
    tell(susan, "b", 2)

    assert [each["data"] for each in client.log_in(susan).notifications()] == [1, 2]
