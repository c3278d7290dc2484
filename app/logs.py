"""Log lines: one format for web servers, workers and their libraries, each with who and what."""

import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Any, TextIO, cast
from urllib.parse import quote
from uuid import uuid4

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from flask.logging import wsgi_errors_stream
from rq import get_current_job

FIELDS = (
    *("request_id", "method", "path", "status", "ms"),
    *("job_id", "task_id", "worker", "user_id"),
)
SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def init_app(app: Flask) -> None:
    """Format what this process logs, and log each request; before others add to requests."""
    root = logging.getLogger()
    if not root.handlers:  # else somebody has seen to it, and knows better
        stderr = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
        root.addHandler(ours(stderr, app.config["LOG_FORMAT"]))
        root.setLevel(app.config["LOG_LEVEL"])
    logging.getLogger("rq.worker").setLevel(logging.NOTSET)  # RQ gives it a level of its own
    app.before_request(_begin)
    app.after_request(_end)


def ours(handler: logging.Handler, style: str) -> logging.Handler:
    """Return the handler, made to write our lines: text for people, or JSON for machines."""
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    handler.addFilter(add_context)
    return handler


def add_context(record: logging.LogRecord) -> bool:
    """Add to a record which request or job it comes from, and whose it is."""
    vars(record).update(_of_the_request() | _of_the_job())
    return True


def _of_the_request() -> dict[str, Any]:
    if not has_request_context():
        return {}
    found = {"request_id": request_id(), "method": request.method, "path": _path()}
    user_id = session.get("_user_id")  # where Flask-Login keeps it: the user would be a query
    return found | ({"user_id": int(user_id.partition(".")[0])} if user_id else {})


def request_id() -> str:
    """Return the id of the request: the one that came with it, if it is sane, or a new one."""
    if "request_id" not in g:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if SANE.fullmatch(sent) else uuid4().hex
    return cast(str, g.request_id)


def _path() -> str:
    if request.url_rule and "token" in (request.view_args or ()):
        return request.url_rule.rule  # whoever reads the log must not get in by a link's token
    return quote(request.path)


def _of_the_job() -> dict[str, Any]:
    job = get_current_job() or (g.get("job") if has_app_context() else None)
    if job is None:
        return {}
    found = {"job_id": job.id, "worker": job.worker_name}
    meta = job.meta if isinstance(job.meta, dict) else {}  # it comes from the broker
    if "progress" in meta:  # as only those of tasks have; task and job have one id
        found["task_id"] = job.id
    return found | ({"user_id": meta["user_id"]} if "user_id" in meta else {})


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    ms = round(1000 * (time.perf_counter() - g.began), 1)
    level = logging.DEBUG if request.blueprint == "health" else logging.INFO
    extra = {"status": response.status_code, "ms": ms}
    current_app.logger.log(level, "Answered", extra=extra)
    response.headers["X-Request-ID"] = request_id()
    return response


class Lines(logging.Formatter):
    """What both forms have: times in UTC, and of a record's extras those in FIELDS only.

    RQ adds the arguments of a job that failed, which may be a whole mail with a secret link.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def fields(self, record: logging.LogRecord) -> Mapping[str, Any]:
        """Return those of FIELDS that the record has."""
        return {name: vars(record)[name] for name in FIELDS if name in vars(record)}

    def message(self, record: logging.LogRecord) -> str:
        """Return its message, without the colours that RQ and Werkzeug give it on a terminal."""
        return COLOUR.sub("", record.getMessage())


class JsonLines(Lines):
    """A line is a JSON object, whatever the message holds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        head = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        line = {**head, "message": self.message(record), **self.fields(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextLines(Lines):
    """A line begins with its time; what belongs to it begins with a bar, so that none is forged."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and those that belong to it."""
        first, *more = self.message(record).splitlines() or [""]
        fields = "".join(f" {name}={value}" for name, value in self.fields(record).items())
        if record.exc_info:
            more += self.formatException(record.exc_info).splitlines()
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: {first}{fields}"
        return "\n    | ".join(visible(line) for line in (head, *more))


def visible(text: str) -> str:
    r"""Return the text with what does not print, such as a line's end, written as in "\n"."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
