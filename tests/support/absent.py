"""What a test needs and not every machine has: without it the test is skipped, and fails in CI."""

import os
from importlib import import_module
from typing import Any, NoReturn

import pytest

INSTALL = "pip install -r requirements/dev.txt"


def absent(said: str) -> NoReturn:
    """Skip the test, or the whole module where this is called at its top; in CI, fail."""
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said, allow_module_level=True)


def needed(module: str) -> Any:
    """Import a module that only those have who install all packages."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        absent(f"{missing.name} is not installed: {INSTALL}")
