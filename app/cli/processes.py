"""`flask worker`, and `flask demo`, which runs one and all it needs."""

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.common import plainly, stop
from app.config import require_secret
from app.tasks.worker import AppWorker, GaveUp


@click.command()
@click.option("--burst", is_flag=True, help="Stop when the queue is empty.")
@click.option("--name", help="A name for this worker, unlike any other's.")
@with_appcontext
@plainly
def worker(burst: bool, name: str | None) -> None:
    """Run the tasks that users ask for.

    The app is loaded once, and a process is forked for each job. Several workers may run at once.
    Ctrl-C stops after the job at hand, twice at once.
    """
    if not hasattr(os, "fork"):
        stop("This system cannot fork processes, which a worker does: use Linux, macOS or WSL.")
    require_secret(current_app.config)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        AppWorker(app, name=name).work(burst=burst, with_scheduler=True)
    except ValueError as error:
        stop(f"{error}: give another --name.", 2)
    except GaveUp as error:
        stop(str(error))


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Keep its data in this folder.")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve here; 5000 if free, else any.")
def demo(data: Path | None, port: int | None) -> None:
    """Run everything on this machine: web server, worker, broker and mail catcher."""
    from app.demo import Unable, run  # only the demo needs its packages

    try:
        run(data, port)
    except Unable as error:
        stop(str(error))
