"""The pool: two workers, preloaded, that run tests on copies of the app."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from katas.ladder import ROOT, KataError

TEST_SECONDS = 5
WALL_SECONDS = 20.0
START_SECONDS = 60.0
NOT_OURS = ("COV", "PYTEST_ADDOPTS", "PYTEST_CURRENT", "PYTEST_PLUGINS", "PYTEST_XDIST")
LOADED = 0.9  # seconds to load the libraries, on a machine that does nothing else
MARGIN = 10.0  # seconds: a worker ends what takes too long by itself


@dataclass(frozen=True)
class Result:
    """How the tests ended on one copy of the app."""

    tests: dict[str, dict[str, str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    trouble: str = ""  # "hung" or "died"
    astray: str = ""
    seconds: float = 0.0  # of the processor's time

    @property
    def failed(self) -> list[str]:
        """The names of the tests that failed."""
        return [name for name, told in self.tests.items() if told["outcome"] == "failed"]

    @property
    def passed(self) -> list[str]:
        """The names of the tests that passed."""
        return [name for name, told in self.tests.items() if told["outcome"] == "passed"]

    @property
    def green(self) -> bool:
        """Whether all went well, and something was tested."""
        return bool(self.passed) and not (self.failed or self.errors or self.trouble)

    def message(self, name: str) -> str:
        """Return what a test said as it failed: its first line, if it said several."""
        return self.tests[name]["message"]


@dataclass(frozen=True)
class Order:
    """Which tests to run on which copy of the app, once `make` has made it."""

    make: Callable[[], Path]
    tests: tuple[str, ...]
    folder: Path
    options: dict[str, Any] = field(default_factory=dict)


class Worker:
    """A process that carries out one order after another; begun anew if it dies."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[str] | None = None
        self.deadline = float("inf")
        self.overdue = False
        self.ready: dict[str, Any] = {}
        self.started = threading.Event()

    def start(self) -> None:
        """Start the process, and return once it has loaded the libraries."""
        environ = {name: text for name, text in os.environ.items() if not name.startswith(NOT_OURS)}
        # Sets of each worker come in another order: a test must not mind.
        environ |= {"PYTHONHASHSEED": str(self.number), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "katas.worker"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.ready = self._answer(START_SECONDS)

    def carry_out(self, order: dict[str, Any]) -> Result:
        """Return how an order ended, or that it hung or died; raise KataError for a broken app."""
        if self.process is None and not self.ready.get("errors"):
            self.start()
        if errors := self.ready["errors"]:
            raise KataError(f"The app cannot be loaded: {last_line(errors[0])}")
        assert self.process is not None
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has died meanwhile, which its answer says
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        return Result(**self._answer(order["limit"] + MARGIN))

    def _answer(self, limit: float) -> dict[str, Any]:
        process = self.process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.deadline = time.monotonic() + limit
        line = process.stdout.readline()
        self.deadline = float("inf")
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        trouble = "hung" if self.overdue else "died"
        self.process, self.overdue = None, False
        with _ended(process):
            return {"trouble": trouble, "errors": [process.stderr.read()]}

    def end_if_overdue(self) -> None:
        """Kill the process if its answer does not come."""
        if time.monotonic() > self.deadline and self.process is not None:
            self.overdue = True
            self.process.kill()

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            with _ended(self.process):
                self.process = None


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process, and close its pipes after the block."""
    process.kill()
    with suppress(BrokenPipeError), process:  # there may be an order that it has not read
        yield


class Pool:
    """Carries out orders, at most two at a time, in the order in which they came."""

    def __init__(self, size: int | None = None) -> None:
        self.orders: queue.SimpleQueue[tuple[Order, Future[Result]] | None] = queue.SimpleQueue()
        self.closing = threading.Event()
        size = size or min(2, os.cpu_count() or 1)
        self.workers = [Worker(number) for number in range(size)]
        # All threads begin here: none may begin while a learner's test runs, whose guard counts.
        self.threads = [threading.Thread(target=self._watch, daemon=True)]
        for worker in self.workers:
            self.threads.append(threading.Thread(target=self._serve, args=[worker], daemon=True))
        for thread in self.threads:
            thread.start()

    def submit(self, order: Order) -> Future[Result]:
        """Have an order carried out, and return where its result will be."""
        future: Future[Result] = Future()
        self.orders.put((order, future))
        return future

    def start(self) -> float:
        """Return how many seconds pass, on two idle cores, until a check begins.

        Meanwhile two workers begin, and pytest loads as much as each of them.
        """
        for worker in self.workers:
            worker.started.wait(START_SECONDS)
        return self.idle(self._least("loaded") / 2 + self._least("seconds"))

    def idle(self, seconds: float) -> float:
        """Return how long that would have taken a machine that does nothing else.

        A busy machine takes more of the processor's time too, as it did to load the libraries.
        """
        return seconds / max(1.0, self._least("loaded") / LOADED)

    def _least(self, key: str) -> float:
        least: float = min(worker.ready.get(key, 0.0) for worker in self.workers)
        return least

    def close(self) -> None:
        """End the workers, whatever they are at."""
        self.closing.set()
        for worker in self.workers:
            self.orders.put(None)
            worker.deadline = 0
            worker.end_if_overdue()
        for thread in self.threads:
            thread.join(MARGIN)

    def _watch(self) -> None:
        while not self.closing.wait(0.2):
            for worker in self.workers:
                worker.end_if_overdue()

    def _serve(self, worker: Worker) -> None:
        with suppress(Exception):  # the first order starts it again, and says why it cannot
            worker.start()
        worker.started.set()
        while (entry := self.orders.get()) and not self.closing.is_set():
            order, future = entry
            try:
                future.set_result(worker.carry_out(_told(order)))
            except BaseException as error:  # noqa: BLE001 - told to whoever waits for a result
                future.set_exception(error)
        worker.stop()


def _told(order: Order) -> dict[str, Any]:
    copy = str(order.make())
    told = {"app": copy, "scratch": copy, "tests": list(order.tests), "folder": str(order.folder)}
    return told | {"timeout": TEST_SECONDS, "limit": WALL_SECONDS} | order.options


def last_line(text: str) -> str:
    """Return the last line of a text that is not empty: of an error's, it says the most."""
    lines = [line.removeprefix("E").strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "It said nothing."
