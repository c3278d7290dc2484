"""A letter to every user: once each, however often the job is run."""

from app.tasks.engine import task


@task("Writing to all")
def write_to_all(task_id: str, text: str) -> None:
    """Mail the text to every user, each of whom gets it once, whatever dies in between."""
    raise NotImplementedError("Mail the text to every user, and keep a marker of how far you got.")
