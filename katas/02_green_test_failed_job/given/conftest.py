"""RQ's own synchronous queue, as many projects use it: what a job raises, it keeps to itself."""

import pytest
from fakeredis import FakeRedis, FakeServer
from rq import Queue
from rq.serializers import JSONSerializer


@pytest.fixture
def stock_queue(app, monkeypatch):
    """The app's queue, replaced by RQ's own: a job has run, or failed, when `enqueue` returns."""
    broker = FakeRedis(server=FakeServer())
    queue = Queue("exports", connection=broker, is_async=False, serializer=JSONSerializer)
    monkeypatch.setattr(app, "redis", broker)
    monkeypatch.setattr(app, "task_queue", queue)
    return queue
