"""`flask translate`: a text becomes known, is translated, and is compiled."""

import os
from pathlib import Path
from shutil import copytree

import pytest

import app as package
from app.catalogues import languages_in, place_of, read
from app.cli import translate

FOLDER = Path(package.__file__).parent / "translations"


@pytest.fixture
def folder(app, monkeypatch, tmp_path):
    """A copy of the catalogues, which the commands work on."""
    copy = copytree(FOLDER, tmp_path / "translations")
    monkeypatch.setattr(app.extensions["babel"], "translation_directories", [str(copy)])
    return copy


def test_init_begins_a_translation_with_every_text(flask, folder):
    result = flask("translate", "init", "fr")

    begun = place_of(folder, "fr")
    assert result.output == f"Translate the texts in {begun}, then add fr to LANGUAGES.\n"
    assert languages_in(folder) == ["es", "fr"]
    texts, known = (translate.read(place_of(folder, language)) for language in ("fr", "es"))
    assert {each.id for each in texts} == {each.id for each in known}


@pytest.mark.parametrize(
    ("language", "complaint"),
    [
        ("es", "There is Spanish already: `flask translate update` completes it."),
        ("en", "There is English already: `flask translate update` completes it."),
        ("xx", "xx is no language that Babel knows: give a code such as fr or pt_BR."),
        ("../fr", "../fr is no language that Babel knows: give a code such as fr or pt_BR."),
    ],
)
def test_init_says_why_it_cannot(flask, folder, language, complaint):
    result = flask("translate", "init", language)

    assert (result.exit_code, result.output) == (2, f"Error: {complaint}\n")


def test_update_tells_what_is_left_to_do(flask, folder):
    catalogue = place_of(folder, "es")
    known = translate.read(catalogue)
    known.delete("Your post is out.")
    known.add("A text that nobody has any more", "Un texto")
    translate.write(known, catalogue)

    result = flask("translate", "update")

    told = f"es: 1 wait to be translated, or looked at, in {catalogue}."
    assert result.output.splitlines()[1:] == [told]
    assert "Your post is out." in translate.read(catalogue)
    assert "nobody has any more" not in catalogue.read_text(encoding="utf-8")


def test_compile_writes_what_the_app_reads(flask, folder):
    catalogue = place_of(folder, "es")

    result = flask("translate", "compile")

    assert result.output == "es: compiled.\n"
    assert sorted(file.name for file in catalogue.parent.iterdir()) == [
        "messages.mo",
        "messages.po",
    ]
    os.utime(catalogue, (0, 0))
    catalogue.write_text("", encoding="utf-8")
    os.utime(catalogue, (0, 0))
    assert read(catalogue).gettext("Send") == "Enviar"
