"""Promise 2: if the broker cannot be reached, the user is told and nothing is in progress."""

import pytest

from app.models import Task
from tests.support.rows import all_of, the

SORRY = "The export could not be started. Please try again in a few minutes."


@pytest.fixture
def refused(backend, client, susan):
    """Susan, whose export was refused while the broker was down."""
    client.log_in(susan)
    with backend.down():
        return client.submit("/tasks/export-posts", follow_redirects=True)


def test_the_user_is_told_what_to_do(refused):
    assert SORRY in refused.text


def test_nothing_is_left_in_progress(refused, susan):
    assert [task.state for task in all_of(Task)] == ["failed"]
    assert susan.unfinished_tasks() == []


def test_the_task_says_why(refused):
    assert the(Task).reason == "The task could not be started. Please try again in a few minutes."


def test_the_user_can_start_again_once_the_broker_is_back(refused, client, jobs, outbox):
    client.submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1


def test_an_email_that_cannot_be_queued_is_admitted(backend, client, susan):
    with backend.down():
        page = client.submit("/reset-password", email=susan.email)

    assert "The email could not be sent. Please try again in a few minutes." in page.text


def test_pages_are_served_while_the_broker_is_down(backend, client, susan):
    client.log_in(susan)

    with backend.down():
        answers = [client.get(page).status_code for page in ("/", "/user/susan", "/notifications")]

    assert answers == [200, 200, 200]
