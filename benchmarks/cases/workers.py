"""Workers of several kinds, each in a process of its own: give the name of one."""

import os
import sys

from redis import Redis
from rq import Queue, Worker

from benchmarks.cases import latency


def ours() -> None:
    """Run the app's own worker."""
    from app import create_app
    from app.tasks.queue import runs_as_job
    from app.tasks.worker import AppWorker

    runs_as_job(latency.arrive)
    AppWorker(create_app()).work(with_scheduler=True, logging_level="WARNING")


def bare(name: str) -> None:
    """Run RQ's worker, with a module preloaded that holds nothing but the job."""
    connection = Redis.from_url(os.environ["REDIS_URL"])
    queue = Queue(name, connection=connection)
    worker = Worker([queue], connection=connection)
    worker.work(with_scheduler=True, logging_level="WARNING")


if __name__ == "__main__":
    ours() if sys.argv[1] == "ours" else bare(sys.argv[1])
