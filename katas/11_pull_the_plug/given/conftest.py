"""Letters to three readers, and the plug of all that could record how far they got."""

from contextlib import ExitStack
from itertools import count

import pytest
from letters import write_to_all
from redis.exceptions import RedisError

from app.tasks.engine import launch
from app.tasks.recovery import recover
from tests.support.builders import make_user


class PowerCut(Exception):
    """What a mail server that is gone looks like."""


@pytest.fixture
def susan(susan):
    """A user; john and mary are the others."""
    for name in ("john", "mary"):
        make_user(name)
    return susan


@pytest.fixture
def readers(outbox):
    """Return who got a letter, as often as they did."""
    return lambda: sorted(str(message["To"]).partition("@")[0] for message in outbox)


@pytest.fixture
def power_cut(app, backend, databases, jobs, outbox, susan):
    """Launch the letters, and pull the plug of broker and database while mail number `at` arrives.

    What the job does after that is known to nobody, as if its process had been killed.
    """

    def pull(at, accepted=False):
        arrival = count(1)

        def arrive():
            if next(arrival) == at:
                dark.enter_context(databases.locked())
                dark.enter_context(backend.down())
                if not accepted:
                    raise PowerCut

        outbox.on_arrival = arrive
        with jobs.held():
            launch(write_to_all, susan, text="Hello")
        with jobs.expect_failure(RedisError):
            with ExitStack() as dark:
                app.task_queue.run_now(app.task_queue.take())
            outbox.accept()

    return pull


@pytest.fixture
def lights_on(app, jobs):
    """Let so much time go by that the job is known to be lost, and do what is done about it."""

    def go_on():
        jobs.move_clock(app.config["JOB_TIMEOUT"] + 61)
        recover()
        jobs.advance(10)

    return go_on
