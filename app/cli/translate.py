"""`flask translate`: the texts of the app, and what they are in other languages."""

from io import BytesIO
from pathlib import Path
from typing import Any

import click
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from flask import current_app
from flask.cli import AppGroup

from app.catalogues import SOURCE, compile_, languages_in, place_of
from app.cli.common import stop
from app.config import ROOT

WIDTH = 98
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None}

group = AppGroup("translate", help="Find the texts of the app, and compile their translations.")


@group.command("init")
@click.argument("language", metavar="LANG")
def begin(language: str) -> None:
    """Begin a translation to LANG, such as fr or pt_BR."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        stop(f"{language} is no language that Babel knows: give a code such as fr or pt_BR.", 2)
    catalogue = place_of(folder(), language)
    if language == SOURCE or catalogue.exists():
        stop(f"There is {locale.english_name} already: `flask translate update` completes it.", 2)
    catalogue.parent.mkdir(parents=True)
    begun = Catalog(locale=locale, project="Microblog", fuzzy=False, header_comment="#")
    begun.update(find_texts())
    write(begun, catalogue)
    click.echo(f"Translate the texts in {catalogue}, then add {language} to LANGUAGES.")


@group.command()
def update() -> None:
    """Find all texts anew, in the code and the templates, and tell the catalogues of them."""
    found = find_texts()
    write(found, folder() / "messages.pot", omit_header=True)
    click.echo(f"There are {len(found)} texts.")
    for language in languages_in(folder()):
        catalogue = place_of(folder(), language)
        known = read(catalogue)
        known.update(found, update_creation_date=False)
        write(known, catalogue)
        left = sum(not message.string or message.fuzzy for message in texts_of(known))
        click.echo(f"{language}: {left} wait to be translated, or looked at, in {catalogue}.")


@group.command("compile")
def compile_all() -> None:
    """Compile all catalogues, which otherwise each process of the app does for itself."""
    for language in languages_in(folder()):
        catalogue = place_of(folder(), language)
        unfinished = catalogue.with_suffix(".mo.new")
        unfinished.write_bytes(compile_(catalogue))
        unfinished.replace(catalogue.with_suffix(".mo"))
        click.echo(f"{language}: compiled.")


def folder() -> Path:
    """Return where the catalogues of the app are."""
    [found] = current_app.extensions["babel"].translation_directories
    return Path(found)


def find_texts() -> Catalog:
    """Return all texts that are marked for translation, where babel.cfg says."""
    from babel.messages.frontend import parse_mapping_cfg  # it loads more than all the others

    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for name, line, text, comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        found.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def texts_of(catalogue: Catalog) -> list[Any]:
    """Return the texts of a catalogue, without its header."""
    return [message for message in catalogue if message.id]


def read(catalogue: Path) -> Catalog:
    """Return a catalogue as it is on the disk."""
    with catalogue.open("rb") as file:
        return read_po(file, locale=catalogue.parts[-3])


def write(catalogue: Catalog, file: Path, omit_header: bool = False) -> None:
    """Write a catalogue; where a text is, but not the line, which changes too often."""
    written = BytesIO()
    write_po(
        written,
        catalogue,
        width=WIDTH,
        omit_header=omit_header,
        include_lineno=False,
        ignore_obsolete=True,
    )
    file.write_bytes(written.getvalue().rstrip() + b"\n")
