"""The katas' pages tell the truth."""

import re

import pytest

from katas.ladder import HERE, ladder
from tests.katas import transcript

PAGES = [HERE / "README.md", HERE / "CONTRIBUTING.md", *sorted(HERE.glob("*/README.md"))]
README = PAGES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + page.stem)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_table_lists_every_kata_with_its_minutes():
    rows = [
        f"| {kata.number} | [{kata.title}]({kata.name}/README.md) | {kata.kind} | {kata.minutes} |"
        for kata in ladder()
    ]

    assert [row for row in rows if row not in README] == []


def test_every_command_is_listed():
    from katas.__main__ import main

    assert [name for name in main.commands if f"| `{name}" not in README] == []


@pytest.mark.parametrize("kata", ladder(), ids=lambda kata: kata.name)
def test_every_kata_says_where_its_bug_was_met(kata):
    text = kata.readme.read_text(encoding="utf-8")

    assert "**Met in real life.**" in text
    assert "https://github.com/" in text


@pytest.mark.server
@pytest.mark.timeout(240)  # it runs a kata four times, and a machine may be busy
def test_the_walk_is_what_a_terminal_shows(tmp_path):
    text = transcript.walk(tmp_path)

    remedy = "It has changed: write it anew by `python -m tests.katas.transcript`."
    assert transcript.page(text) == README, remedy
