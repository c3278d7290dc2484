"""Notice a bar that lies."""

import pytest

from app.models import Task
from app.tasks.queue import task_queue
from tests.support.builders import make_posts
from tests.support.rows import the


@pytest.fixture
def progress_at_arrival(client, history, jobs, outbox, susan):
    """The progress of an export of four posts while its mail was being accepted."""
    make_posts(susan, "first", "second", "third", "fourth")
    seen = []
    outbox.on_arrival = lambda: seen.append(the(Task).progress)
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()
    return seen


def test_every_step_is_recorded(history, progress_at_arrival):
    steps = [("running", percentage) for percentage in (0, 25, 50, 75, 99)]

    assert history() == [("queued", 0), *steps, ("finished", 100)]


def test_it_never_goes_back(history, progress_at_arrival):
    progress = [percentage for _state, percentage in history()]

    assert progress == sorted(progress)


def test_it_is_100_only_once_the_mail_is_accepted(progress_at_arrival):
    assert progress_at_arrival[0] < 100


def test_the_broker_is_told_too(progress_at_arrival):
    job = task_queue().fetch_job(the(Task).id)

    assert (job.meta["state"], job.meta["progress"]) == ("finished", 100)
