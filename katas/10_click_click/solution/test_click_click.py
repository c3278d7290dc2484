"""Notice a guard that does not hold, or holds too much."""

from threading import Barrier, Thread

import pytest

from app.models import Task
from tests.support.builders import make_task, make_user
from tests.support.rows import all_of

EXPORT = "/tasks/export-posts"


def test_clicks_at_once_make_one_task(app, jobs, outbox, susan):
    visitors = [app.test_client().log_in(susan) for _ in range(3)]
    together = Barrier(len(visitors))

    def click(visitor):
        visitor.token()
        together.wait()
        visitor.submit(EXPORT)

    clicks = [Thread(target=click, args=[visitor]) for visitor in visitors]
    with jobs.held():
        for each in clicks:
            each.start()
        for each in clicks:
            each.join()
    jobs.run()

    assert len(all_of(Task)) == len(outbox) == 1


def test_other_users_are_in_nobodys_way(client, jobs, outbox, susan):
    make_task(make_user("john"), state="running")

    client.log_in(susan).submit(EXPORT)
    jobs.run()

    assert len(outbox) == 1


@pytest.mark.parametrize("state", ["finished", "failed"])
def test_what_has_ended_is_in_nobodys_way(client, jobs, outbox, susan, state):
    make_task(susan, state=state)

    client.log_in(susan).submit(EXPORT)
    jobs.run()

    assert len(outbox) == 1


def test_the_button_is_there_while_something_else_runs(client, susan):
    make_task(susan, name="count_slowly", state="running")

    form = client.log_in(susan).page("/user/susan").select_one(f'form[action="{EXPORT}"]')

    assert not form.has_attr("hidden")


def test_a_refusal_is_told(client, susan):
    make_task(susan, state="running")

    page = client.log_in(susan).submit(EXPORT, follow_redirects=True)

    assert "An export is already in progress." in page.text
