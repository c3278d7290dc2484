"""A visitor over plain HTTP, for servers in another process."""

import json
import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests.support.visitor import TOKEN


class HttpVisitor:
    """A browser with cookies and no JavaScript, that follows redirects."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> str:
        """Return the text of a page."""
        with self.open(self.base + path, timeout=10) as answer:
            return str(answer.read().decode())

    def submit(self, page: str, to: str = "", **fields: str) -> str:
        """Send the form of a page, and return the text of the page it leads to."""
        [token, *_] = re.findall(TOKEN, self.get(page))
        data = urlencode({"csrf_token": token, **fields}).encode()
        with self.open(self.base + (to or page), data, timeout=10) as answer:
            return str(answer.read().decode())

    def tasks(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the data of the tasks' notifications."""
        told = json.loads(self.get(f"/notifications?since={since!r}"))
        return [each["data"] for each in told if each["name"] == "task_progress"]
