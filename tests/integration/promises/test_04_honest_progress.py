"""Promise 4: progress starts at 0, never goes back, and is 100 only once the mail is accepted."""

import pytest

from app import archive
from app.mail import MailNotSent
from app.models import Task
from tests.support.builders import make_posts
from tests.support.outbox import attachments_of
from tests.support.rows import the


@pytest.mark.parametrize(
    ("posts", "steps"),
    [(0, []), (1, [99]), (3, [33, 66, 99]), (4, [25, 50, 75, 99]), (100, list(range(1, 100)))],
)
def test_progress_is_the_share_of_posts_collected(
    client, jobs, outbox, history, susan, posts, steps
):
    make_posts(susan, *map(str, range(posts)))

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    running = [("running", percentage) for percentage in [0, *steps]]
    assert history() == [("queued", 0), *running, ("finished", 100)]


def test_many_posts_are_read_several_at_a_time(client, jobs, outbox, history, susan, monkeypatch):
    monkeypatch.setitem(client.application.config, "PROGRESS_INTERVAL", 3600.0)
    make_posts(susan, *map(str, range(250)))

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert history() == [("queued", 0), ("running", 0), ("running", 99), ("finished", 100)]
    [message] = outbox
    [(_name, _type, data)] = attachments_of(message)
    assert [body for body, _time in archive.read(data)] == [str(number) for number in range(250)]


def test_progress_is_99_when_the_mail_goes_out(client, jobs, outbox, susan):
    make_posts(susan, "first", "second")
    seen = []
    outbox.on_arrival = lambda: seen.append(the(Task).progress)

    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert (seen, the(Task).progress) == ([99], 100)


def test_a_failed_task_keeps_the_progress_it_had(client, jobs, outbox, susan):
    make_posts(susan, "first", "second")
    outbox.refuse()
    client.log_in(susan)

    with jobs.expect_failure(MailNotSent):
        client.submit("/tasks/export-posts")

    assert (the(Task).state, the(Task).progress) == ("failed", 99)
