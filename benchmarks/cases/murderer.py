"""An executor that kills what it executes, at random moments."""

import os
import signal
import time
from collections import Counter
from email.message import EmailMessage
from random import Random

from rq import Queue
from rq.job import Job

from app.models import State, Task
from pytest_rq.execution import Forks
from tests.support.mail_server import MailServer
from tests.support.rows import all_of
from tests.support.waiting import wait_for

PATIENCE = 60.0


class Murderer(Forks):
    """Kills the process of a job after a random time, and one time in three its worker too.

    The first job is left alone, to see how long one takes: about that long the others may live.
    """

    def __init__(
        self, queue: Queue, forks: Forks, post_office: MailServer, kills: int, seed: int
    ) -> None:
        super().__init__(queue, forks._make_worker)
        self.post_office, self.kills_left, self.random = post_office, kills, Random(seed)
        self.counts: Counter[str] = Counter()
        self.takes = 0.0
        self.in_the_window: Counter[str] = Counter()  # by task: accepted, and not recorded

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Fork a process for the job, and kill it if it has not ended by then."""
        before, start = len(self.mails()), time.monotonic()
        execution = self.start(job, queue)
        pid = self.worker.horse_pid
        lives = self.random.uniform(0, 1.2 * self.takes) if self.takes else PATIENCE
        if self.kills_left and not _ended(pid, within=lives):
            os.kill(pid, signal.SIGKILL)
            self.kills_left -= 1
            self.counts["jobs killed"] += 1
            if self.random.random() < 1 / 3:
                os.waitpid(pid, 0)
                del self.worker  # nobody is left to tell how it ended
                self.counts["with their worker"] += 1
                self._look_at_the_window(job, before)
                return
        self.finish(job, queue, execution)
        self.takes = self.takes or time.monotonic() - start
        self._look_at_the_window(job, before)

    def mails(self) -> list[EmailMessage]:
        """Return what was received, once nothing more is under way from a process that is dead."""
        wait_for(lambda: not self.post_office.visitors)
        return self.post_office.outbox or []

    def _look_at_the_window(self, job: Job, before: int) -> None:
        [task] = all_of(Task, id=job.id)
        if len(self.mails()) > before and task.state != State.FINISHED:
            self.in_the_window[job.id] += 1


def _ended(pid: int, within: float) -> bool:
    until = time.monotonic() + within
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while time.monotonic() < until:
        if os.waitid(os.P_PID, pid, look):
            return True
        time.sleep(0.0005)
    return False
