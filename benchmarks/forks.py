"""Calls in a fork of a process that has imported all but the app and its tests."""

from __future__ import annotations

import ast
import importlib
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OURS = {"app", "tests", "pytest_rq", "benchmarks", "conftest"}
Tell = Callable[[Any], None]
PLUGINS = ("pytest_", "hypothesis", "xdist", "sybil")


def preload() -> None:
    """Import what the app and its tests import of others, so that no fork has to.

    Not pytest's plugins: it wants to import them itself.
    """
    names = {"pytest", "_pytest.assertion.rewrite", "logging.config"}
    for folder in ("app", "pytest_rq", "tests/support"):
        for file in (ROOT / folder).rglob("*.py"):
            names |= set(_imports(file))
    for name in sorted(names):
        if name.partition(".")[0] not in OURS and not name.startswith(PLUGINS):
            with suppress(ImportError):  # what is not there is not used by the default suite
                importlib.import_module(name)
    assert not OURS & set(sys.modules) - {"benchmarks"}, "A fork has to import the app itself."


def _imports(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def in_a_fork(call: Callable[[], Any], seconds: float) -> Any:
    """Return what the call returns in a fork, as JSON gives it.

    None if it does not end in time, or its process dies; ChildProcessError if it raises.
    """
    return next(from_a_fork(lambda tell: tell(call()), seconds), None)


def from_a_fork(call: Callable[[Tell], None], seconds: float) -> Iterator[Any]:
    """Yield what the call tells from a fork, as JSON gives it.

    It ends early if that takes too long, or the process dies; ChildProcessError if the call raises.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _silence()
        with os.fdopen(writer, "w") as pipe:
            try:
                call(lambda said: print(json.dumps({"said": said}), file=pipe, flush=True))
            except BaseException:  # noqa: BLE001 - it is raised by who reads
                print(json.dumps({"raised": traceback.format_exc()}), file=pipe, flush=True)
            os._exit(0)
    os.close(writer)
    try:
        yield from _read(reader, seconds)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _read(reader: int, seconds: float) -> Iterator[Any]:
    held = b""
    while select.select([reader], [], [], seconds)[0] and (part := os.read(reader, 65536)):
        *lines, held = (held + part).split(b"\n")
        for line in lines:
            told = json.loads(line)
            if "raised" in told:
                raise ChildProcessError(told["raised"])
            yield told["said"]


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
