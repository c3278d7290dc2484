"""Wait for another process, for a bounded time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(look: Callable[[], T], seconds: float = 30.0) -> T:
    """Return the first true value that `look` returns; fail if there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise AssertionError(f"Waited for {seconds:g} s in vain: {look}")
