"""Notice an export that fails, though the queue says nothing of it."""

import json

from tests.support.builders import make_posts
from tests.support.outbox import attachments_of


def exported(client, outbox, user):
    """Export a user's posts, and return the bodies that arrive."""
    client.log_in(user).submit("/tasks/export-posts")
    [message] = outbox
    [(_name, _type, archive)] = attachments_of(message)
    return [post["body"] for post in json.loads(archive)["posts"]]


def test_an_export_of_nothing_arrives(client, outbox, stock_queue, susan):
    assert exported(client, outbox, susan) == []


def test_several_posts_arrive(client, outbox, stock_queue, susan):
    make_posts(susan, "first", "second", "third")

    assert exported(client, outbox, susan) == ["first", "second", "third"]


def test_any_text_arrives(client, outbox, stock_queue, susan):
    make_posts(susan, "Grüße 🎉")

    assert exported(client, outbox, susan) == ["Grüße 🎉"]
