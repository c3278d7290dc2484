"""What would join the suite with the stream of kata 13, whose apps alone run it."""

import json

import pytest

from app.extensions import db
from app.models import Task
from app.notifications import notify
from tests.support.builders import long_ago, make_posts, make_task, make_user
from tests.support.rows import the


def tell(user, name, data, subject=""):
    notify(user.id, name, data, subject)
    db.session.commit()


class Browser:
    """Listens to the news, and comes back by the last id that it has heard."""

    def __init__(self, visitor):
        self.visitor, self.last, self.status = visitor, None, None

    def listen(self, since=0):
        """Return the events of one stream."""
        headers = {"Accept": "text/event-stream"}
        if self.last is not None:
            headers["Last-Event-ID"] = self.last
        answer = self.visitor.get(f"/notifications?since={since!r}", headers=headers)
        self.status = answer.status_code
        events = [self._parsed(block) for block in answer.text.split("\n\n")]
        return [each for each in events if each]

    def _parsed(self, block):
        lines = [line.partition(":") for line in block.splitlines() if not line.startswith(":")]
        fields = {name: value.removeprefix(" ") for name, _colon, value in lines}
        self.last = fields.get("id", self.last)
        return (fields["event"], json.loads(fields["data"])) if "data" in fields else None


@pytest.fixture
def browser(app, client, susan):
    """A browser of Susan's; its streams end after one look."""
    app.config.update(STREAM_PAUSE=0, STREAM_SECONDS=0)
    return Browser(client.log_in(susan))


def test_an_event_has_a_name_and_data(browser, susan):
    tell(susan, "a", {"words": "two\nlines"})

    assert browser.listen() == [("a", {"words": "two\nlines"})]


def test_who_comes_back_hears_what_is_new(browser, susan):
    tell(susan, "a", 1)
    browser.listen()
    tell(susan, "b", 2)

    assert browser.listen() == [("b", 2)]


def test_what_was_seen_by_polling_is_not_told_by_a_stream(browser, client, susan):
    tell(susan, "a", 1)
    [seen] = client.notifications()
    tell(susan, "b", 2)

    assert browser.listen(seen["timestamp"]) == [("b", 2)]


def test_nobody_hears_what_is_told_to_others(browser, susan):
    tell(make_user("john"), "a", 1)
    tell(susan, "a", 2)

    assert browser.listen() == [("a", 2)]


def test_who_has_heard_all_need_not_come_back(browser, susan):
    tell(susan, "a", 1)
    browser.listen()

    assert (browser.listen(), browser.status) == ([], 204)


def test_who_waits_for_a_task_may_come_back(browser, susan):
    make_task(susan, state="running")

    assert (browser.listen(), browser.status) == ([], 200)


def test_a_dead_task_is_told_as_failed(browser, susan):
    make_task(susan, updated_at=long_ago())

    [(_name, data)] = browser.listen()

    assert (the(Task).state, data["state"]) == ("failed", "failed")


def test_an_export_is_told_to_its_end(browser, jobs, outbox, susan):
    make_posts(susan, "first", "second")
    browser.visitor.submit("/tasks/export-posts")
    jobs.run()

    [(name, data)] = browser.listen()

    assert (name, data["state"], data["progress"]) == ("task_progress", "finished", 100)


def test_a_stranger_is_sent_to_the_login_page(app):
    answer = app.test_client().get("/notifications", headers={"Accept": "text/event-stream"})

    assert answer.location.startswith("/login")


@pytest.mark.parametrize("nonsense", ["never", "nan"])
def test_nonsense_for_an_id_is_refused(browser, nonsense):
    browser.last = nonsense
    browser.listen()

    assert browser.status == 400
