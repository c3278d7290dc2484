"""Notice a launch that is slower than a worker."""

from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import task_queue
from tests.support.rows import the


def test_the_row_is_there_when_the_job_starts(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert the(Task).state == "finished"


def test_the_row_is_there_whoever_launches(app, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id

    assert the(Task).id == task_id
    jobs.run()


def test_the_job_has_the_id_of_its_task(client, jobs, outbox, susan):
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")

    assert task_queue().fetch_job(the(Task).id) is not None
    jobs.run()


def test_a_task_that_waits_is_told_to_its_owner(client, jobs, outbox, susan):
    with jobs.held():
        client.log_in(susan).submit("/tasks/export-posts")

    assert [data["state"] for data in client.progress()] == ["queued"]
    jobs.run()
