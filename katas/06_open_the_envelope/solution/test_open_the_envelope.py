"""Notice a mail that is not what its reader needs."""

import json

from tests.support.builders import make_posts
from tests.support.outbox import attachments_of


def mailed(client, jobs, outbox, user, *bodies):
    """Export a user's posts, and return the message and the list in its archive."""
    make_posts(user, *bodies)
    client.log_in(user).submit("/tasks/export-posts")
    jobs.run()
    [message] = outbox
    [(_name, _type, data)] = attachments_of(message)
    return message, json.loads(data.decode("utf-8"))["posts"]


def test_it_goes_to_the_owner_alone(client, jobs, outbox, susan):
    message, _posts = mailed(client, jobs, outbox, susan)

    assert (message["To"], message["Cc"], message["Bcc"]) == ("susan@example.com", None, None)


def test_the_archive_says_what_it_is(client, jobs, outbox, susan):
    message, _posts = mailed(client, jobs, outbox, susan)

    [(name, media_type, _data)] = attachments_of(message)
    assert (name, media_type) == ("posts.json", "application/json")


def test_any_text_comes_back(client, jobs, outbox, susan):
    _message, posts = mailed(client, jobs, outbox, susan, "Grüße 🎉")

    assert [post["body"] for post in posts] == ["Grüße 🎉"]


def test_the_oldest_comes_first(client, jobs, outbox, susan):
    _message, posts = mailed(client, jobs, outbox, susan, "first", "second")

    assert [post["body"] for post in posts] == ["first", "second"]


def test_times_say_that_they_are_utc(client, jobs, outbox, susan):
    _message, posts = mailed(client, jobs, outbox, susan, "first")

    assert [post["timestamp"] for post in posts] == ["2026-01-31T12:00:00.000000Z"]
