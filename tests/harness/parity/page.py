"""docs/parity.md, written from the rows."""

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from tests.harness.parity import ROWS, SECTIONS, Row
from tests.harness.parity.table import Value

PAGE = Path(__file__).parents[3] / "docs" / "parity.md"

BEFORE = """\
# What `is_async=False` does, and what a worker does

*Written by `python -m tests.harness.parity` from the rows in
[`tests/harness/parity/`](../tests/harness/parity). A test keeps it current: change the rows, and
run that again.*

`Queue(is_async=False)` runs a job at once, in the process that enqueues it. That is the first thing
one tries in a test, and it misleads: it goes a way through RQ of its own (`Queue.run_sync`), which
leaves out much of what a worker does (`Worker.perform_job`). So a test of it can be green for code
that fails with a worker, and red for code that works.

`pytest_rq.queue.StrictQueue` has run a job when `enqueue` returns, too. But it sends the job to the
broker, reads it back from there, and executes it by the code of RQ's own worker.

Every row here is a test. The second column is what happens, equally,

- on the strict queue;
- on the same queue when jobs wait for `jobs.run()`, in one process;
- when RQ's worker forks a process for each job, on a real broker (`pytest -m server`).

The third is what happens on RQ's own synchronous queue, and why that matters. It is asserted as
well: where a new RQ does otherwise, a test fails and says so.
"""

AFTER = """\
## Where the strict queue is no worker, on purpose

- A job that no worker could run, for its path or its arguments, fails the test at `enqueue`. The
  rows about such jobs look beneath that check.
- A job that raises fails the test when it ends, unless the test has said `jobs.expect_failure`.
- `KeyboardInterrupt`, `pytest.skip` and `pytest.exit` are not the job's failures: they go to
  pytest.
- A job that another job enqueues runs within it, for it has run when `enqueue` returns. With a
  worker it runs after it. Tests with `--backend worker` see the worker's order.
- Retries, repeats and dependents run before `enqueue` returns. Jobs that are scheduled or requeued,
  or enqueued in a pipeline, wait for `jobs.run()`.
- No worker is registered with the broker: `Worker.all()` is empty.
- It is one process: module globals are shared, and a job that kills its process kills the test.
  That is what `--backend real` is for.
"""


def page() -> str:
    """Return the whole page, in Markdown."""
    return "\n".join([BEFORE, *(_section(section) for section in SECTIONS), AFTER])


def _section(section: ModuleType) -> str:
    title = str(section.__doc__).removesuffix(".")
    rows = [row for row in ROWS if row.section == section.__name__]
    return _table(title, rows)


def _table(title: str, rows: Iterable[Row]) -> str:
    head = f"## {title}\n\n| | a worker, and the strict queue | stock `is_async=False` |\n"
    lines = [f"| {row.description} | {_show(row.worker)} | {_stock(row)} |\n" for row in rows]
    return "".join([head, "| --- | --- | --- |\n", *lines])


def _stock(row: Row) -> str:
    value = "the same" if row.stock == row.worker else _show(row.stock)
    return f"{value}. {row.so}".rstrip(". ") + "." if row.so else value


def _show(value: Value) -> str:
    values = (value,) if isinstance(value, str) else value
    return ", ".join(f"`{each}`" for each in values) or "nothing"
