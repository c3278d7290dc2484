"""A real browser: the Chromium of this machine, driven by Playwright, and what it must not do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from app.models import User
from tests.support.absent import absent, needed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NO_CHROMIUM = "There is no Chromium on this machine: install it, as by `apt-get install chromium`."
PATIENCE = 15_000  # milliseconds, for anything to appear


def chromium_of_this_machine() -> str:
    """Return the path of Chromium; where there is none, the test is skipped, and fails in CI."""
    return next(filter(None, map(shutil.which, NAMES)), None) or absent(NO_CHROMIUM)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window."""
    path = chromium_of_this_machine()
    with needed("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page of a site that is open in a browser, and what was wrong with it so far."""

    page: Page
    site: str
    wrong: list[str] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)  # the codes that the test is about

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self._check_host(request.url))
        self.page.on("response", self._check_code)
        self.page.on("console", lambda said: self._check_console(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(f"An error: {error}"))

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.site + path)
        return self.page

    def sign_up(self, name: str, password: str = "a secret") -> Page:
        """Register by the site's own forms, in English, and log in."""
        page = self.open("/register")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Email").fill(f"{name}@example.com")
        for label in ("Password", "Repeat the password"):
            page.get_by_label(label, exact=True).fill(password)
        page.get_by_role("button", name="Register").click()
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        return page

    def violations(self) -> list[str]:
        """Return what axe finds wrong with the page as it is: the rule, and the elements."""
        axe = needed("axe_playwright_python.sync_playwright").Axe()
        found = axe.run(self.page).response["violations"]
        return [
            f"{self.page.url}: {each['id']}: {[node['html'] for node in each['nodes']]}"
            for each in found
        ]

    def _check_host(self, url: str) -> None:
        if urlsplit(url).scheme != "data" and not url.startswith(f"{self.site}/"):
            self.wrong.append(f"A request left the site: {url}")

    def _check_code(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.refused:
            self.wrong.append(f"{response.url} answered {response.status}")

    def _check_console(self, text: str) -> None:
        if not any(f"status of {code}" in text for code in self.refused):
            self.wrong.append(f"The console says: {text}")


def log_in(context: BrowserContext, app: Flask, site: str, user: User) -> None:
    """Give a browser the cookie of somebody who has logged in."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    cookie = signer.dumps({"_user_id": user.get_id(), "_fresh": True})
    context.add_cookies([{"name": "session", "value": cookie, "url": site}])
