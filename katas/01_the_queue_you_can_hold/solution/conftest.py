"""Give the app a queue that lives in the test, and runs each job at once."""

import pytest
from fakeredis import FakeRedis, FakeServer
from rq import Queue
from rq.serializers import JSONSerializer

from app.tasks.queue import QUEUE_NAME


@pytest.fixture
def queue(app, monkeypatch):
    """The app's queue, made small: no server, no worker, no waiting."""
    broker = FakeRedis(server=FakeServer())  # shared by name, it would be every test's
    queue = Queue(QUEUE_NAME, connection=broker, is_async=False, serializer=JSONSerializer)
    monkeypatch.setattr(app, "redis", broker)
    monkeypatch.setattr(app, "task_queue", queue)
    return queue
