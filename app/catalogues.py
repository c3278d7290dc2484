"""Catalogues of translated texts: read where they are used, compiled then if need be."""

from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

SOURCE = "en"  # the language that texts are written in: it has no catalogue


class Texts(Babel):
    """Flask-Babel, which takes catalogues that nobody has compiled."""

    @cached_property
    def domain_instance(self) -> "Catalogues":
        """Where translations come from."""
        return Catalogues()


class Catalogues(Domain):
    """The catalogues in the app's folder, each read once by a process."""

    def get_translations(self) -> NullTranslations:
        """Return the texts of the locale at hand."""
        return self.of(str(get_locale()))

    def of(self, language: str) -> NullTranslations:
        """Return the texts of a language; those of one that has none are as they are written."""
        [folder] = self.translation_directories
        if (folder, language) not in self.cache:
            self.cache[folder, language] = read(place_of(Path(folder), language))
        found: NullTranslations = self.cache[folder, language]
        return found


def place_of(folder: Path, language: str) -> Path:
    """Return where the catalogue of a language is."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def read(catalogue: Path) -> NullTranslations:
    """Return the texts of a catalogue, by its compiled form if that is there and not older.

    Else it is compiled in memory: whoever starts the app may have no right to write beside it.
    """
    compiled = catalogue.with_suffix(".mo")
    if not catalogue.exists():
        return NullTranslations()
    if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
        return Translations(BytesIO(compiled.read_bytes()))
    return Translations(BytesIO(compile_(catalogue)))


def compile_(catalogue: Path) -> bytes:
    """Return the compiled form of a catalogue; what is fuzzy is left out."""
    data = BytesIO()
    with catalogue.open("rb") as file:
        write_mo(data, read_po(file))
    return data.getvalue()


def languages_in(folder: Path) -> list[str]:
    """Return the languages that there are catalogues of."""
    return sorted(each.parts[-3] for each in folder.glob(str(place_of(Path(), "*"))))


def preload(app: Any) -> None:
    """Read the catalogues of all LANGUAGES, for the processes that will be forked from this one."""
    with app.app_context():
        catalogues = app.extensions["babel"].instance.domain_instance
        for language in app.config["LANGUAGES"]:
            catalogues.of(language)
