"""What a test says about jobs: run them, expect them to fail, look at what was enqueued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, cast

import freezegun.api
import pytest
from rq.job import Job
from rq.scheduler import RQScheduler

from pytest_rq.backends import Backend
from pytest_rq.pause import Paused, pause
from pytest_rq.queue import Enqueued, Run, StrictQueue
from pytest_rq.wanted import Wanted, show

PYTESTS_OWN = "_pytest.timing"  # the clock by which it measures how long a test takes


@dataclass(frozen=True)
class Counts:
    """How many executions of jobs ended in each way, and how many jobs wait for their time."""

    finished: int = 0
    failed: int = 0
    retried: int = 0
    scheduled: int = 0


class Jobs:
    """The jobs of one test.

    As a context manager it gives the jobs of a block alone: `with jobs as inside: …` and then
    `inside.assert_enqueued(…)`.
    """

    def __init__(self, backend: Backend, earlier: Collection[Enqueued] = ()) -> None:
        self.backend = backend
        self._earlier = frozenset(earlier)
        self._all: list[Enqueued] | None = None  # once nothing can come any more
        self._blocks: list[Jobs] = []
        self._told: set[Run] = set()
        self._clock: Any = None

    # Running them

    def run(self) -> Counts:
        """Run all that is due: what waits, retries, dependents, scheduled jobs of the past.

        Returns counts of all executions since the last call, those at `enqueue` included.
        """
        __tracebackhide__ = True
        while waiting := [queue for queue in self.backend.queues if self._is_due(queue)]:
            for queue in waiting:
                queue.run_waiting()
        new = set(self._runs()) - self._told
        self._told |= new
        ended = Counter(run.outcome for run in new)
        scheduled = sum(queue.scheduled_job_registry.count for queue in self.backend.queues)
        return Counts(ended["finished"], ended["failed"], ended["retried"], scheduled)

    def run_one(self) -> Run | None:
        """Run the first job that waits, and return how that ended; None if none waits."""
        __tracebackhide__ = True
        for queue in self.backend.queues:
            before = len(queue.runs)
            while self._is_due(queue) and (job_id := queue.take()):
                queue.run_now(job_id)
                if len(queue.runs) > before:  # it was not gone
                    return queue.runs[-1]
        return None

    def advance(self, seconds: float) -> Counts:
        """Move the clock on, then run what has become due by that, and return the counts.

        The clock goes on from there until the test ends.
        """
        __tracebackhide__ = True
        self.move_clock(seconds)
        return self.run()

    def move_clock(self, seconds: float) -> None:
        """Move the clock on, or back if `seconds` are negative, and run nothing."""
        moved = datetime.now().astimezone() + timedelta(seconds=seconds)
        if freezegun.api.freeze_factories:
            # Not by its `tick`, which takes back the time that went by since it was last set.
            freezegun.api.freeze_factories[-1].move_to(moved)
        else:
            self._clock = freezegun.freeze_time(moved, tick=True, ignore=[PYTESTS_OWN])
            self._clock.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let jobs wait that are enqueued in the block; `run` runs them."""
        before = [(queue, queue.hold(True)) for queue in self.backend.queues]
        try:
            yield
        finally:
            for queue, was in before:
                queue.hold(was)

    @contextmanager
    def pause(self, at: int) -> Iterator[Paused]:
        """Run the first job that waits up to its record of progress number `at`, for the block.

        A record of progress is a call of `job.save_meta()`. When the block ends the job goes on to
        its end, unless the block has killed it.
        """
        __tracebackhide__ = True
        for queue in self.backend.queues:
            if job_id := queue.take():
                with pause(queue, job_id, at) as paused:
                    yield paused
                return
        pytest.fail("There is no job to pause: enqueue one, inside jobs.held().")

    @contextmanager
    def expect_failure(self, kind: type[BaseException]) -> Iterator[list[Run]]:
        """Expect a job that is run in the block, or waits at its end, to raise this.

        Gives the list that the failed execution will be in. Fails if no job fails, and raises what
        a job raised if it is something else. A job that has failed before the block counts, unless
        that was expected: where jobs wait, it would be run here.
        """
        __tracebackhide__ = True
        found: list[Run] = []
        yield found
        self.run()
        failed = [run for run in self._runs() if run.outcome == "failed" and not run.expected]
        if not failed:
            pytest.fail(f"No job failed; one was expected to raise {kind.__name__}.")
        for run in failed:
            if run.error is not None and not isinstance(run.error, kind):
                raise run.error
            run.expected = True
        found += failed

    # What was enqueued

    def __enter__(self) -> Self:
        block = type(self)(self.backend, earlier=self._log())
        self._blocks.append(block)
        return block

    def __exit__(self, *_error: object) -> None:
        """Close the list of the block's jobs; they can still be asked for."""
        block = self._blocks.pop()
        block._all = block._log()

    def enqueued(self) -> list[Job]:
        """Return the jobs that were enqueued or scheduled, in that order, run or not."""
        return [entry.job for entry in self._log()]

    def assert_enqueued(
        self,
        function: Callable[..., Any] | str,
        *args: Any,
        queue: str | None = None,
        at: datetime | None = None,
        **kwargs: Any,
    ) -> Job:
        """Return the first job that was enqueued for this function; fail if there is none.

        It may be a method, or a function's path. With arguments, each parameter must get exactly
        these, by position, by name or by default; `queue` is a queue's name, `at` the time that it
        was scheduled for. Raises TypeError for what cannot be called.
        """
        __tracebackhide__ = True
        wanted = Wanted(function, args, kwargs, queue, at)
        log = self._log()
        for entry in log:
            if not wanted.differences(entry):
                return entry.job
        lines = [f"{show(entry)}   {wanted.near(entry)}".rstrip() for entry in log]
        seen = "\n  ".join(["Enqueued were:", *lines]) if lines else "Nothing was enqueued."
        pytest.fail(f"{wanted} was not enqueued. {seen}")

    def refute_enqueued(
        self,
        function: Callable[..., Any] | str,
        *args: Any,
        queue: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Fail if a job was enqueued for this function, with these arguments if there are any."""
        __tracebackhide__ = True
        wanted = Wanted(function, args, kwargs, queue, None)
        for entry in self._log():
            if not wanted.differences(entry):
                pytest.fail(f"{wanted} was enqueued, and should not have been: {show(entry)}")

    # For the plugin

    def close(self) -> None:
        """Give back the clock that `advance` moved."""
        if self._clock is not None:
            self._clock.stop()

    def _runs(self) -> list[Run]:
        return [run for queue in self.backend.queues for run in queue.runs]

    def _log(self) -> list[Enqueued]:
        if self._all is not None:
            return self._all
        entries = [entry for queue in self.backend.queues for entry in queue.journal]
        entries.sort(key=lambda entry: entry.number)
        return [entry for entry in entries if entry not in self._earlier]

    def _is_due(self, queue: StrictQueue) -> bool:
        """Return whether jobs wait, once RQ's scheduler has released those whose time has come."""
        if queue.scheduled_job_registry.get_jobs_to_schedule():
            scheduler = RQScheduler([queue], queue.connection, serializer=queue.serializer)
            cast(Any, scheduler)._connection = queue.connection
            scheduler.prepare_registries([queue.name])
            scheduler.enqueue_scheduled_jobs()
        return not queue.is_empty()
