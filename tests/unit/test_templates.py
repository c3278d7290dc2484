"""Every template compiles, and asks for nothing from elsewhere."""

import re
from pathlib import Path

import pytest

import app as package

FOLDER = Path(package.__file__).parent / "templates"
TEMPLATES = sorted(str(file.relative_to(FOLDER).as_posix()) for file in FOLDER.rglob("*.*"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_compiles(app, name):
    assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_it_has_no_script_and_no_style_of_its_own(name):
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_names_no_other_host(name):
    assert re.findall(r"https?://|[\"']//", (FOLDER / name).read_text(encoding="utf-8")) == []
