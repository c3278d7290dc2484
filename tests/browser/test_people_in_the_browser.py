"""People in a browser: they write to each other, or have a keyboard only, or no JavaScript."""

import pytest

from tests.support.builders import PASSWORD, make_user

pytestmark = [
    pytest.mark.server,
    pytest.mark.backend("real", reason="all of a browser's tests run on it; one backend will do"),
]

IDLE = 10_000  # milliseconds between two polls, while no task is unfinished


def write(page, name, text):
    """Send somebody a message, from their profile."""
    page.get_by_role("link", name="Send a message").click()
    page.get_by_label("Message").fill(text)
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Your message has been sent.").wait_for()


def test_the_badge_of_unread_messages_rises_and_falls_without_a_reload(new_tab, susan):
    hers, also_hers = new_tab(susan), new_tab(susan)
    theirs = new_tab(make_user("john")).open("/user/susan")
    hers.page.clock.install()
    badge = hers.open("/").locator("#unread")
    assert badge.is_hidden()

    for number in "12":
        write(theirs, "susan", "Hello, Susan")
        hers.page.clock.fast_forward(IDLE)
        badge.get_by_text(number).wait_for()

    also_hers.open("/messages")
    hers.page.clock.fast_forward(IDLE)
    badge.wait_for(state="hidden")


def test_a_keyboard_is_enough(jobs, new_tab, outbox, susan):
    page = new_tab().open("/login")
    press(page, "Tab")
    assert focused(page) == "Skip to the content"
    press(page, "Enter", "Tab")
    page.keyboard.type("susan")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.get_by_role("heading", name="Timeline").wait_for()

    go_to(page, "Profile")
    page.get_by_role("heading", name="susan").wait_for()
    go_to(page, "Export your posts")
    page.get_by_text("Your export has started.").wait_for()
    jobs.run()
    page.get_by_text("Exporting posts: done.").wait_for()
    while page.get_by_role("button", name="Close").count():
        go_to(page, "Close")

    assert page.locator(".alert").count() == 0
    assert page.evaluate("scrollY") == 0
    assert page.locator("main").evaluate("each => each === document.activeElement")


def press(page, *keys):
    """Press keys."""
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    """Return what a blind reader is told of the element that has the focus."""
    return page.evaluate(
        "(({ ariaLabel, innerText }) => ariaLabel ?? innerText.trim())(document.activeElement)"
    )


def go_to(page, name):
    """Go on to the element of this name, which shows that it has the focus, and press it."""
    for _step in range(40):
        press(page, "Tab")
        if focused(page) == name:
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press(page, "Enter")


def test_without_javascript_all_can_be_done(jobs, new_tab, outbox):
    page = new_tab(java_script_enabled=False).sign_up("mary")
    page.get_by_label("Say something").fill("Hello")
    page.get_by_role("button", name="Post").click()
    page.get_by_role("link", name="mary").click()
    page.get_by_role("link", name="Edit your profile").click()
    page.get_by_label("Language").select_option("Español")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Tus cambios se han guardado.").wait_for()
    page.get_by_role("button", name="Exportar tus publicaciones").click()
    jobs.run()
    page.reload()
    page.get_by_role("cell", name="Listo.").wait_for()
    page.get_by_role("button", name="Cerrar sesión").click()
    page.get_by_role("heading", name="Log in").wait_for()

    assert [message["Subject"] for message in outbox] == ["[Microblog] Tus publicaciones"]
