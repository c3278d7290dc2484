"""The job that mails a link to choose a new password."""

import pytest

from app.tasks.engine import BrokerUnreachable
from app.tasks.reset import ask_for_reset_link, send_reset_link


def test_it_is_tried_again_as_other_mails_are(app, jobs):
    with jobs.held():
        ask_for_reset_link("mary@example.com")

    job = jobs.assert_enqueued(send_reset_link, "mary@example.com")
    assert job.retry_intervals == app.config["RETRY_PAUSES"]
    assert job.retries_left == len(job.retry_intervals)
    assert job.description == "mail: reset link"
    jobs.run()


def test_an_outage_is_named_by_what_could_not_be_enqueued(app, backend):
    with backend.down(), pytest.raises(BrokerUnreachable, match=r"^send_reset_link$"):
        ask_for_reset_link("mary@example.com")
