"""A machine that launches, runs, kills and polls in any order, and knows what must hold throughout.

Of each task it knows what the row said last, and of each user what a page has heard by polling.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import delete

from app.extensions import db
from app.models import RECENT, UNFINISHED, Notification, State, Task, User
from app.notifications import TASK_PROGRESS
from app.tasks.engine import AlreadyInProgress, BrokerUnreachable, launch
from app.tasks.export import export_posts
from app.tasks.recovery import recover
from pytest_rq.jobs import Jobs
from tests.support.builders import make_user
from tests.support.dying import die_at
from tests.support.outbox import Outbox
from tests.support.rows import all_of

# What a row may become; every other step is a bug.
STEPS = {
    (State.QUEUED, State.RUNNING),
    (State.QUEUED, State.FAILED),
    (State.RUNNING, State.QUEUED),
    (State.RUNNING, State.FINISHED),
    (State.RUNNING, State.FAILED),
}
MAIL = {"takes it": None, "is busy": 451, "refuses it": 554}
HOUR = 3600


class Page:
    """A page of one user's, which hears of tasks by polling."""

    def __init__(self, user: User, visitor: Any) -> None:
        self.user_id, self.visitor = user.id, visitor
        self.cursor = 0.0
        self.heard: dict[str, dict[str, Any]] = {}

    def poll(self) -> None:
        """Hear what is new, logged in anew: a cookie from the future, as it seems, is refused."""
        self.visitor.log_in(db.session.get_one(User, self.user_id))
        for each in self.visitor.notifications(self.cursor):
            assert each["timestamp"] > self.cursor, "The page was told twice, or out of order."
            self.cursor = each["timestamp"]
            if each["name"] == TASK_PROGRESS:
                self.heard[each["data"]["task_id"]] = each["data"]


class Machine(RuleBasedStateMachine):
    """Launches, progress, failures, deaths, outages and polls of two users, in any order."""

    steps: Counter[str] = Counter()  # over all machines of this process
    pages = Bundle("pages")

    def __init__(self, app: Flask, jobs: Jobs, outbox: Outbox) -> None:
        super().__init__()
        self.app, self.jobs, self.outbox = app, jobs, outbox
        self.queue: Any = app.task_queue  # type: ignore[attr-defined]
        self.known: dict[str, tuple[str, int]] = {}
        self.all_pages: list[Page] = []

    @initialize(target=pages)
    def two_users(self) -> Any:
        """Return the pages of two users, in an empty database on an empty broker."""
        db.session.rollback()
        db.session.execute(delete(User))
        db.session.commit()
        self.queue.connection.flushall()
        self.queue.runs.clear()
        self.outbox.clear()
        self.outbox.accept()
        users = [make_user(name, ("first", "second")) for name in ("susan", "john")]
        self.all_pages = [Page(user, self.app.test_client()) for user in users]
        return multiple(*self.all_pages)

    @rule(page=pages)
    def ask_for_an_export(self, page: Page) -> None:
        """Launch: refused exactly if the user has an unfinished one that is not dead."""
        self.steps["launch"] += 1
        before = _unfinished(page.user_id)
        user = db.session.get_one(User, page.user_id)
        try:
            launched = launch(export_posts, user).id
        except AlreadyInProgress:
            assert _unfinished(page.user_id) == before != set()
        else:
            assert _unfinished(page.user_id) == {launched}

    @rule(page=pages, answered=st.integers(0, 2))
    def ask_while_the_broker_is_down(self, page: Page, answered: int) -> None:
        """Launch: refused in one way or the other, or enqueued just in time."""
        self.steps["launch in an outage"] += 1
        user = db.session.get_one(User, page.user_id)
        with self.jobs.backend.down(after=answered):
            try:
                launch(export_posts, user)
            except (AlreadyInProgress, BrokerUnreachable):
                db.session.rollback()

    @rule(mail=st.sampled_from(sorted(MAIL)))
    def run_a_job(self, mail: str) -> None:
        """Run the first job that waits, with a mail server in this mood."""
        self.steps["run"] += 1
        code = MAIL[mail]
        self.outbox.accept() if code is None else self.outbox.refuse(code)
        self.jobs.run_one()
        self.outbox.accept()

    @rule(progress=st.integers(0, 99))
    def let_a_worker_die(self, progress: int) -> None:
        """Begin the first job that waits, record some progress, and never be heard of again."""
        self.steps["death"] += 1
        die_at(self.app, progress)

    @rule()
    def lose_the_brokers_data(self) -> None:
        """Let the broker come back empty."""
        self.steps["data lost"] += 1
        self.queue.connection.flushall()

    @rule(seconds=st.sampled_from([0, 1, 10, 61, 91, 300, -HOUR]))
    def let_time_pass(self, seconds: int) -> None:
        """Move the clock, perhaps back; what is due waits to be run."""
        self.steps["clock"] += 1
        self.jobs.move_clock(seconds)

    @rule(page=pages)
    def poll(self, page: Page) -> None:
        """Let a page hear what is new."""
        self.steps["poll"] += 1
        page.poll()

    @rule()
    def recover_all(self) -> None:
        """Do what a worker does once a minute."""
        self.steps["recover"] += 1
        recover()

    @invariant()
    def every_step_is_an_honest_one(self) -> None:
        """Progress never goes back, what has ended stays so, and nobody has two at a time."""
        tasks = all_of(Task)
        for task in tasks:
            state, progress = self.known.get(task.id, (State.QUEUED, 0))
            assert task.progress >= progress, "Progress went back."
            assert (task.progress == 100) == (task.state == State.FINISHED)
            assert task.state == state or _reachable(state, task.state), f"{state}, {task.state}"
            self.known[task.id] = (State(task.state), task.progress)
        owners = Counter(task.user_id for task in tasks if task.unfinished)
        assert max(owners.values(), default=0) <= 1, "Two at a time."

    def teardown(self) -> None:
        """Let all end, and compare what each page has heard with what is so."""
        if not self.all_pages:
            return
        for _ in range(6):  # a death, three retries, a silence: each needs its time
            self.jobs.advance(3 * HOUR)
            recover()
        self.every_step_is_an_honest_one()
        mails = Counter(str(message["Message-ID"]) for message in self.outbox)
        for page in self.all_pages:
            page.poll()
            latest = all_of(Notification, user_id=page.user_id, name=TASK_PROGRESS)
            assert len(latest) <= RECENT
            rows = {task.id: task for task in all_of(Task, user_id=page.user_id)}
            for told in latest:
                row, heard = rows[told.subject], page.heard[told.subject]
                assert (heard["state"], heard["progress"]) == (row.state, row.progress)
        for task in all_of(Task):
            assert not task.unfinished, "A task is stuck."
            copies = mails[f"<{task.id}@example.com>"]
            assert copies == (task.state == State.FINISHED), f"{task.state}, {copies} mails"
        for run in self.queue.runs:
            run.expected = True


def _unfinished(user_id: int) -> set[str]:
    return {task.id for task in all_of(Task, user_id=user_id) if task.state in UNFINISHED}


def _reachable(before: State, after: str) -> bool:
    """Return whether a row may go from one state to the other, by one step or by two."""
    nexts = {end for start, end in STEPS if start == before}
    return after in nexts | {end for start, end in STEPS if start in nexts}
