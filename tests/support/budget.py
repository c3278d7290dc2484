"""The budget: no test takes more of the processor than so many turns of one loop."""

import time
from collections.abc import Generator

import pytest

TURNS = 150  # half a second where a turn takes 3.5 ms; the costliest test takes half of it
BEGAN = pytest.StashKey[float]()


class Budget:
    """A plugin of pytest that fails a test for what it costs, with its fixtures.

    The processor's time is taken, and compared with a loop's on the same machine: neither a slow
    machine nor a busy one makes a difference. The loop is timed again before a test is failed.
    """

    def __init__(self) -> None:
        self.turn = min(timed() for _ in range(5))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Take the time."""
        item.stash[BEGAN] = time.process_time()
        yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Fail a test that passes, but took too long."""
        __tracebackhide__ = True
        yield
        took = time.process_time() - item.stash[BEGAN]
        if took > TURNS * self.turn and took > TURNS * timed():
            pytest.fail(
                f"This test took {took:.2f} s of the processor, {took / self.turn:.0f} turns of "
                f"the calibration loop; the budget is {TURNS}. Let it do less, or share a fixture."
            )


def timed() -> float:
    """Return the seconds that one turn of the calibration loop takes of the processor."""
    began = time.process_time()
    sum(number * number for number in range(100_000))
    return time.process_time() - began
