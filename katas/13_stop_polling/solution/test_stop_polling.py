"""Notice a stream that repeats, leaks, or never ends, and a poll that is not what it was."""

import pytest

from app.extensions import db
from app.notifications import notify
from tests.support.builders import make_task, make_user


@pytest.fixture
def stream(app, client, susan):
    """Listen as a browser of Susan's does, from an id, and return its answer."""
    app.config.update(STREAM_PAUSE=0, STREAM_SECONDS=0)
    client.log_in(susan)

    def stream(last=None, since="0"):
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        return client.get(f"/notifications?since={since}", headers=headers)

    return stream


def fields(answer, name):
    """Return the values of a field, in order; the other fields and comments are passed over."""
    found = [line.partition(": ") for line in answer.text.splitlines()]
    return [value for field, _colon, value in found if field == name]


def tell(user, name, data):
    """Record a notification for a user."""
    notify(user.id, name, data)
    db.session.commit()


def test_who_comes_back_hears_what_is_new_and_nothing_again(stream, susan):
    tell(susan, "a", 1)
    [seen] = fields(stream(), "id")
    tell(susan, "b", 2)

    assert fields(stream(last=seen), "data") == ["2"]


def test_nobody_hears_what_is_told_to_others(stream, susan):
    tell(susan, "a", 1)
    tell(make_user("john"), "a", 2)

    assert fields(stream(), "data") == ["1"]


def test_a_browser_stays_away_once_all_is_told_and_done(stream, susan):
    tell(susan, "a", 1)
    [seen] = fields(stream(), "id")

    assert stream(last=seen).status_code == 204


def test_a_browser_comes_back_while_a_task_is_unfinished(stream, susan):
    make_task(susan, state="running")

    assert stream().status_code == 200


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_whoever_polls_gets_json_as_ever(client, stream, susan, accept):
    tell(susan, "a", 1)

    answer = client.get("/notifications", headers={"Accept": accept} if accept else {})

    [told] = answer.get_json()
    assert (told["name"], told["data"]) == ("a", 1)
