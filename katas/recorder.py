"""What a worker notes of a run: how each test ended, and which of them read the app's source."""

from __future__ import annotations

import os
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

_watched: list[Recorder] = []
_LIBRARY = (sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"], "<frozen ")


class Recorder:
    """A pytest plugin that keeps how each test ended; the last word of a test counts."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.tests: dict[str, dict[str, str]] = {}
        self.errors: list[str] = []
        self.readers: list[str] = []
        self.broken = ""
        self.app = str(Path(order["app"], "app")) + os.sep
        self.folder = str(Path(order["folder"])) + os.sep
        self.at_hand = ""
        self.loaded = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take only some tests, if the order says so, or take them backwards."""
        self.loaded = time.process_time()
        if only := self.order.get("only"):
            items[:] = [item for item in items if name_of(item.nodeid) in only]
        if self.order.get("backwards"):
            items.reverse()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what prevents a file from being collected."""
        if report.failed:
            self.errors.append(report.longreprtext)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Watch which files a test reads while it runs."""
        self.at_hand = name_of(item.nodeid)
        _watched.append(self)
        try:
            return (yield)
        finally:
            _watched.remove(self)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep how a test ended."""
        name = name_of(report.nodeid)
        known = self.tests.setdefault(name, {"outcome": "passed", "message": ""})
        if report.failed and known["outcome"] != "failed":
            crash = getattr(report.longrepr, "reprcrash", None)
            # The first line of an assertion says most; a missing fixture is told by a whole text.
            said = crash.message.partition("\n")[0] if crash else report.longreprtext
            known.update(outcome="failed", message=said)
        elif report.skipped and known["outcome"] == "passed":
            known["outcome"] = "skipped"

    def read(self, path: str) -> None:
        """Note that the test at hand has read a file of the app."""
        if self.at_hand not in self.readers:
            self.readers.append(self.at_hand)

    def answer(self) -> dict[str, Any]:
        """Return all that was noted."""
        errors = [self.broken] if self.broken else self.errors
        return {"tests": self.tests, "errors": errors, "readers": self.readers}


def name_of(nodeid: str) -> str:
    """Return a test's name, without its file's."""
    return nodeid.partition("::")[2] or nodeid


def watch_reading(event: str, arguments: tuple[Any, ...]) -> None:
    """Notice, as an audit hook, that a test itself opens a file of the app.

    What the app, pytest and the libraries open is theirs: imports, templates, tracebacks.
    """
    if event != "open" or not _watched or not isinstance(arguments[0], str):
        return
    recorder = _watched[-1]
    if not arguments[0].startswith(recorder.app) or "__pycache__" in arguments[0]:
        return
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(recorder.folder):
            recorder.read(arguments[0])
            return
        if name.startswith("<frozen importlib") or not name.startswith(_LIBRARY):
            return
        if "site-packages" in name:
            return
        frame = frame.f_back  # type: ignore[assignment]
