"""The goals: time and pauses are arguments, and the defaults are what they were."""

from datetime import UTC, datetime

from app.extensions import db
from app.notifications import notify
from app.tasks.engine import running, track
from tests.support.builders import make_task

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_notification_takes_the_time_that_it_is_given(app, susan):
    timestamp = notify(susan.id, "a", 1, at=NOON)
    db.session.commit()

    assert timestamp == NOON.timestamp()


def test_a_notification_asks_the_clock_if_it_is_given_none(app, susan):
    timestamp = notify(susan.id, "a", 1)
    db.session.commit()

    assert timestamp > NOON.timestamp()


def test_a_task_pauses_by_what_it_is_given(app, susan):
    pauses = []

    with running(make_task(susan).id) as task:
        list(track(task, range(4), 4, pause=60, sleep=pauses.append))

    assert pauses == [60, 60, 60, 60]
