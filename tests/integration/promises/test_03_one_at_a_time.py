"""Promise 3: a user has at most one unfinished task of a name, however many clicks arrive."""

from threading import Barrier, Thread

import pytest

from app.models import Task
from tests.support.builders import make_task, make_user
from tests.support.rows import all_of

EXPORT = 'form[action="/tasks/export-posts"]'
REFUSAL = "An export is already in progress."


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_second_export_is_refused_in_words(client, susan, state):
    make_task(susan, state=state)

    page = client.log_in(susan).submit("/tasks/export-posts", follow_redirects=True)

    assert REFUSAL in page.text
    assert len(all_of(Task)) == 1


@pytest.mark.parametrize("state", ["finished", "failed"])
def test_an_ended_export_is_in_nobodys_way(client, jobs, outbox, susan, state):
    make_task(susan, state=state)

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1


def test_other_users_are_in_nobodys_way(client, jobs, outbox, susan):
    make_task(make_user("john"))

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert [message["To"] for message in outbox] == [susan.email]


def test_the_button_is_hidden_while_an_export_is_unfinished(client, susan):
    make_task(susan)

    page = client.log_in(susan).page("/user/susan")

    assert page.select_one(EXPORT).has_attr("hidden")


def test_the_button_is_there_otherwise(client, susan):
    page = client.log_in(susan).page("/user/susan")

    assert not page.select_one(EXPORT).has_attr("hidden")


def test_the_button_is_there_while_another_task_is_unfinished(client, susan):
    make_task(susan, name="count_slowly")

    page = client.log_in(susan).page("/user/susan")

    assert not page.select_one(EXPORT).has_attr("hidden")


def test_many_clicks_at_once_make_one_task(app, databases, jobs, outbox, susan):
    databases.be_patient(10.0)  # they queue, on a busy machine for long
    visitors = [app.test_client().log_in(susan) for _ in range(4)]
    together = Barrier(len(visitors))
    pages = []

    def click(visitor):
        together.wait()
        pages.append(visitor.submit("/tasks/export-posts", follow_redirects=True).text)

    with jobs.held():
        clicks = [Thread(target=click, args=[visitor]) for visitor in visitors]
        for each in clicks:
            each.start()
        for each in clicks:
            each.join()
    jobs.run()

    assert len(all_of(Task)) == len(outbox) == 1
    assert sum(REFUSAL in page for page in pages) == len(visitors) - 1
