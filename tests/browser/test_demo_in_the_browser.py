"""The demo in a browser: what a newcomer sees of it, down to the mail."""

import json
from pathlib import Path

import pytest

from tests.support.browser import Tab
from tests.support.demo import Demo

pytestmark = [
    pytest.mark.server,
    pytest.mark.backend("real", reason="all of a browser's tests run on it; one backend will do"),
]


@pytest.fixture
def tab(browser, tmp_path):
    """A tab that nothing was wrong with, for the demo."""
    demo = Demo(tmp_path / "data")
    tab = Tab(browser.new_page(locale="es-ES"), demo.url())
    yield tab
    tab.page.context.close()
    demo.stop()
    assert tab.wrong == []


def test_a_newcomer_registers_posts_exports_and_reads_the_mail(tab):
    page = tab.open("/mailbox")
    page.get_by_text("Todavía no ha llegado ningún correo.").wait_for()
    page.get_by_role("link", name="Registrarse").click()
    fill_in(page, "maría", "maria@example.com", "un secreto", "un secreto")
    page.get_by_label("Nombre de usuario").fill("maría")
    page.get_by_label("Contraseña").fill("un secreto")
    page.get_by_role("button", name="Iniciar sesión").click()
    page.get_by_label("Di algo").fill("¡Hola! 🎉")
    page.get_by_role("button", name="Publicar").click()
    page.get_by_role("link", name="Perfil").click()
    page.get_by_role("button", name="Exportar tus publicaciones").click()
    page.get_by_text("Exportación de publicaciones: listo.").wait_for()
    page.get_by_role("link", name="Buzón").click()

    page.get_by_role("heading", name="[Microblog] Tus publicaciones").wait_for()
    page.get_by_text("tu 1 publicación, en el fichero adjunto posts.json.").wait_for()
    assert tab.violations() == []
    with page.expect_download() as download:
        page.get_by_role("link", name="posts.json").click()
    [post] = json.loads(Path(download.value.path()).read_bytes())["posts"]
    assert post["body"] == "¡Hola! 🎉"


def fill_in(page, *texts):
    """Fill in the fields of a form, in their order, and send it."""
    for field, text in zip(page.locator("main input.form-control").all(), texts, strict=True):
        field.fill(text)
    page.locator("main [type=submit]").click()
