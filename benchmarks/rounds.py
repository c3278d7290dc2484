"""Run cases round by round in one process, so that noise hits all of them alike.

That process is one of pytest's own, as the suite's is. Called from deep inside another program, a
test can take a tenth longer: CPython keeps frames in chunks, and where a loop goes to and fro over
the end of one, it asks the system for memory, and gives it back, at each call.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import pytest

from benchmarks.report import progress

Laps = Callable[[int], Iterator[None]]
Times = dict[str, list[float]]
ROOT = Path(__file__).parents[1]

# As the suite is run, but in this order, with sockets, and leaving nothing behind.
PYTEST = [sys.executable, "-m", "pytest", "-p", __name__]
OPTIONS = ["-qq", "-x", "-m", "", "--force-enable-socket", "-o", "python_functions=cost_of_*"]
OPTIONS += ["-p", "no:randomly", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]


class Measured(NamedTuple):
    """Times in milliseconds, by case.

    `laps` has what the cases timed themselves, `whole` the tests with their fixtures and all that
    pytest does around them.
    """

    laps: Times
    whole: Times


def run(cases: Path, count: int) -> Measured:
    """Run the cases in a file for that many rounds, and show how far it is on a terminal.

    Raises ClickException with pytest's own words if a case fails.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "measured.json"
        options = [f"--rounds={count}", f"--measured={file}"]
        ended = subprocess.run(
            [*PYTEST, *OPTIONS, *options, str(cases)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise click.ClickException(f"A case failed, so nothing is measured.\n{ended.stdout}")
        return Measured(**json.loads(file.read_text(encoding="utf-8")))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `run` says."""
    parser.addoption("--rounds", type=int)
    parser.addoption("--measured", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker, and begin."""
    config.addinivalue_line("markers", "every(n): run the case in one of n rounds only")
    config.pluginmanager.register(Rounds(config.getoption("--rounds")))


class Rounds:
    """Runs every case once a round; a first round, which warms everything up, does not count."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.laps: Times = defaultdict(list)
        self.whole: Times = defaultdict(list)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Multiply each case by its rounds."""
        marker = metafunc.definition.get_closest_marker("every")
        metafunc.fixturenames.append("round")
        metafunc.parametrize("round", range(0, self.count + 1, marker.args[0] if marker else 1))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Put the cases of a round together."""
        items.sort(key=_round_of)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Show how far it is, where there is a terminal to see it."""
        with progress(len(session.items)) as self.step:
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Function) -> Generator[None, Any, Any]:
        """Time a case from its set-up to its report."""
        start = time.perf_counter()
        result = yield
        if _round_of(item):
            self.whole[item.originalname].append(1000 * (time.perf_counter() - start))
        self.step(1)
        return result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what was measured."""
        measured = Measured(self.laps, self.whole)._asdict()
        session.config.getoption("--measured").write_text(json.dumps(measured), encoding="utf-8")

    @pytest.fixture(name="laps")
    def _laps(self, request: pytest.FixtureRequest) -> Laps:
        """Time each turn of a loop: `for _ in laps(5): …`."""
        times = self.laps[request.node.originalname] if _round_of(request.node) else []

        def laps(count: int) -> Iterator[None]:
            for _lap in range(count):
                start = time.perf_counter()
                yield
                times.append(1000 * (time.perf_counter() - start))

        return laps


def _round_of(item: Any) -> int:
    return int(item.callspec.params["round"])
