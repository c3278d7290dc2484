"""Notice a guard that does not hold, or holds too much."""

from app.models import Task
from tests.support.rows import all_of


def test_a_click_makes_a_task(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(all_of(Task)) == 1
