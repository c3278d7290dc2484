"""Kill the process that runs a job."""

import os
import signal

from flask import Flask

from tests.support.waiting import wait_for


def kill_the_horse(app: Flask) -> None:
    """Kill the work horse of the real backend, from a thread or a handler of the test's process."""
    worker = app.task_queue.executor.worker  # type: ignore[attr-defined]
    wait_for(lambda: worker.horse_pid)  # the fork may be faster than we
    os.kill(worker.horse_pid, signal.SIGKILL)
