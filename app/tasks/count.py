"""The smallest task, to try the machinery with."""

from flask import current_app

from app.extensions import N_
from app.tasks.engine import running, task, track


@task(N_("Counting slowly"))
def count_slowly(task_id: str, seconds: int) -> None:
    """Count that many seconds, reporting progress once a second."""
    with running(task_id) as task:
        for _second in track(task, range(seconds), seconds, current_app.config["COUNT_PAUSE"]):
            pass
