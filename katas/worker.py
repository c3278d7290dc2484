"""A worker: keeps pytest and the libraries loaded, and tests one copy of the app after another.

It reads orders, one JSON object a line, and answers each with one line. Where processes can be
forked, each order is carried out in a fork, so that nothing of it is left for the next; elsewhere
the modules of the last one are forgotten instead.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import pytest

from katas.recorder import Recorder, watch_reading

ROOT = Path(__file__).resolve().parent.parent
WARMUP = ROOT / "katas/warmup"
OPTIONS = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-q", "--no-header")


def main() -> None:
    """Carry out orders until there are no more."""
    orders = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what tests and pytest print is for nobody
        os.dup2(nowhere, stream)
    sys.path[:] = [str(ROOT), *(path for path in sys.path if path not in ("", str(ROOT)))]
    sys.addaudithook(watch_reading)
    say(answers, warm_up())
    for line in orders:
        order = json.loads(line)
        say(answers, fork_for(order) if hasattr(os, "fork") else carry_out(order))


def say(stream: IO[str], answer: dict[str, Any]) -> None:
    """Write an answer."""
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def warm_up() -> dict[str, Any]:
    """Load and compile all that tests need, by running one on the app; return how that went."""
    folder = str(WARMUP)
    with tempfile.TemporaryDirectory() as scratch:
        order = {"app": str(ROOT), "folder": folder, "tests": [folder], "scratch": scratch}
        recorded = Recorder(order)
        answer = carry_out(order, recorded)
    gc.collect()
    gc.freeze()
    return answer | {"seconds": time.process_time(), "loaded": recorded.loaded}


def fork_for(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out an order in a fork, and end that if it takes too long."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(writing, "w", encoding="utf-8") as stream:
            say(stream, carry_out(order))
        os._exit(0)
    os.close(writing)
    try:
        return listen(reading, order["limit"])
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def listen(reading: int, limit: float) -> dict[str, Any]:
    """Return what the fork says within the limit, or that it said nothing."""
    until = time.monotonic() + limit
    said = b""
    while not said.endswith(b"\n"):
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return {"trouble": "hung"}
        chunk = os.read(reading, 1 << 16)
        if not chunk:
            return {"trouble": "died"}
        said += chunk
    answer: dict[str, Any] = json.loads(said)
    return answer


def carry_out(order: dict[str, Any], recorder: Recorder | None = None) -> dict[str, Any]:
    """Run tests on a copy of the app, and return how each of them ended."""
    began = time.process_time()
    recorder = recorder or Recorder(order)
    folder, environ, path = Path.cwd(), dict(os.environ), list(sys.path)
    forget_modules([order["app"], order["folder"], str(ROOT)])
    sys.path.insert(0, order["app"])
    importlib.invalidate_caches()
    try:
        importlib.import_module("app")
    except Exception:  # noqa: BLE001 - a bug may break the import in any way
        recorder.broken = traceback.format_exc(limit=-1)
    else:
        pytest.main(arguments(order), plugins=[recorder])
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environ)
        sys.path[:] = path
    return recorder.answer() | {
        "astray": astray(Path(order["app"])),
        "seconds": time.process_time() - began,
    }


def arguments(order: dict[str, Any]) -> list[str]:
    """Return pytest's arguments.

    The stage, which is the repository's conftest, is loaded as a plugin: so it serves tests that
    lie elsewhere. For the repository's own suite it is what it always is.
    """
    given = [
        *OPTIONS,
        "--basetemp",
        str(Path(order["scratch"], "tmp")),
        "--rootdir",
        str(ROOT),
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    if Path(order["folder"]) != ROOT:
        given += ["-p", "conftest", "--confcutdir", order["folder"]]
    if order.get("exit_first"):
        given.append("-x")
    return [*given, f"--timeout={order.get('timeout', 60)}", *order["tests"]]


def forget_modules(folders: Iterable[str]) -> None:
    """Forget what was imported from these folders; libraries, and what runs here, stay."""
    kept = (sys.prefix, str(Path(os.__file__).parent))
    for name, module in list(sys.modules.items()):
        places = [getattr(module, "__file__", None), *list(getattr(module, "__path__", ()))[:1]]
        place = next((each for each in places if each), None)
        top = name.partition(".")[0]
        if top in ("katas", "__main__") or place is None:
            continue
        if top in ("app", "conftest") or (within(place, folders) and not within(place, kept)):
            del sys.modules[name]


def astray(copy: Path) -> str:
    """Return where a module of the app was imported from, if not from the copy."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] == "app" and file and not within(file, [str(copy)]):
            return str(file)
    return ""


def within(place: str, folders: Iterable[str]) -> bool:
    """Return whether a path lies in one of these folders."""
    return place.startswith(tuple(folder.rstrip(os.sep) + os.sep for folder in folders))


if __name__ == "__main__":
    main()
