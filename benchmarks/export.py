"""`export`: time and memory of an export against the number of posts, on both databases."""

from __future__ import annotations

from statistics import median
from typing import Any

import click

from benchmarks import plots, report
from benchmarks.report import Bar, Row
from benchmarks.stand import POSTGRES, SQLITE, database, fill, measured, run

CASES = "benchmarks.cases.exports"
APP, SILENT, FLOOR = "export", "silent", "all at once"
WAYS = {
    APP: "the export",
    SILENT: "the export, without progress",
    FLOOR: "all at once: a driver and json.dumps",
}
# How often each size is exported by each of a few processes: what is short is noisy.
# Of 60,000, posts.json is nearly as large as what is attached as it is: what takes most memory.
SIZES = {1_000: 10, 10_000: 5, 60_000: 2, 100_000: 2, 1_000_000: 1}
QUICK = {1_000: 5, 10_000: 3, 60_000: 1, 100_000: 1}
REPEATS, QUICK_REPEATS = 3, 2
# For the check of memory: a process may take so much more, in MB; all at once takes five times it.
ROOM = {100_000: 64, 1_000_000: 320}

Costs = dict[tuple[str, int, str], Any]


@click.command()
@report.options
def export(quick: bool, as_json: bool, write: bool) -> None:
    """Time and memory of an export, beside the same without progress and all at once."""
    kinds, sizes = ((SQLITE,), QUICK) if quick else ((SQLITE, POSTGRES), SIZES)
    repeats = QUICK_REPEATS if quick else REPEATS
    costs: Costs = {}
    bars: list[Bar] = []
    with report.progress(len(kinds) * sum(sizes) * len(WAYS)) as step:
        for kind in kinds:
            with database(kind) as url:
                fill(url, sizes)
                for size, rounds in sizes.items():
                    for way, cost in beside_each_other(url, size, rounds, repeats).items():
                        costs[kind, size, way] = cost
                        step(size)
                bars += held_to_memory(kind, url, max(sizes))
    if write and not quick:
        plots.of_exports(costs, WAYS)
    bars = [bar for kind in kinds for bar in bars_of(kind, costs)] + bars
    report.show([row_of(key, costs) for key in costs], bars, quick, as_json, write)


def beside_each_other(url: str, size: int, rounds: int, repeats: int) -> dict[str, Any]:
    """Return what each way costs; they take turns, so that noise hits all of them alike."""
    costs: dict[str, Any] = {}
    for _ in range(repeats):
        for way in WAYS:
            cost = measured(CASES, url, way, size, rounds, 0)
            cost["seconds"] += costs.get(way, {}).get("seconds", [])
            costs[way] = cost
    return costs


def row_of(key: tuple[str, int, str], costs: Costs) -> Row:
    """Return a line of the table."""
    kind, size, way = key
    figures = {
        "s": seconds(costs[key]),
        "µs/post": seconds(costs[key]) / size * 1e6,
        "× all at once": seconds(costs[key]) / seconds(costs[kind, size, FLOOR]),
        "MB": costs[key]["MB"],
    }
    if way != FLOOR:
        figures["commits"] = costs[key]["commits"]
    return Row(f"{kind}, {size:,} posts: {WAYS[way]}", figures)


def seconds(cost: Any) -> float:
    """Return the median of the times."""
    return median(cost["seconds"])


def bars_of(kind: str, costs: Costs) -> list[Bar]:
    """Return what has to hold on a database."""
    sizes = sorted({size for each, size, _way in costs if each == kind})
    small, large = 10_000, sizes[-1]
    time = {key: seconds(cost) for key, cost in costs.items()}
    each = [costs[kind, size, APP] for size in sizes]
    return [
        Bar(
            f"{kind}: a post of {large:,}, × one of {small:,}",
            time[kind, large, APP] / large / (time[kind, small, APP] / small),
            at_most=1.5,
        ),
        Bar(
            f"{kind}: the export of {large:,}, × all at once",
            time[kind, large, APP] / time[kind, large, FLOOR],
            at_most=1,
        ),
        Bar(
            f"{kind}: the export of {large:,}, × without progress",
            time[kind, large, APP] / time[kind, large, SILENT],
            at_most=1.1,
        ),
        Bar(
            f"{kind}: most memory, the mail's included, MB",
            max(cost["MB"] for cost in each),
            at_most=16,
        ),
        Bar(f"{kind}: most transactions", max(cost["commits"] for cost in each), at_most=120),
    ]


def held_to_memory(kind: str, url: str, size: int) -> list[Bar]:
    """Return whether the export of `size` posts fits where all of them at once do not."""
    room = ROOM[size]
    fits, breaks = (run(CASES, url, way, size, 1, room).returncode for way in (APP, FLOOR))
    said = f"{kind}: {size:,} posts in {room} MB more:"
    return [
        Bar(f"{said} exit code of the export", fits, at_most=0),
        Bar(f"{said} exit code of all at once", breaks, at_least=1),
    ]
