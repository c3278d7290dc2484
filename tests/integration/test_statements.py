"""What pages ask the database: the same number of statements, however much there is."""

import re

import pytest

from app.extensions import db
from app.notifications import notify
from app.tasks.recovery import recover
from tests.support.builders import make_messages, make_posts, make_task, make_user
from tests.support.statements import plan_of, statements


def fill(susan, count):
    """Give susan so many posts, messages, ended tasks and notifications, and others as many."""
    make_user("john", posts=("his",) * count)
    make_posts(susan, *["hers"] * count)
    for number in range(count):
        other = make_user(f"user{number}", posts=("theirs",))
        make_messages(other, susan, "Hello")
        make_messages(susan, other, "Hello")
        make_task(susan, id=f"task {number}", state="finished", outcome="Done")
        notify(susan.id, "task_progress", {"state": "finished"}, subject=str(number))
    db.session.commit()


def asked(client, path):
    """Return the statements that a page makes; what it makes of it is seen elsewhere."""
    with statements() as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return seen


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/", 4),
        ("/?before=9999999999999999.1", 4),
        ("/user/susan", 7),
        ("/user/john", 5),
        ("/messages", 11),
        ("/messages/to/john", 4),
        ("/profile/edit", 3),
        ("/profile/delete", 3),
        ("/notifications", 3),
    ],
)
def test_a_page_makes_the_same_statements_however_much_there_is(
    app, client, susan, path, number, count
):
    app.config["POSTS_PER_PAGE"] = 100
    fill(susan, count)

    seen = asked(client.log_in(susan), path)

    assert len(seen) == number, "\n".join(text for text, _values in seen)


def test_a_poll_that_brings_nothing_new_makes_two_statements(client, susan):
    fill(susan, 3)
    [*_, last] = client.log_in(susan).notifications()

    path = f"/notifications?since={last['timestamp']!r}"

    assert len(asked(client, path)) == 2
    assert len(client.get(path).data) < 1000
    assert client.get(path).json == []


def test_a_poll_finds_what_it_asks_for_by_an_index(client, susan):
    fill(susan, 3)

    plans = [plan_of(each) for each in asked(client.log_in(susan), "/notifications")]

    assert len(plans) == 3
    assert [plan for plan in plans if not re.search("(?i)index|primary key", plan)] == []
    assert "ix_notification_poll" in plans[2]


def test_dead_tasks_are_found_without_a_look_at_those_that_ended(susan):
    fill(susan, 3)

    with statements() as seen:
        recover()

    assert ["ix_task_one_unfinished" in plan_of(each) for each in seen] == [True]
