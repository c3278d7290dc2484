"""Errors mailed to the admins: once a minute for one cause, and never any trouble by it."""

import logging
import time
from collections import Counter
from math import inf
from pathlib import Path
from threading import Lock, Thread
from traceback import walk_tb

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from app.logs import ours
from app.mail import send_now

EVERY = 60
DAY = 24 * 60 * 60
PATIENCE = 5.0
SENDER = "mail to the admins"


def init_app(app: Flask) -> None:
    """Mail what the app's logger gets as an error to ADMINS, where mail can be sent."""
    if app.config["MAIL_SERVER"] and app.config["ADMINS"] and not app.debug:
        app.logger.addHandler(AdminMail(app))


class AdminMail(logging.Handler):
    """Sends a mail for an error, unless there was one for the same cause less than a minute ago.

    The broker counts the minute for all processes; while it is down, each counts for itself.
    Whoever logs waits for PATIENCE seconds at most, and not at all while an earlier mail hangs.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__(logging.ERROR)
        self.app = app
        ours(self, "text")
        self.addFilter(lambda record: record.threadName != SENDER)  # mail failing is no mail
        self._lock_of_ours = Lock()
        self._left_out: Counter[str] = Counter()
        self._mailed_at: dict[str, float] = {}
        self._hanging: Thread | None = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Mail the record, without the lock under which others would wait for this mail."""
        wanted = bool(self.filter(record))
        if wanted:
            self.emit(record)
        return wanted

    def emit(self, record: logging.LogRecord) -> None:
        """Have the record mailed by a thread, which knows nothing of what its caller holds open."""
        try:
            cause, text, now = cause_of(record), self.format(record), time.monotonic()
            if self._hanging and self._hanging.is_alive():
                self._leave_out(cause)
                return
            told = (cause, text, now)
            thread = Thread(target=self._report, args=told, name=SENDER, daemon=True)
            thread.start()
            thread.join(PATIENCE)
            if thread.is_alive():
                self._hanging = thread
        except Exception:  # noqa: BLE001 - logging goes on, whatever it is
            self.handleError(record)

    def _report(self, cause: str, text: str, now: float) -> None:
        with self.app.app_context():
            try:
                if (left_out := self._turn(cause, now)) is None:
                    return
                if left_out:
                    text += f"\n\n{left_out} more since the last mail about it are in the log only."
                sender, admins = self.app.config["MAIL_DEFAULT_SENDER"], self.app.config["ADMINS"]
                send_now(f"[Microblog] {cause}", sender, admins, f"{text}\n", "")
            except Exception as error:  # noqa: BLE001 - there is nobody else to tell
                self.app.logger.warning("The admins could not be told of %s: %s", cause, error)

    def _turn(self, cause: str, now: float) -> int | None:
        """Return how many were left out since the last mail, or None if this one is too."""
        broker: Redis = self.app.redis  # type: ignore[attr-defined]
        key = f"microblog-alert:{cause}"
        elsewhere = 0
        try:
            if not broker.set(key, 1, nx=True, ex=EVERY):
                broker.incr(f"{key}:left-out")
                broker.expire(f"{key}:left-out", DAY)
                return None
            elsewhere = int(broker.getdel(f"{key}:left-out") or 0)
        except RedisError:
            if not self._turn_here(cause, now):
                return None
        with self._lock_of_ours:
            return elsewhere + self._left_out.pop(cause, 0)

    def _turn_here(self, cause: str, now: float) -> bool:
        if now - self._mailed_at.get(cause, -inf) < EVERY:
            self._leave_out(cause)
            return False
        self._mailed_at[cause] = now
        return True

    def _leave_out(self, cause: str) -> None:
        with self._lock_of_ours:
            self._left_out[cause] += 1


def cause_of(record: logging.LogRecord) -> str:
    """Return what and where was raised, or if nothing was, the level and where it was logged."""
    what, file, line = record.levelname, record.pathname, record.lineno
    if record.exc_info and record.exc_info[0]:
        what = record.exc_info[0].__name__
        for frame, number in walk_tb(record.exc_info[2]):
            file, line = frame.f_code.co_filename, number
    return f"{what} at {'/'.join(Path(file).parts[-2:])}:{line}"
