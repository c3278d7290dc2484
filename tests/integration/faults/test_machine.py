"""Whatever comes in whatever order: the promises hold throughout, and all ends well."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.machine import Machine


@pytest.mark.backend("worker", reason="the machine itself says when a job runs")
def test_no_order_of_events_breaks_a_promise(app, jobs, outbox):
    def machine():
        return Machine(app, jobs, outbox)

    few = settings(
        max_examples=4,
        stateful_step_count=20,
        derandomize=True,  # `python -m benchmarks stress` is the one that explores
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)
