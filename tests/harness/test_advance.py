"""Moving the clock instead of waiting."""

from datetime import UTC, datetime, timedelta

from freezegun import freeze_time
from rq import Repeat, Retry, get_current_job

from pytest_rq.jobs import Counts
from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND

HOUR = timedelta(hours=1)


def work():
    """Do nothing, well."""


def fail_at_first(times):
    if get_current_job().connection.incr("tries") <= times:
        raise ConnectionError("not yet")


def now():
    return datetime.now(UTC)


def test_the_clock_is_moved_and_goes_on(jobs):
    before = now()
    jobs.advance(3600)
    first, second = now(), now()

    assert HOUR <= first - before < HOUR * 1.1
    assert first < second


def test_the_clock_never_goes_back(jobs):
    jobs.advance(3600)
    start = now()
    while (later := now()) == start:
        pass

    jobs.advance(0)

    assert now() >= later


def test_the_clock_is_moved_for_jobs_too(queue, jobs):
    before = now()
    jobs.advance(3600)
    job = queue.enqueue(now)
    jobs.run()

    assert HOUR <= job.return_value() - before < HOUR * 1.1


def test_a_job_runs_when_its_time_has_come(queue, jobs):
    queue.enqueue_in(HOUR, work)

    assert jobs.run() == Counts(scheduled=1)
    assert jobs.advance(3500) == Counts(scheduled=1)
    assert jobs.advance(101) == Counts(finished=1)


def test_a_retry_runs_when_its_pause_is_over(queue, jobs):
    queue.enqueue(fail_at_first, 2, retry=Retry(max=2, interval=[60, 600]))

    assert jobs.run() == Counts(retried=1, scheduled=1)
    assert jobs.advance(61) == Counts(retried=1, scheduled=1)
    assert jobs.advance(61) == Counts(scheduled=1)
    assert jobs.advance(601) == Counts(finished=1)


def test_a_job_repeats_at_its_intervals(queue, jobs):
    queue.enqueue(work, repeat=Repeat(times=2, interval=60))

    counts = [jobs.run(), jobs.advance(61), jobs.advance(61)]

    assert counts == [Counts(1, scheduled=1), Counts(1, scheduled=1), Counts(1)]


def test_jobs_of_several_queues_are_released(backend, jobs):
    backend.queue("one").enqueue_in(HOUR, work)
    backend.queue("two").enqueue_in(HOUR, work)

    assert jobs.advance(3601) == Counts(finished=2)


def test_a_clock_that_the_test_has_frozen_is_moved_exactly(queue, jobs):
    with freeze_time("2026-01-31 12:00:00"):
        queue.enqueue_in(HOUR, work)
        counts = jobs.advance(3600)

        assert now().isoformat() == "2026-01-31T13:00:00+00:00"
    assert counts == Counts(finished=1)
