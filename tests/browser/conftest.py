"""A browser, and a site for it to look at, both real."""

import multiprocessing

import pytest
from pytest_flask import live_server as plugin

from tests.support.browser import Tab, chromium, log_in

PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="package")
def browser():
    """Chromium; it ends with these tests, for Playwright keeps an event loop in this thread."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(app, monkeypatch, request):
    """The address of a server in a process of its own, with this test's database and broker."""
    monkeypatch.setattr(plugin, "multiprocessing", multiprocessing.get_context("fork"))
    return request.getfixturevalue("live_server").url().rstrip("/")


@pytest.fixture
def new_tab(app, browser, site):
    """Open a browser of somebody's own: `new_tab(user, **options of Playwright's new_context)`."""
    tabs = []

    def new_tab(user=None, **options):
        context = browser.new_context(**options)
        if user is not None:
            log_in(context, app, site, user)
        tabs.append(Tab(context.new_page(), site))
        return tabs[-1]

    yield new_tab
    for tab in tabs:
        tab.page.context.close()
    assert [wrong for tab in tabs for wrong in tab.wrong] == []
