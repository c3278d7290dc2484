"""Run by each worker before all else: what this imports and compiles, no variant has to."""

import pytest
from freezegun import freeze_time

from katas import compiled
from tests.support.builders import make_posts
from tests.support.outbox import attachments_of


@pytest.fixture(scope="session", autouse=True)
def templates():
    """What is compiled here stays compiled."""
    compiled.share()


@freeze_time("2026-01-31 12:00:00")
def test_an_export(client, history, jobs, outbox, susan):
    make_posts(susan, "first")

    client.log_in(susan).submit("/tasks/export-posts", follow_redirects=True)
    jobs.run()

    assert attachments_of(outbox[0])
    assert history()
    assert client.progress()
    assert client.page("/")
