"""Notice a stream that repeats, leaks, or never ends, and a poll that is not what it was."""

import pytest

from app.extensions import db
from app.notifications import notify


@pytest.fixture
def stream(app, client, susan):
    """Listen as a browser of Susan's does, and return its answer."""
    app.config.update(STREAM_PAUSE=0, STREAM_SECONDS=0)
    client.log_in(susan)
    return lambda: client.get("/notifications", headers={"Accept": "text/event-stream"})


def tell(user, name, data):
    """Record a notification for a user."""
    notify(user.id, name, data)
    db.session.commit()


def test_a_stream_is_a_stream(stream, susan):
    tell(susan, "unread_message_count", 3)

    assert stream().mimetype == "text/event-stream"
