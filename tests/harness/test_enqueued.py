"""Asking what was enqueued, and what is said if it was something else."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from rq import Retry

from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND

NOON = datetime(2031, 1, 31, 12, tzinfo=UTC)


def greet(name="nobody", loud=False):
    """A job with arguments."""


def part():
    """Another job."""


class Shop:
    """Something with methods, as jobs are at times."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"Shop({self.name!r})"

    def __call__(self):
        """A job that is an object."""

    def close(self, day="today"):
        """A job that is a method."""

    @classmethod
    def open(cls):
        """A job that is a class's method."""


outside = SimpleNamespace()


def greet_too():
    outside.queue.enqueue(greet, "john")


def test_enqueued_jobs_are_listed_in_order_run_or_not(queue, jobs):
    first = queue.enqueue(greet, "susan")
    jobs.run()
    with jobs.held():
        second = queue.enqueue(part)
        third = queue.enqueue_at(NOON, part)

        assert jobs.enqueued() == [first, second, third]
        jobs.run()


def test_jobs_of_several_queues_are_listed_in_one_order(backend, jobs):
    one, two = backend.queue("one"), backend.queue("two")

    enqueued = [one.enqueue(part), two.enqueue(part), one.enqueue(part)]
    jobs.run()

    assert jobs.enqueued() == enqueued


def test_a_retried_job_is_listed_once(queue, jobs):
    with jobs.expect_failure(ZeroDivisionError):
        job = queue.enqueue(divmod, 1, 0, retry=Retry(max=2))

    assert jobs.enqueued() == [job]


def test_a_job_that_a_job_has_enqueued_is_listed(queue, jobs):
    outside.queue = queue
    queue.enqueue(greet_too)
    jobs.run()

    jobs.assert_enqueued(greet, "john")


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        pytest.param((), {}, id="any arguments"),
        pytest.param(("susan",), {"loud": True}, id="these arguments"),
        pytest.param((), {"queue": "default"}, id="on this queue"),
    ],
)
def test_what_was_enqueued_is_found(queue, jobs, args, kwargs):
    job = queue.enqueue(greet, "susan", loud=True)
    jobs.run()

    assert jobs.assert_enqueued(greet, *args, **kwargs) == job


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        pytest.param((), {"name": "susan"}, id="by name"),
        pytest.param(("susan", False), {}, id="by position"),
        pytest.param((), {"loud": False, "name": "susan"}, id="with what it is by default"),
    ],
)
def test_the_same_call_is_found_however_it_is_written(queue, jobs, args, kwargs):
    job = queue.enqueue(greet, "susan")
    jobs.run()

    assert jobs.assert_enqueued(greet, *args, **kwargs) == job


def test_a_call_that_would_not_fit_is_another(queue, jobs):
    queue.enqueue(greet, "susan")
    jobs.run()

    jobs.refute_enqueued(greet, "susan", volume=11)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param("test_enqueued.part", id="a path"),
        pytest.param(Shop.open, id="a class's method"),
        pytest.param(Shop("ours").close, id="a method"),
        pytest.param(Shop("ours"), id="an object"),
    ],
)
def test_whatever_can_be_enqueued_is_found(queue, jobs, function):
    job = queue.enqueue(function)
    queue.enqueue(Shop("theirs").close)
    jobs.run()

    assert jobs.assert_enqueued(function) == job
    jobs.refute_enqueued(Shop("nobody's").close)


def test_a_function_is_found_by_its_path(queue, jobs):
    job = queue.enqueue(greet, "susan")
    jobs.run()

    assert jobs.assert_enqueued("test_enqueued.greet", name="susan") == job


def test_it_is_told_which_methods_were_enqueued_instead(queue, jobs):
    queue.enqueue(Shop.open)
    queue.enqueue(Shop("ours").close, "tomorrow")

    assert refusal(jobs, Shop("ours").close, "today") == (
        "Shop('ours').close('today') was not enqueued. Enqueued were:\n"
        "  test_enqueued.Shop.open() on 'default'\n"
        "  Shop('ours').close('tomorrow') on 'default'   same function, other arguments"
    )


def test_what_was_enqueued_for_later_is_found_by_its_time(queue, jobs):
    queue.enqueue_at(NOON + timedelta(hours=1), part)
    job = queue.enqueue_at(NOON, part)

    assert jobs.assert_enqueued(part, at=NOON) == job


def refusal(jobs, *args, **kwargs):
    """Return what is said when this was not enqueued."""
    jobs.run()
    with pytest.raises(pytest.fail.Exception) as told:
        jobs.assert_enqueued(*args, **kwargs)
    return str(told.value)


def test_it_is_told_that_nothing_was_enqueued(queue, jobs):
    assert refusal(jobs, part) == "test_enqueued.part was not enqueued. Nothing was enqueued."


def test_it_is_told_what_was_enqueued_instead(queue, jobs):
    queue.enqueue(greet, "john")
    queue.enqueue(part)

    assert refusal(jobs, greet, "susan", loud=True) == (
        "test_enqueued.greet('susan', loud=True) was not enqueued. Enqueued were:\n"
        "  test_enqueued.greet('john') on 'default'   same function, other arguments\n"
        "  test_enqueued.part() on 'default'"
    )


def test_it_is_told_that_the_queue_is_another(queue, jobs):
    queue.enqueue(greet, "susan")

    assert refusal(jobs, greet, "susan", queue="mail") == (
        "test_enqueued.greet('susan') on queue 'mail' was not enqueued. Enqueued were:\n"
        "  test_enqueued.greet('susan') on 'default'   same function, another queue"
    )


def test_it_is_told_that_the_time_is_another(queue, jobs):
    queue.enqueue_at(NOON + timedelta(hours=1), part)

    assert refusal(jobs, part, at=NOON) == (
        "test_enqueued.part for 2031-01-31 12:00:00+00:00 was not enqueued. Enqueued were:\n"
        "  test_enqueued.part() on 'default' for 2031-01-31 13:00:00+00:00"
        "   same function, another time"
    )


def test_it_is_told_all_that_differs(queue, jobs):
    queue.enqueue(greet, "susan")

    assert refusal(jobs, greet, "john", queue="mail", at=NOON) == (
        "test_enqueued.greet('john') on queue 'mail' for 2031-01-31 12:00:00+00:00 "
        "was not enqueued. Enqueued were:\n"
        "  test_enqueued.greet('susan') on 'default'"
        "   same function, other arguments, another queue, another time"
    )


def test_what_was_not_enqueued_is_not_missed(queue, jobs):
    queue.enqueue(greet, "susan")
    jobs.run()

    jobs.refute_enqueued(part)
    jobs.refute_enqueued(greet, "john")
    jobs.refute_enqueued(greet, queue="mail")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param((), "test_enqueued.greet", id="any arguments"),
        pytest.param(("susan",), "test_enqueued.greet('susan')", id="these arguments"),
    ],
)
def test_what_should_not_have_been_enqueued_is_told(queue, jobs, args, said):
    queue.enqueue(greet, "susan")
    jobs.run()

    with pytest.raises(pytest.fail.Exception) as told:
        jobs.refute_enqueued(greet, *args)
    assert str(told.value) == (
        f"{said} was enqueued, and should not have been: test_enqueued.greet('susan') on 'default'"
    )


def test_a_block_knows_only_what_was_enqueued_in_it(queue, jobs):
    queue.enqueue(greet, "susan")

    with jobs as inside:
        queue.enqueue(part)
    queue.enqueue(greet, "john")
    jobs.run()

    inside.assert_enqueued(part)
    inside.refute_enqueued(greet)
    jobs.assert_enqueued(greet)


def test_a_block_knows_what_was_enqueued_again(queue, jobs):
    queue.enqueue(part, job_id="one")
    jobs.run()

    with jobs as inside:
        queue.enqueue(part, job_id="one")
    jobs.run()

    inside.assert_enqueued(part)


def test_a_block_knows_what_was_enqueued_in_it_on_any_queue(backend, jobs):
    one, two = backend.queue("one"), backend.queue("two")
    two.enqueue(greet, "susan")

    with jobs as inside:
        one.enqueue(part)
    jobs.run()

    assert [job.func_name for job in inside.enqueued()] == ["test_enqueued.part"]
