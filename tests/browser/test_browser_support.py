"""The browser's own tests: it notices what it has to, and the README's pictures are made by it."""

import re
import shutil

import pytest

from tests.browser import pictures
from tests.support import browser as support
from tests.support.demo import ROOT
from tests.support.waiting import wait_for

real = pytest.mark.backend("real", reason="all of a browser's tests run on it; one will do")


@pytest.mark.server
@real
@pytest.mark.parametrize(
    ("act", "noticed"),
    [
        ("console.log('Hm')", "The console says: Hm"),
        ("setTimeout(() => { throw Error('Oh') })", "An error: Oh"),
        ("fetch('/nowhere')", "/nowhere answered 404"),
        ("location = 'http://localhost:1/'", "A request left the site: http://localhost:1/"),
        ("fetch('https://example.com/')", "Content Security Policy"),
    ],
)
def test_what_a_page_must_not_do_is_noticed(act, new_tab, noticed):
    tab = new_tab()
    tab.open("/login").evaluate(f"() => {{ {act} }}")

    wait_for(lambda: [tab.page.wait_for_timeout(20), *tab.wrong][1:])
    [first, *_], tab.wrong = tab.wrong, []

    assert noticed in first


@pytest.mark.server
@real
def test_what_is_in_somebodys_way_is_noticed(new_tab):
    tab = new_tab()
    tab.open("/login").evaluate("document.documentElement.lang = ''")

    [violation] = tab.violations()
    assert "/login: html-has-lang: " in violation


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_without_a_chromium_tests_are_skipped_but_fail_in_ci(ci, monkeypatch, outcome):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(outcome, match="install it, as by `apt-get install chromium`"):
        support.chromium_of_this_machine()


def test_the_readme_shows_the_pictures_that_are_made():
    shown = re.findall(r"!\[[^\]]+\]\(docs/([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))

    assert sorted(shown) == sorted(pictures.PICTURES)


@pytest.mark.server
@real
def test_the_pictures_are_made_by_one_command(browser, tmp_path):
    pictures.make(browser, tmp_path)

    for name, options in pictures.PICTURES.items():
        assert size_of((tmp_path / name).read_bytes()) == options["viewport"]


def size_of(png):
    """Return what the header of a PNG file says."""
    return {"width": int.from_bytes(png[16:20]), "height": int.from_bytes(png[20:24])}
