"""In another language: what a reader sees, and what a user is mailed by a worker."""

import contextvars

import pytest

from app.extensions import preferred_language
from app.mail import AddressRefused
from app.models import Task, User
from tests.support.builders import make_posts, make_task, make_user
from tests.support.outbox import html_of, text_of
from tests.support.rows import the

MARY = {
    "username": "mary",
    "email": "mary@example.com",
    "password": "a secret",
    "password2": "a secret",
}


@pytest.fixture
def juana(app):
    """A user who reads Spanish."""
    return make_user("juana", language="es")


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("es-MX, fr;q=0.9", "es", "Iniciar sesión"),
        ("fr, es;q=0.5, en;q=0.4", "es", "Iniciar sesión"),
        ("en-GB", "en", "Log in"),
        ("fr", "en", "Log in"),
        ("", "en", "Log in"),
    ],
)
def test_a_stranger_gets_the_language_of_their_browser(client, accepted, language, title):
    page = client.parsed(client.get("/login", headers={"Accept-Language": accepted}))

    assert (page.html["lang"], page.h1.text) == (language, title)


def test_the_first_language_is_that_of_those_who_understand_none(app, client):
    app.config["LANGUAGES"] = ["es", "en"]

    assert client.page("/login").html["lang"] == "es"


def test_it_is_also_that_of_what_no_request_asked_for(app):
    def language():
        with app.app_context():
            return preferred_language()

    app.config["LANGUAGES"] = ["es", "en"]

    assert contextvars.Context().run(language) == "es"


def test_who_registers_keeps_the_language_of_the_page(client):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es"

    page = client.submit("/register", **MARY, follow_redirects=True)

    assert the(User).language == "es"
    assert "¡Te damos la bienvenida! Ya puedes iniciar sesión." in page.text


def test_a_user_reads_their_language_in_any_browser(client, juana):
    page = client.log_in(juana).page("/")

    assert (page.html["lang"], page.h1.text) == ("es", "Cronología")
    assert page.select_one("textarea").find_previous("label").text == "Di algo"


def test_a_wrong_form_is_refused_in_the_readers_language(client, juana):
    page = client.log_in(juana).submit("/", body="x" * 141)

    assert "Como máximo, 140 caracteres." in page.text
    assert "Este campo es obligatorio." in client.submit("/", body="").text


def test_the_language_is_changed_in_the_profile(client, susan):
    answer = client.log_in(susan).submit("/profile/edit", about_me="", language="es")

    assert the(User).language == "es"
    page = client.page(answer.location)
    assert (page.html["lang"], "Tus cambios se han guardado." in page.text) == ("es", True)


def test_each_language_is_offered_by_its_own_name(client, juana):
    options = client.log_in(juana).page("/profile/edit").select("option")

    assert [(each["value"], each["lang"], each.text) for each in options] == [
        ("en", "en", "English"),
        ("es", "es", "Español"),
    ]
    assert [each["value"] for each in options if each.has_attr("selected")] == ["es"]


def test_where_there_is_one_language_none_is_chosen(app, client, juana):
    app.config["LANGUAGES"] = ["en"]
    client.log_in(juana).submit("/profile/edit", about_me="Hola")

    assert client.page("/profile/edit").select("select") == []
    assert (the(User).about_me, the(User).language) == ("Hola", "es")


def test_a_language_that_is_not_offered_is_refused(client, susan):
    page = client.log_in(susan).submit("/profile/edit", about_me="", language="fr")

    assert "Not a valid choice." in page.text
    assert the(User).language == "en"


def test_a_language_that_is_offered_no_longer_gives_way(app, client, jobs, juana, outbox):
    app.config["LANGUAGES"] = ["en", "fr"]

    page = client.log_in(juana).page("/profile/edit")
    client.submit("/tasks/export-posts")
    jobs.run()

    assert (page.html["lang"], page.select_one("option[selected]")["value"]) == ("en", "en")
    assert [message["Subject"] for message in outbox] == ["[Microblog] Your posts"]


def test_the_page_of_an_error_is_in_the_readers_language(client, juana):
    client.log_in(juana).get("/")

    page = client.get("/nowhere")

    assert '<html lang="es">' in page.text
    assert "Esta página no existe" in page.text


def test_what_a_user_changes_in_one_browser_is_so_in_the_other(app, client, susan):
    other = app.test_client().log_in(susan)
    other.get("/")

    client.log_in(susan).submit("/profile/edit", about_me="", language="es")

    assert other.page("/").html["lang"] == "es"


def test_an_export_is_told_and_mailed_in_its_owners_language(client, jobs, juana, outbox):
    make_posts(juana, "uno", "dos")

    page = client.log_in(juana).submit("/tasks/export-posts", follow_redirects=True)
    jobs.run()

    assert "La exportación ha empezado. Recibirás un correo cuando termine." in page.text
    [message] = outbox
    assert message["Subject"] == "[Microblog] Tus publicaciones"
    for body in (text_of(message), html_of(message)):
        assert "Hola, juana:" in body
        assert "tus 2 publicaciones, en el fichero adjunto posts.json." in body
    [told] = client.progress()
    assert told["description"] == "Exportación de publicaciones"
    assert told["outcome"] == "Tus publicaciones están en el correo, en posts.json."
    assert told["outcome"] in client.page("/user/juana").select_one("table").text


def test_exports_of_two_users_speak_two_languages(app, client, jobs, juana, outbox, susan):
    with jobs.held():
        client.log_in(juana).submit("/tasks/export-posts")
        app.test_client().log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert {message["To"]: message["Subject"] for message in outbox} == {
        "juana@example.com": "[Microblog] Tus publicaciones",
        "susan@example.com": "[Microblog] Your posts",
    }


def test_a_large_archive_is_linked_to_in_its_owners_language(app, client, jobs, juana, outbox):
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1
    make_posts(juana, "uno")

    client.log_in(juana).submit("/tasks/export-posts")
    jobs.run()

    [message] = outbox
    assert "con tu 1 publicación. Es demasiado grande para un correo." in " ".join(
        text_of(message).split()
    )
    [told] = client.progress()
    assert told["outcome"] == "El correo lleva un enlace a tus publicaciones, que no caben en él."


def test_a_failure_is_told_in_its_owners_language(client, jobs, juana, outbox):
    outbox.refuse(550, at="RCPT")
    client.log_in(juana)

    with jobs.expect_failure(AddressRefused):
        client.submit("/tasks/export-posts")
        jobs.run()

    reason = "No se pudo entregar el correo: el servidor rechazó la dirección."
    assert client.progress()[0]["reason"] == reason
    assert reason in client.page("/user/juana").select_one("table").text


def test_what_is_stored_of_a_task_is_english(client, jobs, juana, outbox):
    client.log_in(juana).submit("/tasks/export-posts")
    jobs.run()

    assert (the(Task).description, the(Task).outcome) == (
        "Exporting posts",
        "Your posts are in the email, as posts.json.",
    )


def test_a_reset_is_mailed_in_the_language_of_whose_account_it_is(client, jobs, juana, outbox):
    client.submit("/reset-password", email="juana@example.com")
    jobs.run()

    [message] = outbox
    assert message["Subject"] == "[Microblog] Restablece tu contraseña"
    assert "Sirve una sola vez, durante 10 minutos." in text_of(message)


def test_times_and_percentages_are_written_as_the_reader_writes_them(client, juana):
    make_posts(juana, "uno")
    make_task(juana, state="running", progress=42)

    page = client.log_in(juana).page("/user/juana")

    time = page.select_one("article time")
    assert (time.text.strip(), time["datetime"]) == (
        "31 ene 2026, 12:00 UTC",
        "2026-01-31T12:00:00Z",
    )
    assert page.select_one("[data-slot=percent]").text == "42\xa0%"
