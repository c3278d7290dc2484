"""Arguments of pytest that name a kata: completed where they are short, corrected where wrong."""

from pathlib import Path

import pytest

from katas.ladder import HERE, KataError, find, ladder


def prepare(config: pytest.Config) -> None:
    """Give each kata its whole name, so that `pytest katas/05` will do; leave xdist out of it.

    Raises a usage error that suggests the nearest, where there is no such kata.
    """
    folder = config.invocation_params.dir
    config.args[:] = [complete(argument, folder) for argument in config.args]
    paths = [(folder / argument.partition("::")[0]).resolve() for argument in config.args]
    if any(path.is_relative_to(HERE) for path in paths) and hasattr(config.option, "dist"):
        config.option.dist, config.option.tx = "no", []  # the katas use both cores themselves


def complete(argument: str, folder: Path) -> str:
    """Return an argument with the whole name of the kata that it names, if it names one."""
    path, colons, rest = argument.partition("::")
    there = (folder / path).resolve()
    if there.exists() or there.parent != HERE:
        return argument
    try:
        return f"{find(there.name, ladder()).folder}{colons}{rest}"
    except KataError as error:
        raise pytest.UsageError(str(error)) from None
