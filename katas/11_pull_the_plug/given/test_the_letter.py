"""The first set: everybody gets the letter, and nobody gets it twice."""

import smtplib

from letters import write_to_all

from app.models import Task
from app.tasks.engine import launch
from tests.support.rows import the


def test_everybody_gets_it(jobs, readers, susan):
    launch(write_to_all, susan, text="Hello")
    jobs.run()

    assert readers() == ["john", "mary", "susan"]


def test_a_mail_server_that_is_busy_in_between_makes_nobody_get_it_twice(
    jobs, outbox, readers, susan
):
    def be_busy():
        if len(outbox) == 2:
            raise smtplib.SMTPDataError(451, b"Too busy")

    outbox.on_arrival = be_busy
    launch(write_to_all, susan, text="Hello")
    jobs.run()
    outbox.accept()
    jobs.advance(10)

    assert readers() == ["john", "mary", "susan"]


def test_a_power_cut_in_between_makes_nobody_get_it_twice(lights_on, power_cut, readers):
    power_cut(at=2)
    lights_on()

    assert readers() == ["john", "mary", "susan"]
    assert the(Task).state == "finished"
