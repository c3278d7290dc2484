"""Where jobs wait: `app.redis`, the broker, and `app.task_queue` on it."""

from typing import cast

from flask import Flask, current_app
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE_NAME = "microblog-tasks"


def init_app(app: Flask) -> None:
    """Give the app its broker and queue; nothing connects before the first command."""
    seconds = app.config["BROKER_TIMEOUT"]
    app.redis = Redis.from_url(  # type: ignore[attr-defined]
        app.config["REDIS_URL"], socket_connect_timeout=seconds, socket_timeout=seconds
    )
    app.task_queue = Queue(  # type: ignore[attr-defined]
        QUEUE_NAME,
        connection=app.redis,  # type: ignore[attr-defined]
        serializer=JSONSerializer,
        default_timeout=app.config["JOB_TIMEOUT"],
    )


def task_queue() -> Queue:
    """Return the queue of the current app."""
    return cast(Queue, current_app.task_queue)  # type: ignore[attr-defined]
