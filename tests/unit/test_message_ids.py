"""Message-IDs: one for what is sent again, and another for anything else."""

import pytest

from app.mail import send_now, stable_id
from app.tasks.mail import send_email

pytestmark = pytest.mark.usefixtures("app")

MESSAGE = ("Hello", "me@example.com", ["susan@example.com"], "Hi!", "<p>Hi!</p>")


def test_a_message_can_be_given_its_id(outbox):
    send_now(*MESSAGE, message_id="<task@example.com>")

    assert outbox[0]["Message-ID"] == "<task@example.com>"


@pytest.mark.parametrize("sync", [True, False])
def test_what_is_sent_for_one_key_has_one_id(jobs, outbox, sync):
    for _ in range(2):
        send_email(*MESSAGE, sync=sync, key="task")
        jobs.run()

    assert [message["Message-ID"] for message in outbox] == ["<task@example.com>"] * 2


@pytest.mark.parametrize("sender", ["Me <me@example.com>", '"me@home"@example.com'])
def test_an_id_is_of_the_senders_domain(app, sender):
    app.config["MAIL_DEFAULT_SENDER"] = sender

    assert stable_id("task") == "<task@example.com>"


def test_what_is_sent_for_no_key_has_an_id_of_its_own(jobs, outbox):
    for _ in range(2):
        send_email(*MESSAGE)
    jobs.run()

    assert len({message["Message-ID"] for message in outbox}) == 2
