"""The first set: the queue runs jobs at once, and the app uses it."""

from fakeredis import FakeRedis


def test_a_job_has_run_when_enqueue_returns(queue):
    job = queue.enqueue("os.getcwd")

    assert job.get_status() == "finished"


def test_the_broker_is_in_this_process(queue):
    assert isinstance(queue.connection, FakeRedis)


def test_the_app_uses_it(app, queue):
    assert (app.task_queue, app.redis) == (queue, queue.connection)
