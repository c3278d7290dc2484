"""The visitor: a test client that knows no more of the app than a browser does."""

import contextvars
import re
from typing import Any, Self

from bs4 import BeautifulSoup
from flask import session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from app.models import User
from tests.support.builders import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


class Visitor(FlaskClient):
    """A browser with cookies and no JavaScript.

    Each request is made in an empty context, as a server would: the request context that
    pytest-flask keeps open, and those of other visitors, are not seen by it.
    """

    base_url = "http://localhost"
    _token: str | None = None

    def __enter__(self) -> Self:
        return self  # pytest-flask's `client` enters it; no context is kept after a request

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Make a request, and take its whole answer."""
        options = {"buffered": True, "base_url": self.base_url} | options
        return contextvars.Context().run(super().open, *args, **options)

    def page(self, path: str) -> BeautifulSoup:
        """Return a page, parsed."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status}."
        return self.parsed(answer)

    def parsed(self, answer: TestResponse) -> BeautifulSoup:
        """Return the page of an answer, parsed."""
        return BeautifulSoup(answer.text, "html.parser")

    def submit(self, path: str, follow_redirects: bool = False, **fields: Any) -> TestResponse:
        """Send a form, with the CSRF token of a page that this visitor has seen."""
        data = {"csrf_token": self.token(), **fields}
        return self.post(path, data=data, follow_redirects=follow_redirects)

    def token(self) -> str:
        """Return the CSRF token of a page that this visitor has open."""
        if self._token is None:
            self._keep_a_page_open()
        return str(self._token)

    def log_in(self, user: User) -> Self:
        """Log in, as a browser that kept a page open, and the cookie of its session."""
        self._keep_a_page_open(_user_id=user.get_id(), _fresh=True)
        return self

    def _keep_a_page_open(self, **more: Any) -> None:
        """Have the session, with more in it, and the CSRF token of who has opened a page."""
        self._token = contextvars.Context().run(self._opened_page, more)

    def _opened_page(self, more: dict[str, Any]) -> str:
        app, name = self.application, self.application.config["SESSION_COOKIE_NAME"]
        kept = self.get_cookie(name)
        headers = {"Cookie": f"{name}={kept.value}"} if kept else {}
        with app.test_request_context(base_url=self.base_url, headers=headers):
            session.update(more)
            token = str(generate_csrf())
            cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))
        self.set_cookie(name, cookie)
        return token

    def log_in_by_form(self, user: User, password: str = PASSWORD) -> Self:
        """Log in as a person does."""
        [self._token, *_] = TOKEN.findall(self.get("/login").text)
        answer = self.submit("/login", username=user.username, password=password)
        assert answer.location == "/", "The log-in was refused."
        self._token = None  # it was that of the session before
        return self

    def notifications(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return what the page is told when it polls."""
        answer = self.get(f"/notifications?since={since!r}")
        assert answer.is_json, f"Polling answered {answer.status}."
        return answer.get_json()

    def progress(self, since: float = 0.0) -> list[dict[str, Any]]:
        """Return the data of the tasks' notifications."""
        found = self.notifications(since)
        return [each["data"] for each in found if each["name"] == "task_progress"]
