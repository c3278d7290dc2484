"""`flask tasks`."""

import time

import click
from flask.cli import AppGroup
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import shelf
from app.cli.common import plainly, stop, user_called
from app.extensions import db
from app.models import State, Task
from app.tasks.count import count_slowly
from app.tasks.engine import AlreadyInProgress, NotRepeatable, launch, relaunch
from app.tasks.queue import task_queue
from app.tasks.recovery import recover

LOOK_EVERY = 0.2

group = AppGroup("tasks", help="Look at tasks, settle dead ones, or try one.")


@group.command("list")
@click.option("--user", "name", help="Only this user's tasks.")
@click.option("--failed", is_flag=True, help="Only tasks that failed.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@plainly
def list_tasks(name: str | None, failed: bool, limit: int) -> None:
    """List tasks, newest first."""
    newest_first = select(Task).order_by(Task.created_at.desc(), Task.id).limit(limit)
    query = newest_first.options(joinedload(Task.user))
    if name:
        query = query.where(Task.user_id == user_called(name).id)
    if failed:
        query = query.where(Task.state == State.FAILED)
    rows = db.session.scalars(query).all()
    for task in rows:
        began = task.created_at.strftime("%Y-%m-%d %H:%M:%S")
        line = f"{task.id}  {began}  {task.user.username:12} {task.name:16}"
        click.echo(f"{line} {task.state:8} {task.progress:3} %  {task.reason}".rstrip())
    if not rows:
        click.echo("There are no failed tasks." if failed else "There are no tasks.")


@group.command("recover")
@plainly
def recover_tasks() -> None:
    """Settle the tasks whose jobs have died, and say how many ended as failed.

    Workers do so once a minute: this is for when none is running. A task is left alone until it
    has been silent for a minute.
    """
    task_queue().connection.ping()  # while the broker is down nothing is known of any job
    click.echo(f"{recover()} ended as failed.")


@group.command("retry")
@click.argument("task_id", metavar="ID")
@plainly
def retry_task(task_id: str) -> None:
    """Run the failed task ID again, as the same task.

    A mail that it has sent already carries the same Message-ID when it is sent again.
    """
    task = db.session.get(Task, task_id)
    if task is None:
        stop(f"There is no task {task_id}: see `flask tasks list --failed`.", 2)
    try:
        relaunch(task)
    except NotRepeatable as error:
        stop(str(error), 2)
    except AlreadyInProgress:
        stop(f"{task.user.username} has another {task.name} in progress: wait for its end.")
    click.echo("It waits for a worker now.")


@group.command("sweep")
@plainly
def sweep_archives() -> None:
    """Delete the archives that no link leads to any more, and say how many.

    Workers do so once a minute: this is for when none is running.
    """
    click.echo(f"{shelf.sweep()} archives deleted.")


@group.command("try")
@click.option("--seconds", type=click.IntRange(1), default=23, show_default=True)
@click.option("--user", "name", help="Whose task it is; the first user's, if not given.")
@plainly
def try_task(seconds: int, name: str | None) -> None:
    """Launch a task that counts seconds, and watch its progress.

    Ctrl-C stops watching; the task goes on.
    """
    user = user_called(name)
    try:
        task_id = launch(count_slowly, user, seconds=seconds).id
    except AlreadyInProgress:
        stop(f"{user.username} has a count in progress: see `flask tasks list`.")
    try:
        task = _watch(task_id)
    except KeyboardInterrupt:
        click.echo("\nNo longer watching; the task goes on: see `flask tasks list`.")
        return
    click.echo(f"The task {task.state}. {task.reason}".rstrip())
    if task.state == State.FAILED:
        raise SystemExit(1)


def _watch(task_id: str) -> Task:
    """Show a bar, read from the job's meta, until the task ends; return the task."""
    queue = task_queue()
    with click.progressbar(length=100, label="Counting slowly") as bar:
        while True:
            db.session.rollback()  # look at what was committed since
            task = db.session.get_one(Task, task_id, populate_existing=True)
            try:
                meta = queue.job_class.fetch(task_id, queue.connection, queue.serializer).meta
                bar.update(meta["progress"] - bar.pos)
            except (NoSuchJobError, RedisError):
                bar.update(task.progress - bar.pos)
            if not task.unfinished:
                return task
            time.sleep(LOOK_EVERY)
