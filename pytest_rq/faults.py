"""Real faults: the broker down, at once or in the middle of something."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis, exceptions


@contextmanager
def broker_down(connection: Redis, after: int = 0) -> Iterator[None]:
    """Let the broker be unreachable for this client while the block runs.

    It answers the first `after` messages; a pipeline is one, and those that open a connection are
    none. What it holds is there again when the block ends. Processes forked in the block cannot
    reach it either.
    """
    pool = connection.connection_pool
    usual, left = pool.connection_class, after

    class Cut(usual):  # type: ignore[misc,valid-type]
        opening = False

        def on_connect_check_health(self, *args: Any, **options: Any) -> None:
            self.opening = True
            try:
                super().on_connect_check_health(*args, **options)
            finally:
                self.opening = False

        def send_packed_command(self, *args: Any, **options: Any) -> None:
            nonlocal left
            if left <= 0:
                self.disconnect()
                raise exceptions.ConnectionError("The broker is down: the test says so.")
            left -= not self.opening
            super().send_packed_command(*args, **options)

    pool.connection_class = Cut
    pool.disconnect()
    pool.reset()
    try:
        yield
    finally:
        pool.connection_class = usual
        pool.disconnect()
        pool.reset()
