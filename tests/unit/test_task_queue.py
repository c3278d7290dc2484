"""Where jobs wait is a matter of the settings, the same for who enqueues and who works."""

import pytest
import redis
from redis import DriverInfo
from rq.serializers import JSONSerializer

from app import create_app
from app.tasks.count import count_slowly
from app.tasks.export import export_posts
from app.tasks.mail import deliver
from app.tasks.queue import QUEUE_NAME, AppJob, check_function
from app.tasks.reset import send_reset_link
from app.tasks.worker import AppWorker


@pytest.fixture
def production():
    """An app as it is in production, which has not yet said a word to its broker."""
    return create_app(
        {
            "REDIS_URL": "redis://broker.example.com:6380/2",
            "BROKER_TIMEOUT": 0.5,
            "JOB_TIMEOUT": 1800,
        }
    )


def test_the_broker_is_the_one_of_the_settings_and_nobody_waits_long_for_it(production):
    options = production.redis.connection_pool.connection_kwargs

    assert (options["host"], options["port"], options["db"]) == ("broker.example.com", 6380, 2)
    assert (options["socket_connect_timeout"], options["socket_timeout"]) == (0.5, 0.5)
    assert options["driver_info"] == DriverInfo("redis-py", redis.__version__)


def test_the_queue_is_on_that_broker_and_speaks_json(production):
    queue = production.task_queue

    assert (queue.name, queue.connection) == (QUEUE_NAME, production.redis)
    assert (queue.serializer, queue.job_class) == (JSONSerializer, AppJob)
    assert queue._default_timeout == 1800


@pytest.mark.parametrize("function", [count_slowly, deliver, export_posts, send_reset_link])
def test_what_the_app_enqueues_runs_as_a_job(app, function):
    check_function(AppJob.create(function, connection=app.redis))


def test_a_worker_takes_its_jobs_from_there(app):
    worker = AppWorker(app, prepare_for_work=False, name="the worker")

    assert worker.queues == [app.task_queue]
    assert (worker.connection, worker.name) == (app.redis, "the worker")
    assert (worker.serializer, worker.job_class) == (JSONSerializer, AppJob)
    assert worker.maintenance_interval == 60
