"""The commands: `flask worker`, `flask demo`, `flask seed`, `flask tasks`, `flask posts`."""

import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app import archive, seed
from app.config import require_secret
from app.extensions import db
from app.models import Message, Notification, Post, State, Task, User
from app.tasks.count import count_slowly
from app.tasks.engine import AlreadyInProgress, BrokerUnreachable, launch
from app.tasks.queue import task_queue
from app.tasks.worker import AppWorker

P = ParamSpec("P")
LOOK_EVERY = 0.2

tasks = AppGroup("tasks", help="Look at tasks, or try one.")
posts = AppGroup("posts", help="Read posts from an archive.")


def init_app(app: Flask) -> None:
    """Add the commands, and the models to `flask shell`."""
    for command in (worker, demo, fill, tasks, posts):
        app.cli.add_command(command)
    app.shell_context_processor(_in_the_shell)


def _in_the_shell() -> dict[str, Any]:
    models = (User, Post, Message, Notification, Task)
    return {"db": db, "select": select} | {model.__name__: model for model in models}


def stop(sentence: str, exit_code: int = 1) -> NoReturn:
    """End the command with a sentence on stderr."""
    click.echo(f"Error: {sentence}", err=True)
    raise SystemExit(exit_code)


def plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command say in a sentence that a service it needs is not there."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (RedisError, BrokerUnreachable) as error:
            cause = error.__cause__ or error
            stop(f"The broker at REDIS_URL cannot be reached: {cause}")
        except DBAPIError as error:
            [said, *_] = str(error.orig).splitlines()
            stop(f"The database says: {said}. Is DATABASE_URL right, and `flask db upgrade` run?")

    return run


def _user(name: str | None) -> User:
    users = select(User).order_by(User.id)
    user: User | None = db.session.scalar(users.where(User.username == name) if name else users)
    if user is None:
        stop(f"There is no user {name!r}." if name else "There is no user: run `flask seed`.", 2)
    return user


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


@click.command("seed")
@with_appcontext
@plainly
def fill() -> None:
    """Make the users susan and david, with posts and messages."""
    made = seed.fill()
    db.session.commit()
    click.echo(f"{made} users made." if made else "susan and david are there already.")


@tasks.command("list")
@click.option("--user", "name", help="Only this user's tasks.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@plainly
def list_tasks(name: str | None, limit: int) -> None:
    """List tasks, newest first."""
    query = select(Task).order_by(Task.created_at.desc(), Task.id).limit(limit)
    if name:
        query = query.where(Task.user_id == _user(name).id)
    rows = db.session.scalars(query).all()
    for task in rows:
        began = task.created_at.strftime("%Y-%m-%d %H:%M:%S")
        line = f"{task.id}  {began}  {task.user.username:12} {task.name:16}"
        click.echo(f"{line} {task.state:8} {task.progress:3} %  {task.reason}".rstrip())
    if not rows:
        click.echo("There are no tasks.")


@tasks.command("try")
@click.option("--seconds", type=click.IntRange(1), default=23, show_default=True)
@click.option("--user", "name", help="Whose task it is; the first user's, if not given.")
@plainly
def try_task(seconds: int, name: str | None) -> None:
    """Launch a task that counts seconds, and watch its progress.

    Ctrl-C stops watching; the task goes on.
    """
    user = _user(name)
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


@posts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--user", "name", required=True, help="Whose posts they become.")
@plainly
def import_posts(file: Path, name: str) -> None:
    """Read the posts in FILE, an archive made by an export.

    Every post is checked first: if one is wrong, none is read.
    """
    user = _user(name)
    try:
        rows = archive.read(file.read_bytes())
    except archive.ArchiveError as error:
        stop(f"{file}, {error}. Nothing was imported.", 2)
    db.session.add_all(
        Post(body=body, timestamp=timestamp, user_id=user.id) for body, timestamp in rows
    )
    db.session.commit()
    click.echo(f"{len(rows)} posts imported for {user.username}.")
