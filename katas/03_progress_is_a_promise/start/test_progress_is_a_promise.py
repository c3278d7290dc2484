"""Notice a bar that lies."""

from app.models import Task
from tests.support.builders import make_posts
from tests.support.rows import the


def test_an_export_ends(client, jobs, outbox, susan):
    make_posts(susan, "first", "second", "third", "fourth")

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert the(Task).state == "finished"
