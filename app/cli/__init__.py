"""The commands: `flask worker`, `demo`, `seed`, `tasks`, `posts` and `translate`."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from app.cli import posts, processes, seed, tasks, translate
from app.extensions import db
from app.models import Message, Notification, Post, Task, User


def init_app(app: Flask) -> None:
    """Add the commands, and the models to `flask shell`."""
    groups = (tasks.group, posts.group, translate.group)
    for command in (processes.worker, processes.demo, seed.fill, *groups):
        app.cli.add_command(command)
    app.shell_context_processor(_in_the_shell)


def _in_the_shell() -> dict[str, Any]:
    models = (User, Post, Message, Notification, Task)
    return {"db": db, "select": select} | {model.__name__: model for model in models}
