"""Run cases round by round in one process, so that noise hits all of them alike."""

from __future__ import annotations

import contextlib
import io
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from benchmarks.report import progress

Laps = Callable[[int], Iterator[None]]
ROOT = Path(__file__).parents[1]

# As the suite is run, but in this order, with sockets, and leaving nothing behind.
OPTIONS = ["-qq", "-x", "-m", "", "--force-enable-socket", "-o", "python_functions=cost_of_*"]
OPTIONS += ["-p", "no:randomly", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]


class Rounds:
    """A pytest plugin: it runs every case once a round, and keeps the times in milliseconds.

    `laps` has what the cases timed themselves, `whole` the tests with their fixtures and all that
    pytest does around them. A first round, which warms everything up, does not count.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.laps: dict[str, list[float]] = defaultdict(list)
        self.whole: dict[str, list[float]] = defaultdict(list)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Describe the marker."""
        config.addinivalue_line("markers", "every(n): run the case in one of n rounds only")

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


def run(cases: Path, count: int) -> Rounds:
    """Run the cases in a file for that many rounds, and show how far it is on a terminal.

    Raises ClickException with pytest's own words if a case fails.
    """
    rounds = Rounds(count)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main([*OPTIONS, str(cases)], plugins=[rounds])
    if code:
        raise click.ClickException(f"A case failed, so nothing is measured.\n{said.getvalue()}")
    return rounds


def _round_of(item: Any) -> int:
    return int(item.callspec.params["round"])
