"""The parity table: what jobs do on the harness's queues, on a worker, and on stock sync RQ."""

from tests.harness.parity import again, around, failures, passing, running
from tests.harness.parity.table import ROWS, Row

SECTIONS = (running, failures, again, around, passing)

__all__ = ["ROWS", "SECTIONS", "Row"]
