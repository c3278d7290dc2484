"""What a test says about jobs: run them, expect them to fail, look at those that wait."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rq.job import Job

from pytest_rq.queue import Failure, StrictQueue


class Jobs:
    """The jobs of one test."""

    def __init__(self, queue: StrictQueue) -> None:
        self.queue = queue

    def run(self) -> int:
        """Run all that waits in the queue, and return how many jobs that was."""
        return self.queue.run_waiting()

    def waiting(self) -> list[Job]:
        """Return the jobs that wait in the queue, first to run first."""
        return self.queue.get_jobs()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let jobs wait that are enqueued in the block; `run` runs them."""
        self.queue.hold(True)
        try:
            yield
        finally:
            self.queue.hold(False)

    @contextmanager
    def expect_failure(self, kind: type[BaseException]) -> Iterator[list[Failure]]:
        """Expect one job run in the block to raise this, and give the list it will be in.

        Fails if none raises, or one raises something else.
        """
        __tracebackhide__ = True
        found: list[Failure] = []
        before = len(self.queue.failures)
        yield found
        self.run()
        found += self.queue.failures[before:]
        if not found:
            pytest.fail(f"No job failed; expected one to raise {kind.__name__}.")
        if not isinstance(found[0].error, kind):
            raise found[0].error
        self.queue.failures.remove(found[0])

    def check(self) -> None:
        """Raise what a job raised if no test expected it; fail if jobs were left waiting."""
        __tracebackhide__ = True
        for failure in self.queue.failures:
            raise failure.error
        if not self.queue.is_empty():
            waiting = ", ".join(job.description or job.id for job in self.waiting())
            pytest.fail(f"Jobs were left waiting: {waiting}. Run them with jobs.run().")
