"""The second set: what cannot be known, what does not come back, and what never works."""

from letters import write_to_all

from app.mail import MailDelayed
from app.models import Task
from app.tasks.engine import launch
from tests.support.rows import the


def test_what_may_have_gone_out_goes_out_again_by_the_same_id(
    lights_on, outbox, power_cut, readers
):
    power_cut(at=2, accepted=True)
    lights_on()

    assert len({str(message["Message-ID"]) for message in outbox}) == 3
    assert set(readers()) == {"john", "mary", "susan"}


def test_two_letters_are_two(jobs, outbox, susan):
    for text in ("Hello", "Good-bye"):
        launch(write_to_all, susan, text=text)
        jobs.run()

    assert len({str(message["Message-ID"]) for message in outbox}) == 6


def test_after_the_last_try_it_has_failed_and_the_next_can_be_written(
    app, jobs, lights_on, power_cut, readers, susan
):
    app.config["RETRY_PAUSES"] = []
    power_cut(at=1)
    lights_on()
    assert the(Task).state == "failed"

    launch(write_to_all, susan, text="Hello")
    jobs.run()

    assert readers() == ["john", "mary", "susan"]


def test_a_mail_server_that_stays_busy_is_not_asked_for_ever(app, jobs, outbox, readers, susan):
    outbox.refuse(451)

    with jobs.expect_failure(MailDelayed):
        launch(write_to_all, susan, text="Hello")
        for pause in (0, *app.config["RETRY_PAUSES"]):
            jobs.advance(pause)

    assert (the(Task).state, readers()) == ("failed", [])
