"""Every text is there in every language, and is found whether or not it was compiled."""

import os
from pathlib import Path
from shutil import copytree

import pytest
from babel.support import NullTranslations, Translations
from flask_babel import force_locale, gettext

import app as package
from app.catalogues import languages_in, place_of, preload, read
from app.cli import translate

FOLDER = Path(package.__file__).parent / "translations"
LANGUAGES = languages_in(FOLDER)
TEXT, SPANISH = "Your post is out.", "Tu publicación ya está a la vista."


@pytest.fixture
def folder(tmp_path):
    """A copy of the catalogues, none of them compiled."""

    def ignore(_folder, names):
        return [name for name in names if name.endswith(".mo")]

    return copytree(FOLDER, tmp_path / "translations", ignore=ignore)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_a_guess(language):
    catalogue = translate.read(place_of(FOLDER, language))

    texts = translate.texts_of(catalogue)
    assert [each.id for each in texts if each.fuzzy] == []
    assert [each.id for each in texts if not all(_forms(each.string))] == []


def _forms(translation):
    return translation if isinstance(translation, tuple) else (translation,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_the_text_does(language):
    catalogue = translate.read(place_of(FOLDER, language))

    assert [(text.id, errors) for text, errors in catalogue.check()] == []


def test_no_text_was_added_or_changed_since_the_last_update(app, flask, folder, monkeypatch):
    monkeypatch.setattr(app.extensions["babel"], "translation_directories", [str(folder)])
    flask("translate", "update")

    for file in ["messages.pot", *(place_of(Path(), each) for each in LANGUAGES)]:
        told, now = ((where / file).read_text(encoding="utf-8") for where in (FOLDER, folder))
        assert told == now, "Run `flask translate update`."


def test_a_catalogue_that_is_not_compiled_is_compiled_in_memory(folder):
    before = sorted(folder.rglob("*"))

    assert read(place_of(folder, "es")).gettext(TEXT) == SPANISH
    assert sorted(folder.rglob("*")) == before


def test_the_compiled_form_is_taken_unless_it_is_older(folder):
    catalogue = place_of(folder, "es")
    compiled = catalogue.with_suffix(".mo")
    text = catalogue.read_text(encoding="utf-8")
    other = catalogue.with_name("other.po")
    other.write_text(text.replace(SPANISH, "Otra cosa."), encoding="utf-8")
    compiled.write_bytes(translate.compile_(other))

    os.utime(compiled, ns=(0, catalogue.stat().st_mtime_ns))
    assert read(catalogue).gettext(TEXT) == "Otra cosa."

    os.utime(compiled, ns=(0, catalogue.stat().st_mtime_ns - 10**9))
    assert read(catalogue).gettext(TEXT) == SPANISH


def test_a_language_without_a_catalogue_has_the_texts_as_they_are_written(folder):
    found = read(place_of(folder, "en"))

    assert isinstance(found, NullTranslations)
    assert found.ngettext("one", "several", 2) == "several"


def test_a_guess_is_not_shown(folder):
    catalogue = place_of(folder, "es")
    text = catalogue.read_text(encoding="utf-8")
    guessed = text.replace(f'msgid "{TEXT}"', f'#, fuzzy\nmsgid "{TEXT}"')
    catalogue.write_text(guessed, encoding="utf-8")

    assert read(catalogue).gettext(TEXT) == TEXT


def test_a_worker_reads_them_before_it_forks(app, folder, monkeypatch):
    monkeypatch.setattr(app.extensions["babel"], "translation_directories", [str(folder)])

    preload(app)
    place_of(folder, "es").unlink()

    with app.app_context(), force_locale("es"):
        assert gettext(TEXT) == SPANISH


def test_a_catalogue_is_read_once(app):
    catalogues = app.extensions["babel"].instance.domain_instance

    with app.app_context():
        assert isinstance(catalogues.of("es"), Translations)
        assert catalogues.of("es") is catalogues.of("es")
