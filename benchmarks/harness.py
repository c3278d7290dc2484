"""`harness`: what a job costs by each way of running it, and what an export's test costs."""

from pathlib import Path
from statistics import median

import click

from benchmarks import report, rounds
from benchmarks.report import Bar, Row

CASES = Path(__file__).parent / "cases" / "harness.py"
NAMES = {
    "cost_of_the_calibration": "calibration: plain Python",
    "cost_of_stock_rq": "job: stock RQ, is_async=False, fakeredis",
    "cost_of_the_strict_queue": "job: strict queue, fakeredis",
    "cost_of_a_burst_worker": "job: a burst of SimpleWorker, fakeredis",
    "cost_of_a_forked_worker": "job: a burst of the forking Worker, Valkey",
    "cost_of_the_real_backend": "job: our real backend, Valkey",
    "cost_of_an_export": "export test: its body",
    "cost_of_the_guard": "the guard, per test",
}
CALIBRATION = 2.2  # ms, on the machine on which the bars in milliseconds were set


@click.command()
@report.options
def harness(quick: bool, as_json: bool) -> None:
    """Cost of a job by each way of running it, of an export's test, and of the guard."""
    measured = rounds.run(CASES, 20 if quick else 100)
    ms = {case: median(times) for case, times in measured.laps.items()}
    whole = median(measured.whole["cost_of_an_export"])
    stock = ms["cost_of_stock_rq"]
    rows = [Row(name, ms[case], ms[case] / stock) for case, name in NAMES.items()]
    rows.append(Row("export test: with its fixtures and pytest", whole, whole / stock))
    report.show(rows, bars(ms, whole), quick=quick, as_json=as_json)


def bars(ms: dict[str, float], whole: float) -> list[Bar]:
    """Return what has to hold; where it is milliseconds, a slower machine may take longer."""
    strict = ms["cost_of_the_strict_queue"]
    slower = max(1.0, ms["cost_of_the_calibration"] / CALIBRATION)
    return [
        Bar("the strict queue, × stock RQ", strict / ms["cost_of_stock_rq"], at_most=3.5),
        Bar("a burst worker, × the strict queue", ms["cost_of_a_burst_worker"] / strict, 2),
        Bar("the forked worker, × the strict queue", ms["cost_of_a_forked_worker"] / strict, 8),
        Bar("the export's test, ms", whole, at_most=15 * slower),
        Bar("the guard, ms", ms["cost_of_the_guard"], at_most=1 * slower),
    ]
