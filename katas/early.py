"""Begins to load the workers, on import, if pytest is asked for a kata: while it loads the app."""

from __future__ import annotations

import sys
from pathlib import Path

from katas.ladder import HERE
from katas.pool import Pool


def asked() -> bool:
    """Return whether the command line names a kata, or is typed in a kata's folder."""
    here, arguments = Path.cwd(), sys.argv[1:]
    paths = [here, *(here / argument.partition("::")[0] for argument in arguments)]
    looking = {"--collect-only", "--co", "--help", "-h"} & set(arguments)
    return not looking and any(path.resolve().is_relative_to(HERE) for path in paths)


_begun = [Pool()] if asked() else []


def pool() -> Pool:
    """Return the workers that were begun, or new ones."""
    return _begun.pop() if _begun else Pool()
