"""Jobs behave as with a worker, on each of the harness's ways to execute them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import rq

from pytest_rq.backends import Inline, InProcess, Real, fake_connection
from tests.harness.parity import ROWS, jobs
from tests.harness.parity.page import PAGE, page
from tests.harness.parity.stands import stand_on, stock

WAYS = ["strict", "worker", pytest.param("forked", marks=pytest.mark.server)]
REWRITE = "then run: python -m tests.harness.parity"
RQ_HAS_CHANGED = (
    f"Stock RQ {rq.VERSION} does otherwise than the table says. Look at what has changed, and at "
    f"whether the harness should follow; put the new value into the row, {REWRITE}"
)

each_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])


@pytest.fixture
def stand(way, request):
    """A queue of the harness, with its way of executing jobs."""
    if way == "forked":
        real = request.getfixturevalue("real_broker")
        yield stand_on(Real(real))
        real.flushdb()
    else:
        kind = Inline if way == "strict" else InProcess
        yield stand_on(kind(fake_connection()))


@each_row
@pytest.mark.parametrize("way", WAYS)
def test_a_job_behaves_as_with_a_worker(row, stand):
    assert row.behaviour(stand) == row.worker


@each_row
@pytest.mark.filterwarnings("ignore:coroutine 'work_async' was never awaited")
def test_stock_rq_is_as_the_table_says(row):
    with stock() as stand:
        value = row.behaviour(stand)

    assert value == row.stock, RQ_HAS_CHANGED


@pytest.mark.parametrize(
    ("way", "ended"),
    [
        ("strict", "second, first"),
        ("worker", "first, second"),
        pytest.param("forked", "first, second", marks=pytest.mark.server),
    ],
)
def test_only_on_the_strict_queue_a_job_ends_after_the_one_that_it_enqueues(stand, ended):
    stand.ran(jobs.enqueue_more)

    assert ", ".join(stand.notes()) == ended


@pytest.mark.parametrize("way", ["strict"])
def test_a_time_out_names_its_own_seconds_not_those_of_a_job_in_another_thread(stand):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(stand.ran, jobs.own_id, job_timeout=77).result()

    late = stand.ran(jobs.outlast_a_second, job_timeout=1)

    assert "(1 seconds)" in stand.fate(late)


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), f"docs/parity.md is old: {REWRITE}"


def test_no_two_rows_have_the_same_name():
    assert len({row.name for row in ROWS}) == len(ROWS)
