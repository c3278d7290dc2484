"""Promise 12: one clock."""

import time
from datetime import UTC, datetime

import pytest
from freezegun import freeze_time

from app import clock


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
def test_the_time_is_utc_wherever_the_machine_is(monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/Los_Angeles")
        time.tzset()
        difference = clock.now().timestamp() - time.time()
    time.tzset()

    assert abs(difference) < 1


@freeze_time("2026-01-31 12:00:00")
def test_a_frozen_clock_stands_still():
    assert clock.now() == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_the_time_knows_its_zone():
    assert clock.now().tzinfo is UTC
