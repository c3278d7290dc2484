"""`web`: what a poll costs beside a bare view, and a far page beside the first one."""

from __future__ import annotations

from statistics import median
from typing import Any

import click

from benchmarks import report
from benchmarks.report import Bar, Row
from benchmarks.stand import POSTGRES, SQLITE, database, measured

CASES = "benchmarks.cases.pages"
BARE, POLL, NEWS = "a bare view behind the log-in", "a poll without news", "a poll with one piece"
PROFILE, TIMELINE = "a profile: page {}", "the timeline: page {}"


@click.command()
@report.options
def web(quick: bool, as_json: bool, write: bool) -> None:
    """Cost of polls and of pages, alone and among many rows of others."""
    kinds = (SQLITE,) if quick else (SQLITE, POSTGRES)
    pages, rounds = (500, 60) if quick else (10_000, 300)
    costs: dict[str, Any] = {}
    with report.progress(2 * len(kinds)) as step:
        for kind in kinds:
            for others in (0, pages * 100):
                with database(kind) as url:
                    found = measured(CASES, url, others, pages if others else 2, rounds)
                where = f"{kind}, {others:,} rows of others"
                costs |= {f"{where}: {name}": cost for name, cost in found.items()}
                step(1)
    rows = []
    for name, cost in costs.items():
        before = name.partition(": ")[0]
        bare = median(costs[f"{before}: {BARE}"]["ms"])
        figures = {"ms": median(cost["ms"]), "× bare view": median(cost["ms"]) / bare}
        rows.append(Row(name, figures | {"statements": cost["statements"], "bytes": cost["bytes"]}))
    ms = {row.name: row.figures["ms"] for row in rows}
    bars = [bar for kind in kinds for bar in bars_of(kind, pages, ms)]
    report.show(rows, bars, quick, as_json, write)


def bars_of(kind: str, pages: int, ms: dict[str, float]) -> list[Bar]:
    """Return what has to hold on a database."""
    alone, among = f"{kind}, 0 rows of others: ", f"{kind}, {pages * 100:,} rows of others: "
    last = f"{pages:,}"
    return [
        Bar(f"{kind}: {POLL}, × {BARE}", ms[among + POLL] / ms[among + BARE], at_most=1.5),
        # By as much as the bare view differs between two processes, that differs too.
        Bar(
            f"{kind}: {POLL} among {pages * 100:,} rows, × alone, as × {BARE}",
            (ms[among + POLL] / ms[among + BARE]) / (ms[alone + POLL] / ms[alone + BARE]),
            at_most=1.1,
        ),
        *(
            Bar(
                f"{kind}: {page.format(last)}, × page 1",
                ms[among + page.format(last)] / ms[among + page.format(1)],
                at_most=1.2,
            )
            for page in (PROFILE, TIMELINE)
        ),
    ]
