"""What the task system is put under: kills, clicks, and events in any order, each counted.

The sizes come from the environment; what was counted goes out as properties of the test.
"""

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.extensions import db
from app.models import State, Task
from app.tasks.engine import AlreadyInProgress, launch
from app.tasks.export import export_posts
from app.tasks.record import begin, move
from app.tasks.recovery import recover
from benchmarks.cases.murderer import Murderer
from pytest_rq.jobs import Jobs
from tests.support.builders import make_posts, make_task, make_user
from tests.support.databases import Databases
from tests.support.machine import Machine, Page
from tests.support.mail_server import MailServer
from tests.support.outbox import Outbox
from tests.support.rows import all_of

SIZES: dict[str, int] = json.loads(os.environ.get("STRESS_SIZES", "{}"))
SEED = int(os.environ.get("STRESS_SEED", "1"))
HOUR = 3600
PROCESSES = 8
IN_PROGRESS = "An export is already in progress."
STARTED = "Your export has started."

Record = Callable[[str, object], None]
pytestmark = pytest.mark.timeout(3600)


def stress_kills(
    app: Flask, jobs: Jobs, outbox: Outbox, post_office: MailServer, record_property: Record
) -> None:
    """Kill jobs and workers in mid-export: no task is stuck, no mail lost or sent as another."""
    users = [make_user(f"user{number}") for number in range(5)]
    for user in users:
        make_posts(user, *map(str, range(20)))
    queue: Any = app.task_queue  # type: ignore[attr-defined]
    murderer = Murderer(queue, queue.executor, post_office, SIZES["kills"], SEED)
    queue.executor = murderer

    while murderer.kills_left:
        with jobs.held():
            for user in users:
                try:
                    launch(export_posts, user)
                except AlreadyInProgress:
                    murderer.counts["refused meanwhile"] += 1
        jobs.advance(murderer.random.choice((0, 10, 60, 100, 300)))
    for _ in range(8):
        jobs.advance(HOUR)
        recover()

    for run in queue.runs:
        run.expected = True
    tasks = all_of(Task)
    states = Counter(task.state for task in tasks)
    mails = Counter(str(message["Message-ID"]) for message in outbox)
    copies = {task.id: mails.pop(f"<{task.id}@example.com>", 0) for task in tasks}
    finished = [task.id for task in tasks if task.state == State.FINISHED]
    repeated = sum(max(0, copies[each] - 1) for each in copies)
    beyond = [each for each in finished if copies[each] - 1 > murderer.in_the_window[each]]
    for name, count in (*murderer.counts.items(), *states.items()):
        record_property(name, count)
    record_property("tasks", len(tasks))
    record_property("mails repeated, by the same Message-ID, in the one window", repeated)
    record_property("stuck", sum(task.unfinished for task in tasks))
    record_property("finished without a mail", sum(not copies[each] for each in finished))
    record_property("mails repeated beyond the window", len(beyond))
    assert sum(states.values()) == states[State.FINISHED] + states[State.FAILED]
    assert (beyond, mails) == ([], {})
    assert all(copies[each] for each in finished)


def stress_clicks(
    app: Flask,
    jobs: Jobs,
    outbox: Outbox,
    databases: Databases,
    record_property: Record,
) -> None:
    """Let several processes ask for one user's export at once: one task, one mail, all are told."""
    databases.be_patient(30.0)  # as patient as a queue of clicks is long
    susan = make_user("susan", posts=("first", "second"))
    visitor: Any = app.test_client().log_in(susan)  # type: ignore[attr-defined]
    each = SIZES["clicks"] // PROCESSES
    fork = multiprocessing.get_context("fork")
    gate, told = fork.Barrier(PROCESSES), fork.Queue()
    db.session.commit()

    def click() -> None:
        with app.app_context():
            db.engine.dispose(close=False)
        gate.wait()
        for _ in range(each):
            page = visitor.submit("/tasks/export-posts", follow_redirects=True)
            told.put(
                (page.status_code, "refused" if IN_PROGRESS in page.text else STARTED in page.text)
            )

    processes = [fork.Process(target=click) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    answers = Counter(told.get(timeout=600) for _ in range(PROCESSES * each))
    for process in processes:
        process.join()
    jobs.run()

    record_property("clicks", answers.total())
    record_property("processes", PROCESSES)
    record_property("started", answers[200, True])
    record_property("told that one is in progress", answers[200, "refused"])
    record_property("tasks", len(all_of(Task)))
    record_property("mails", len(outbox))
    assert answers == {(200, True): 1, (200, "refused"): PROCESSES * each - 1}
    assert (len(all_of(Task)), len(outbox)) == (1, 1)


def stress_polls(app: Flask, databases: Databases, record_property: Record) -> None:
    """Let workers report for one user while a page polls: the last state of each task arrives."""
    databases.be_patient(30.0)
    susan = make_user("susan")
    page = Page(susan, app.test_client())
    heard: dict[str, list[tuple[str, int]]] = {}
    fork = multiprocessing.get_context("fork")
    names = [f"task {number}" for number in range(SIZES["tasks"])]
    ids = [make_task(susan, name=name).id for name in names]
    db.session.commit()

    def report(task_id: str) -> None:
        with app.app_context():
            db.engine.dispose(close=False)
            attempt = begin(task_id)
            for progress in range(1, 100):
                move(task_id, (State.RUNNING,), attempt, progress=progress)
            move(task_id, (State.RUNNING,), attempt, state=State.FINISHED, progress=100)

    polls = 0
    for pair in zip(ids[::2], ids[1::2], strict=True):
        workers = [fork.Process(target=report, args=[task_id]) for task_id in pair]
        for worker in workers:
            worker.start()
        while alive := any(worker.is_alive() for worker in workers):
            page.poll()
            polls += 1
            for task_id, data in page.heard.items():
                seen = heard.setdefault(task_id, [])
                if (told := (data["state"], data["progress"])) not in seen[-1:]:
                    seen.append(told)
        assert not alive
        page.poll()

    last = Counter((data["state"], data["progress"]) for data in page.heard.values())
    going_back = [
        each
        for each in heard.values()
        if [progress for _, progress in each] != sorted(progress for _, progress in each)
    ]
    record_property("tasks, two at a time", len(ids))
    record_property("records", 101 * len(ids))
    record_property("polls", polls)
    record_property("states heard on the way", sum(map(len, heard.values())))
    record_property("last states missed", len(ids) - last["finished", 100])
    record_property("heard going back", len(going_back))
    assert (last, going_back) == ({("finished", 100): len(ids)}, [])


def stress_machine(app: Flask, jobs: Jobs, outbox: Outbox, record_property: Record) -> None:
    """Drive launches, deaths, outages and polls in random orders until there were enough steps."""
    some = settings(
        max_examples=20,
        stateful_step_count=50,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    Machine.steps.clear()
    while Machine.steps.total() < SIZES["steps"]:
        run_state_machine_as_test(lambda: Machine(app, jobs, outbox), settings=some)
    record_property("steps", Machine.steps.total())
    for name, count in sorted(Machine.steps.items()):
        record_property(name, count)
