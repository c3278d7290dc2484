"""Promise 6: a client that polls gets the latest value of each of its own notifications."""

import pytest
from freezegun import freeze_time

from app.extensions import db
from app.models import Notification
from app.notifications import notify
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from tests.support.builders import make_message, make_posts, make_task, make_user
from tests.support.rows import all_of


def tell(user, name, data, subject=""):
    notify(user.id, name, data, subject)
    db.session.commit()


def test_a_notification_has_a_name_data_and_a_timestamp(client, susan):
    with freeze_time("2026-01-31 12:00:00"):
        tell(susan, "unread_message_count", 3)

    answer = client.log_in(susan).get("/notifications")

    assert answer.get_json() == [
        {"name": "unread_message_count", "data": 3, "timestamp": 1769860800.0}
    ]


def test_a_page_that_takes_anything_gets_json(client, susan):
    tell(susan, "a", 1)

    answer = client.log_in(susan).get("/notifications", headers={"Accept": "*/*"})

    assert [each["data"] for each in answer.get_json()] == [1]


def test_what_was_seen_is_not_sent_again(client, susan):
    tell(susan, "unread_message_count", 3)
    [seen] = client.log_in(susan).notifications()

    assert client.notifications(seen["timestamp"]) == []


@freeze_time("2026-01-31 12:00:00")
def test_two_that_carry_the_same_time_both_arrive(client, susan):
    tell(susan, "a", 1)
    [seen] = client.log_in(susan).notifications()
    tell(susan, "b", 2)

    assert [each["data"] for each in client.notifications(seen["timestamp"])] == [2]


def test_one_that_comes_after_the_clock_stepped_back_arrives(client, susan):
    client.log_in(susan)
    with freeze_time("2026-01-31 12:00:00"):
        tell(susan, "a", 1)
    [seen] = client.notifications()
    with freeze_time("2026-01-31 11:00:00"):
        tell(susan, "a", 2)

    assert [each["data"] for each in client.notifications(seen["timestamp"])] == [2]


def test_two_tasks_of_one_user_do_not_overwrite_each_other(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    launch(count_slowly, susan, seconds=2)
    jobs.run()

    told = {data["description"]: data["progress"] for data in client.progress()}
    assert told == {"Exporting posts": 100, "Counting slowly": 100}


def test_the_latest_comes_last_for_its_time_is_the_next_cursor(client, susan):
    tell(susan, "a", 1)
    tell(susan, "b", 2)

    assert [each["data"] for each in client.log_in(susan).notifications()] == [1, 2]


def test_nobody_gets_another_users_notifications(client, susan):
    tell(susan, "unread_message_count", 1)
    tell(make_user("john"), "unread_message_count", 3)

    assert [each["data"] for each in client.log_in(susan).notifications()] == [1]


def test_a_page_polls_from_the_moment_it_shows(client, susan):
    tell(susan, "a", 1)
    since = float(client.log_in(susan).page("/").select_one("[data-since]")["data-since"])
    tell(susan, "b", 2)

    assert [each["data"] for each in client.notifications(since)] == [2]


def test_rows_stay_bounded_however_often_a_task_reports(client, jobs, outbox, susan):
    make_posts(susan, *"12345")

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(all_of(Notification, user_id=susan.id)) == 1


def test_rows_stay_bounded_however_many_tasks_there_were(app, jobs, susan):
    for _ in range(12):
        launch(count_slowly, susan, seconds=1)
        jobs.run()

    assert len(all_of(Notification, user_id=susan.id)) <= 10


def test_the_notification_of_an_unfinished_task_is_never_swept(client, jobs, susan):
    waiting = make_task(susan)
    tell(susan, "task_progress", {"task_id": waiting.id}, subject=waiting.id)

    for _ in range(12):
        launch(count_slowly, susan, seconds=1)
        jobs.run()

    assert waiting.id in {data["task_id"] for data in client.log_in(susan).progress()}


@pytest.mark.parametrize("since", ["nan", "inf", "-inf", "1e999", "yesterday", ""])
def test_an_absurd_cursor_is_refused(client, susan, since):
    answer = client.log_in(susan).get(f"/notifications?since={since}")

    assert answer.status_code == 400


def test_without_a_cursor_everything_arrives(client, susan):
    tell(susan, "a", 1)

    assert client.log_in(susan).get("/notifications").get_json()[0]["data"] == 1


def test_a_message_is_counted_without_a_reload(app, client, susan):
    john = make_user("john")
    make_message(john, susan)
    client.log_in(susan)

    app.test_client().log_in(john).submit("/messages/to/susan", body="Hello again")

    [told] = client.notifications()
    assert (told["name"], told["data"]) == ("unread_message_count", 2)
