"""`harness`: what a job costs by each way of running it, and what an export's test costs."""

from pathlib import Path
from statistics import median

import click

from benchmarks import report, rounds
from benchmarks.report import Bar, Row

CASES = Path(__file__).parent / "cases" / "harness.py"
STOCK, STRICT = "cost_of_stock_rq", "cost_of_the_strict_queue"
BURST, FORKED = "cost_of_a_burst_worker", "cost_of_a_forked_worker"
EXPORT, GUARD = "cost_of_an_export", "cost_of_the_guard"
NAMES = {
    STOCK: "a job: stock RQ, is_async=False, fakeredis",
    STRICT: "a job: the strict queue, fakeredis",
    BURST: "a job: a burst of SimpleWorker, fakeredis",
    FORKED: "a job: a burst of the forking Worker, Valkey",
    "cost_of_the_real_backend": "a job: the real backend, Valkey",
    EXPORT: "an export's test: request, job, mail, poll",
    GUARD: "the guard around a test",
}
WHOLE = "an export's test with its fixtures and pytest"


@click.command()
@report.options
def harness(quick: bool, as_json: bool, write: bool) -> None:
    """Cost of a job by each way of running it, of an export's test, and of the guard."""
    measured = rounds.run(CASES, 20 if quick else 100)
    ms = {case: median(times) for case, times in measured.laps.items()}
    times = {name: ms[case] for case, name in NAMES.items()}
    times[WHOLE] = median(measured.whole[EXPORT])
    rows = [Row(name, {"ms": time, "ratio": time / ms[STOCK]}) for name, time in times.items()]
    report.show(rows, bars(ms), quick, as_json, write)


def bars(ms: dict[str, float]) -> list[Bar]:
    """Return what has to hold.

    The bars in milliseconds are for a machine on which a job of stock RQ takes one; on a slower
    one, or a busy one, they are higher in proportion.
    """
    slower = max(1.0, ms[STOCK])
    return [
        Bar("the strict queue, × stock RQ", ms[STRICT] / ms[STOCK], at_most=3.5),
        Bar("a burst worker, × the strict queue", ms[BURST] / ms[STRICT], at_least=2),
        Bar("the forked worker, × the strict queue", ms[FORKED] / ms[STRICT], at_least=8),
        Bar("an export's test, ms", ms[EXPORT], at_most=15 * slower),
        Bar("the guard, ms", ms[GUARD], at_most=1 * slower),
    ]
