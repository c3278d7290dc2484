"""The plots of docs/performance.md."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs"
# The tutorial's own code, its sleep(5) removed, on a SQLite file; measured once, elsewhere.
TUTORIAL = {1_000: 5.2, 3_000: 36.0, 10_000: 251.0}


def of_exports(costs: dict[tuple[str, int, str], Any], ways: dict[str, str]) -> None:
    """Draw time and memory against the number of posts, both scales logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "the same file for the same figures"
    from matplotlib import pyplot as plt

    figure, (time, memory) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    time.plot(*zip(*TUTORIAL.items(), strict=True), "k:x", label="the tutorial's code (elsewhere)")
    for kind in dict.fromkeys(kind for kind, _size, _way in costs):
        for way in (way for way in ways if way != "silent"):
            of_way = {size: cost for (k, size, w), cost in costs.items() if (k, w) == (kind, way)}
            style = {"label": f"{ways[way]}, {kind}", "marker": "o"}
            time.plot(list(of_way), [median(each["seconds"]) for each in of_way.values()], **style)
            memory.plot(list(of_way), [each["MB"] for each in of_way.values()], **style)
    for axes, title in ((time, "seconds"), (memory, "MB of memory, mail included")):
        axes.set(xscale="log", yscale="log", xlabel="posts", title=title)
        axes.grid(visible=True, which="major", alpha=0.3)
    memory.set_ylim(bottom=0.5)
    time.legend(fontsize="small")
    figure.savefig(FOLDER / "performance.svg", metadata={"Date": None})
    plt.close(figure)
