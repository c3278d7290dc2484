"""The goals: the news come as a stream to whoever asks for one, as they happen."""

import json
from threading import Event, Thread

import pytest
from sqlalchemy import event

from app.extensions import db
from app.notifications import notify
from tests.support.builders import make_posts, make_task


@pytest.fixture
def listen(app):
    """Listen to the news of a user, who is logged in, and return the events, parsed."""

    def listen(visitor):
        answer = visitor.get("/notifications", headers={"Accept": "text/event-stream"})
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        blocks = [block for block in answer.text.split("\n\n") if block.strip()]
        return [fields for block in blocks if (fields := parsed(block))]

    app.config.update(STREAM_PAUSE=0.01, STREAM_SECONDS=4)
    return listen


def parsed(block):
    """Return the fields of one event; a line that begins with a colon is a comment."""
    lines = [line.partition(":") for line in block.splitlines() if not line.startswith(":")]
    return {name: value.removeprefix(" ") for name, _colon, value in lines}


def tell(user, name, data):
    timestamp = notify(user.id, name, data)
    db.session.commit()
    return timestamp


def test_each_notification_is_an_event(client, listen, susan):
    first, second = tell(susan, "a", {"words": "two\nlines"}), tell(susan, "b", 2)

    events = listen(client.log_in(susan))

    assert [each["event"] for each in events] == ["a", "b"]
    assert [float(each["id"]) for each in events] == [first, second]
    assert [json.loads(each["data"]) for each in events] == [{"words": "two\nlines"}, 2]


def test_a_stream_begins_where_it_is_told_to(client, susan):
    first = tell(susan, "a", 1)
    tell(susan, "b", 2)
    client.log_in(susan)

    url = f"/notifications?since={first!r}"
    answer = client.get(url, headers={"Accept": "text/event-stream"})

    assert answer.text.count("data:") == 1


def test_an_open_stream_tells_what_happens_meanwhile(client, jobs, listen, outbox, susan):
    make_posts(susan, "first", "second")
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    heard, looked = [], Event()

    @event.listens_for(db.engine, "after_cursor_execute")
    def notice(_connection, _cursor, statement, *_more):
        if "FROM notification" in statement:
            looked.set()

    listener = Thread(target=lambda: heard.extend(listen(client)))
    listener.start()
    looked.wait(4)
    jobs.run()
    listener.join()
    event.remove(db.engine, "after_cursor_execute", notice)

    states = [json.loads(each["data"])["state"] for each in heard]
    assert (states[0], states[-1]) == ("queued", "finished")


def test_a_stream_has_an_end_though_a_task_has_none(app, client, listen, susan):
    app.config["STREAM_SECONDS"] = 0
    make_task(susan, state="running")
    tell(susan, "a", 1)

    assert len(listen(client.log_in(susan))) == 1
