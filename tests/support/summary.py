"""A page of what runs of the tests came to: `python -m tests.support.summary reports`.

It reads what `--junitxml` and `--cov-report xml` have written there, and writes Markdown.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

COLUMNS = ("run", "passed", "failed", "skipped", "seconds", "tests by backend")
HEAD = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}"
BAD = ("failure", "error")


def summary(folder: Path) -> str:
    """Return the page about the reports in a folder; raise ValueError if there are none."""
    files = sorted(folder.glob("*.xml"))
    reports = {file.stem: ET.parse(file).getroot() for file in files}
    runs = {name: root for name, root in reports.items() if root.tag == "testsuites"}
    if not runs:
        raise ValueError(f"{folder} holds no report: run pytest with --junitxml={folder}/NAME.xml.")
    page = [HEAD, *(_row(name, root) for name, root in runs.items())]
    for name, root in reports.items():
        if root.tag == "coverage":
            lines, branches = (float(root.attrib[f"{each}-rate"]) for each in ("line", "branch"))
            page.append(f"\n{name}: {lines:.1%} of lines, {branches:.1%} of branches")
    for name, root in runs.items():
        page += (f"\n{name}: **{case}**\n```\n{said}\n```" for case, said in _failures(root))
    return "\n".join(page)


def _row(name: str, root: ET.Element) -> str:
    suites = list(root.iter("testsuite"))
    total, bad, skipped = (
        sum(int(suite.get(kind, 0)) for suite in suites for kind in kinds)
        for kinds in (("tests",), ("failures", "errors"), ("skipped",))
    )
    seconds = sum(float(suite.get("time", 0)) for suite in suites)
    backends = Counter(
        str(each.get("value")) for each in root.iterfind(".//property[@name='rq backend']")
    )
    by_backend = ", ".join(f"{count} {backend}" for backend, count in backends.most_common())
    cells = (name, total - bad - skipped, bad, skipped, round(seconds), by_backend)
    return "| " + " | ".join(map(str, cells)) + " |"


def _failures(root: ET.Element) -> Iterator[tuple[str, str]]:
    for case in root.iter("testcase"):
        for kind in BAD:
            for each in case.iter(kind):
                said = str(each.get("message", "")).replace("```", "'''")
                yield f"{case.get('classname')}::{case.get('name')}", said


if __name__ == "__main__":
    try:
        sys.stdout.write(summary(Path(sys.argv[1])) + "\n")
    except (IndexError, ValueError) as error:
        sys.exit(f"{error}\nUsage: python -m tests.support.summary FOLDER")
