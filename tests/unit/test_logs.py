"""A log line is one line, whatever it holds, and says what a reader needs and nothing secret."""

import json
import logging
import sys
from contextlib import contextmanager

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.logs import JsonLines, TextLines

FORGED = "2026-01-31T12:00:00.000Z INFO app: All is well"


def record(message="Hello", *args, error=None, **extra):
    """A record of app.logger."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("app", logging.WARNING, "app/x.py", 7, message, args, exc_info)
    vars(made).update(extra)
    return made


def raised(message):
    """An exception that was raised."""
    with pytest.raises(LookupError) as caught:
        raise LookupError(message)
    return caught.value


@freeze_time("2026-01-31 12:00:00.500")
def test_a_line_for_people_says_when_what_and_whose():
    line = TextLines().format(record("%s posts", 3, user_id=1, request_id="abc"))

    assert line == ("2026-01-31T12:00:00.500Z WARNING app: 3 posts request_id=abc user_id=1")


@freeze_time("2026-01-31 12:00:00.500")
def test_a_line_for_machines_says_the_same():
    line = JsonLines().format(record("%s posts", 3, user_id=1, request_id="abc"))

    assert json.loads(line) == {
        "time": "2026-01-31T12:00:00.500Z",
        "level": "WARNING",
        "logger": "app",
        "message": "3 posts",
        "request_id": "abc",
        "user_id": 1,
    }


def test_an_exception_comes_with_its_traceback():
    error = raised("It broke.")

    told = json.loads(JsonLines().format(record(error=error)))["exception"]

    assert told.startswith("Traceback (most recent call last):\n")
    assert told.endswith("\nLookupError: It broke.")


def test_a_traceback_for_people_is_set_apart():
    head, *more = TextLines().format(record(error=raised("It broke."))).splitlines()

    assert head.endswith("WARNING app: Hello")
    assert more[-1] == "    | LookupError: It broke."
    assert all(line.startswith("    | ") for line in more)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028"])
def test_a_forged_line_is_seen_to_belong_to_another(end):
    said = record(f"susan{end}{FORGED}", error=raised(f"john{end}{FORGED}"), path=f"/{end}{FORGED}")

    lines = TextLines().format(said).splitlines()

    assert [line for line in lines[1:] if not line.startswith("    | ")] == []


@given(st.text(), st.text())
def test_any_text_leaves_a_line_whole(message, path):
    said = record("%s", message, path=path)

    assert json.loads(JsonLines().format(said))["path"] == path
    first, *more = TextLines().format(said).split("\n")
    assert first.endswith(f" path={path}") or not path.isprintable()
    assert all(line.startswith("    | ") and line.isprintable() for line in more)


def test_colours_are_left_to_terminals():
    assert "app: ready\n" in TextLines().format(record("\x1b[32mready\x1b[39;49;00m")) + "\n"


def test_an_empty_message_is_a_line():
    assert TextLines().format(record("")).endswith("WARNING app: ")


@pytest.mark.parametrize("lines", [JsonLines(), TextLines()])
def test_what_else_a_library_adds_is_left_out(lines):
    assert "secret" not in lines.format(record(arguments=["a secret link"]))


@contextmanager
def bare_root():
    """Give the root of all loggers as it is when a process starts."""
    root, rq = logging.getLogger(), logging.getLogger("rq.worker")
    kept = root.handlers, root.level, rq.level
    root.handlers = []
    try:
        yield root
    finally:
        root.handlers = kept[0]
        root.setLevel(kept[1])
        rq.setLevel(kept[2])


def test_a_process_logs_to_stderr_as_the_settings_say(capsys):
    with bare_root():
        create_app({"LOG_FORMAT": "json", "LOG_LEVEL": "WARNING"})

        logging.getLogger("rq.worker").warning("A worker's")
        logging.getLogger("rq.worker").info("Not asked for")

    assert json.loads(capsys.readouterr().err)["message"] == "A worker's"


def test_who_has_set_up_logging_keeps_what_they_have():
    with bare_root() as root:
        root.addHandler(theirs := logging.StreamHandler(sys.stdout))

        create_app({})

        assert root.handlers == [theirs]
