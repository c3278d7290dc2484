"""Notice a page that misses something, or hears what it should not."""

from app.extensions import db
from app.notifications import notify


def tell(user, name, data, subject=""):
    """Record a notification for a user."""
    notify(user.id, name, data, subject)
    db.session.commit()


def test_a_page_hears_what_is_new(client, susan):
    tell(susan, "unread_message_count", 3)

    assert client.log_in(susan).notifications()[0]["data"] == 3
