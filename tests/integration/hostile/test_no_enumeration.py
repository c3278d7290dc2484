"""Nobody learns from the log-in or the reset who has an account.

From the registration they do, for a name can be had once: there a network has few tries.
"""

import re
from cProfile import Profile
from pstats import Stats

import pytest

from tests.support.rows import statements
from tests.support.visitor import TOKEN

pytestmark = pytest.mark.usefixtures("susan")


def hashes_computed(client, name):
    """Return how many hashes a refused log-in costs."""
    client.token()
    profile = Profile()
    page = profile.runcall(client.submit, "/login", username=name, password="wrong")
    assert "Invalid username or password." in page.text
    calls = Stats(profile).stats
    return sum(calls[each][0] for each in calls if each[2] == "_hash_internal")


@pytest.mark.parametrize("name", ["susan", "nobody", "no\u200bbody", "🎉" * 100])
def test_a_refused_log_in_costs_one_hash_whoever_it_is(client, name):
    assert hashes_computed(client, name) == 1


def reset(client, address):
    answer = client.submit("/reset-password", email=address, follow_redirects=True)
    return answer.status_code, re.sub(TOKEN, "", answer.text).replace(address, "")


def test_a_reset_is_answered_alike_whoever_it_is(app, jobs):
    answers = [
        reset(app.test_client(), address) for address in ("susan@example.com", "no@example.com")
    ]
    jobs.run()

    assert answers[0] == answers[1]


def test_a_reset_is_answered_alike_while_the_broker_is_down(app, backend):
    with backend.down():
        answers = [
            reset(app.test_client(), address) for address in ("susan@example.com", "no@example.com")
        ]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("address", ["susan@example.com", "no@example.com"])
def test_whose_address_it_is_only_a_job_looks_up(client, jobs, address):
    client.token()

    with jobs.held(), statements() as executed:
        client.submit("/reset-password", email=address)

    assert (executed, len(jobs.enqueued())) == ([], 1)
    jobs.run()
