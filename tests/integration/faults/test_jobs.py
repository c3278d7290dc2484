"""A job that cannot be run as it was meant: its data, its function or its module is gone."""

import pytest

from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.recovery import INTERRUPTED
from tests.support.rows import the


def test_a_job_whose_meta_cannot_be_read_is_run_all_the_same(app, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    app.redis.hset(f"rq:job:{task_id}", "meta", b"\x80\x05pickled")

    jobs.run()

    assert the(Task).state == "finished"


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x05pickled",
        b'["app.tasks.export.gone", null, ["1"], {}]',
        b'["app.tasks.gone.export_posts", null, ["1"], {}]',
    ],
    ids=["unreadable", "function gone", "module gone"],
)
def test_a_job_that_cannot_be_called_ends_its_task_as_failed(app, client, jobs, susan, data):
    app.config["RETRY_PAUSES"] = []
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")
    app.redis.hset(f"rq:job:{the(Task).id}", "data", data)

    with jobs.expect_failure(Exception):
        jobs.run()
    jobs.advance(seconds=61)

    assert INTERRUPTED in client.get("/user/susan").text
