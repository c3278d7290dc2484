"""The second set: nothing is shared, nothing is changed, and the export arrives."""

import json

import pytest
from rq.serializers import JSONSerializer

from app.tasks.queue import QUEUE_NAME
from tests.support.builders import make_posts, make_user
from tests.support.outbox import attachments_of


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_begins_with_an_empty_broker(queue, turn):
    assert queue.connection.dbsize() == 0

    queue.enqueue("os.getcwd")


def test_it_is_named_and_written_to_as_in_production(queue):
    assert (queue.name, queue.serializer) == (QUEUE_NAME, JSONSerializer)


def test_an_export_has_arrived_when_the_page_answers(client, queue, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")

    assert [message["To"] for message in outbox] == [susan.email]


def test_the_posts_are_the_users_own(client, queue, outbox, susan):
    make_posts(susan, "mine")
    make_user("john", posts=("not mine",))

    client.log_in(susan).submit("/tasks/export-posts")

    [(_name, _type, archive)] = attachments_of(outbox[0])
    assert [post["body"] for post in json.loads(archive)["posts"]] == ["mine"]
