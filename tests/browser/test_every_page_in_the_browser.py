"""Every page, at two widths, light and dark, in both languages: nothing on it is in the way."""

import pytest

from app.tokens import make_reset_token
from tests.support.builders import make_message, make_posts, make_task, make_user

pytestmark = [
    pytest.mark.server,
    pytest.mark.backend("real", reason="all of a browser's tests run on it; one backend will do"),
]

ENGLISH = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
SPANISH = {"locale": "es-ES", "viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}

FOR_STRANGERS = {
    "auth.login": "/login",
    "auth.register": "/register",
    "auth.reset_request": "/reset-password",
    "auth.reset": "/reset-password/{token}",
}
FOR_USERS = {
    "timeline.index": "/",
    "profile.show": "/user/susan",
    "profile.edit": "/profile/edit",
    "profile.delete": "/profile/delete",
    "messages.inbox": "/messages",
    "messages.send": "/messages/to/john",
}
NOT_PAGES = {"archives.download", "health.health", "health.ready", "tasks.notifications"}
NOT_PAGES |= {"static", "bootstrap.static"}

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(params=[ENGLISH, SPANISH], ids=["English, wide, light", "Spanish, narrow, dark"])
def reader(request):
    """How somebody looks at pages, and their language."""
    return request.param, request.param["locale"][:2]


def problems(tab, paths, language):
    """Return what is wrong with pages, which are to be in a language."""
    found = []
    for path in paths:
        page = tab.open(path)
        found += tab.violations()
        if too_wide := page.evaluate(TOO_WIDE):
            found.append(f"{path} is {too_wide} pixels too wide")
        if page.locator("html").get_attribute("lang") != language:
            found.append(f"{path} is not in {language}")
    return found


def test_every_page_is_looked_at(app):
    readable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}

    assert readable == NOT_PAGES | FOR_STRANGERS.keys() | FOR_USERS.keys()


def test_a_strangers_pages_are_in_nobodys_way(app, new_tab, reader, susan):
    options, language = reader
    tab = new_tab(**options)
    paths = [path.format(token=make_reset_token(susan)) for path in FOR_STRANGERS.values()]

    assert problems(tab, paths, language) == []


def test_a_users_empty_pages_are_in_nobodys_way(new_tab, reader):
    options, language = reader
    make_user("john")
    tab = new_tab(make_user("susan", language=language), **options)

    assert problems(tab, FOR_USERS.values(), language) == []


def test_a_users_full_pages_are_in_nobodys_way(new_tab, reader):
    options, language = reader
    susan, john = make_user("susan", language=language), make_user("john")
    for user in (susan, john):
        make_posts(user, "W" * 140, "שלום \u202ertl\u202c 🎉", "short", "another")
    make_message(john, susan, "https://example.com/" + "w" * 110)
    make_task(susan, id="a", state="running", progress=42, reason="Exporting posts")
    make_task(susan, id="b", state="failed", reason="The task took too long and was stopped.")
    make_task(susan, id="c", state="finished", outcome="Exporting posts")
    tab = new_tab(susan, **options)

    paths = [*FOR_USERS.values(), "/user/john"]
    assert problems(tab, paths, language) == []
    older = tab.open("/").locator("a[rel=next]").get_attribute("href")
    assert problems(tab, [older], language) == []


def test_a_form_that_was_refused_is_in_nobodys_way(new_tab, reader):
    options, language = reader
    tab = new_tab(make_user("susan", language=language), **options)
    page = tab.open("/")

    page.locator("main [type=submit]").click()
    page.locator(".invalid-feedback").wait_for()
    page.locator("textarea:focus").wait_for()  # `autofocus` acts at the first picture of a page

    assert tab.violations() == []


def test_the_page_of_an_error_is_in_nobodys_way(new_tab, reader):
    options, language = reader
    tab = new_tab(**options)
    tab.refused = {404}

    assert problems(tab, ["/nowhere"], language) == []


def test_a_time_is_the_readers_with_the_exact_one_at_hand(new_tab):
    juana = make_user("juana", posts=("uno",), language="es")

    time = new_tab(juana).open("/").locator("article time")

    assert time.inner_text() == "31 ene 2026, 12:00 UTC"
    assert time.get_attribute("title") == "2026-01-31 12:00:00 UTC"
    assert time.get_attribute("datetime") == "2026-01-31T12:00:00Z"
