"""No text escapes the translator: in a made-up language, whose words stand in brackets, all do."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from bs4 import BeautifulSoup, NavigableString

import app as package
from app.catalogues import place_of
from app.cli import translate
from tests.support.builders import make_message, make_posts, make_task, make_user
from tests.support.outbox import html_of, text_of

TEXTS = Path(package.__file__).parent / "translations" / "messages.pot"
WORD = re.compile(r"[^\W\d_]{2,}")
TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
# What people wrote, what they are called, and what the calendar says.
DATA = ".said, bdi, .avatar, time, option, textarea"


@pytest.fixture(scope="module")
def brackets(tmp_path_factory):
    """A folder with a catalogue of English in brackets, by the name of Spanish."""
    folder = tmp_path_factory.mktemp("brackets")
    catalogue = Catalog(locale="es", fuzzy=False)
    for text in translate.texts_of(translate.read(TEXTS)):
        forms = [f"⟦{form}⟧" for form in (text.id if text.pluralizable else [text.id])]
        catalogue.add(text.id, tuple(forms) if text.pluralizable else forms[0])
    place_of(folder, "es").parent.mkdir(parents=True)
    translate.write(catalogue, place_of(folder, "es"))
    return folder


@pytest.fixture
def bracketed(app, monkeypatch, brackets):
    """The app, whose Spanish is English in brackets."""
    monkeypatch.setattr(app.extensions["babel"], "translation_directories", [str(brackets)])
    return app


def left(text):
    """Return the words of a text that stand in no brackets; a name within some is one of them."""
    while TRANSLATED.search(text):
        text = TRANSLATED.sub(" ", text)
    return WORD.findall(text)


def words(page):
    """Return the words on a page that nobody could translate."""
    for each in page.select(DATA):
        each.decompose()
    labels = [
        element[name]
        for name in ("aria-label", "placeholder", "alt")
        for element in page.select(f"[{name}]")
    ]
    texts = [each for each in page.find_all(string=True) if type(each) is NavigableString]
    return left(" ".join([*texts, *labels]))


@pytest.mark.parametrize("path", ["/login", "/register", "/reset-password", "/nowhere"])
def test_a_stranger_reads_nothing_that_is_not_translated(bracketed, client, path):
    page = client.parsed(client.get(path, headers={"Accept-Language": "es"}))

    assert words(page) == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/", []),
        ("/messages", []),
        ("/messages/to/john", []),
        ("/user/john", ["john", "john"]),
        ("/user/susan", ["susan", "susan"]),
        ("/profile/edit", []),
        ("/profile/delete", []),
    ],
)
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
def test_a_user_reads_nothing_that_is_not_translated(bracketed, client, path, data, filled):
    susan, john = make_user("susan", language="es"), make_user("john")
    if filled:
        bracketed.config["POSTS_PER_PAGE"] = 1
        for user in (susan, john):
            make_posts(user, "one", "two")
        make_message(john, susan)
        make_task(susan, id="a", state="running", progress=42, reason="Exporting posts")
        make_task(susan, id="b", state="failed", reason="The task took too long and was stopped.")
        make_task(susan, id="c", state="finished", outcome="Exporting posts")

    assert words(client.log_in(susan).page(path)) == data


def test_a_mail_says_nothing_that_is_not_translated(bracketed, client, jobs, outbox):
    susan = make_user("susan", language="es")
    client.submit("/reset-password", email="susan@example.com")
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 2
    for message in outbox:
        assert left(message["Subject"]) == []
        assert left(re.sub(r"http\S+", "", text_of(message))) == []
        assert words(BeautifulSoup(html_of(message), "html.parser")) == []
