"""The job whose first line is waited for; it needs nothing but RQ."""

import time

from rq import get_current_job

ARRIVED = "arrived"


def arrive() -> None:
    """Tell the broker the time."""
    arrived = time.time()
    job = get_current_job()
    assert job is not None
    job.connection.rpush(ARRIVED, arrived)
