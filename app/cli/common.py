"""What the commands share: how they say why they cannot, and whose things they are about."""

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec

import click
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.models import User
from app.tasks.engine import BrokerUnreachable

P = ParamSpec("P")


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


def user_called(name: str | None) -> User:
    """Return the user of that name, or the first one; end the command if there is none."""
    users = select(User).order_by(User.id)
    user: User | None = db.session.scalar(users.where(User.username == name) if name else users)
    if user is None:
        stop(f"There is no user {name!r}." if name else "There is no user: run `flask seed`.", 2)
    return user
