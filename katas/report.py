"""What a learner has done, as Markdown or as data."""

from __future__ import annotations

from typing import Any

from katas import workplace
from katas.ladder import Kata


def data(katas: list[Kata]) -> dict[str, Any]:
    """Return what was done, in each kata and in all."""
    rows = [
        {
            "kata": kata.name,
            "title": kata.title,
            "kind": kata.kind,
            "minutes": kata.minutes,
            "solved": bool(workplace.achieved(kata, "solved", default=False)),
            "caught": len(workplace.achieved(kata, "caught", [])),
            "bugs": len(kata.bugs),
            "hints": sum(workplace.achieved(kata, "hints", {}).values()),
        }
        for kata in katas
    ]
    total = {"solved": sum(row["solved"] for row in rows), "katas": len(rows)}
    return total | {
        "caught": sum(row["caught"] for row in rows),
        "bugs": sum(row["bugs"] for row in rows),
        "ladder": rows,
    }


def markdown(told: dict[str, Any]) -> str:
    """Return the data as a page."""
    solved = f"{told['solved']} of {told['katas']} solved"
    lines = [
        "# My katas",
        "",
        f"{solved}, {told['caught']} of {told['bugs']} bugs caught.",
        "",
        "| kata | kind | minutes | solved | bugs caught | hints |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in told["ladder"]:
        name = f"{row['kata'].partition('_')[0]} {row['title']}"
        caught = f"{row['caught']} of {row['bugs']}"
        solved = "yes" if row["solved"] else "no"
        cells = [name, row["kind"], row["minutes"], solved, caught, row["hints"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)
