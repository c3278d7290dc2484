"""Promise 1: a task's row is committed before its job can start; the ids are the same."""

from app.models import Task
from app.tasks.queue import task_queue
from tests.support.rows import the


def test_the_row_is_committed_when_the_job_starts(client, jobs, outbox, susan):
    # The job runs while `enqueue` does, on a connection of its own: it sees what is committed.
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert the(Task).state == "finished"


def test_a_job_has_the_id_of_its_task(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert task_queue().fetch_job(the(Task).id) is not None
