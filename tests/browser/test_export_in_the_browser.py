"""An export, as its owner sees it: in a browser, without a reload."""

import pytest

from app.mail import AddressRefused
from app.models import User
from tests.support.builders import make_posts, make_user
from tests.support.outbox import attachments_of
from tests.support.rows import the

pytestmark = [
    pytest.mark.server,
    pytest.mark.backend("real", reason="the page is looked at while another process is at work"),
]

# Notes each value that the bar has, and that the page is still the one it was.
WATCH = """() => {
    window.seen = [document.querySelector('#tasks progress').value];
    const note = () => {
        const value = document.querySelector('#tasks progress')?.value;
        if (value !== undefined && value !== window.seen.at(-1)) window.seen.push(value);
    };
    const all = { subtree: true, childList: true, attributes: true };
    new MutationObserver(note).observe(document.querySelector('#tasks'), all);
}"""


def test_who_registers_posts_and_exports_sees_the_bar_rise(app, jobs, new_tab, outbox):
    page = new_tab().sign_up("mary")
    page.get_by_label("Say something").fill("Hello, all of you 🎉")
    page.get_by_role("button", name="Post").click()
    make_posts(the(User), *(f"Post {number}" for number in range(99)))

    page.get_by_role("link", name="Profile").click()
    page.get_by_role("button", name="Export your posts").click()
    page.get_by_text("Your export has started.").wait_for()
    page.evaluate(WATCH)
    app.config["EXPORT_PAUSE"] = 0.055
    jobs.run()

    outcome = "Your posts are in the email, as posts.json."
    page.get_by_text(f"Exporting posts: done. {outcome}").wait_for()
    assert page.get_by_text("Your export has started.").count() == 0
    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert len(seen) >= 5
    assert page.locator("#tasks progress").count() == 0
    [(name, _type, data)] = attachments_of(outbox[0])
    assert (name, "Hello, all of you 🎉" in data.decode()) == ("posts.json", True)


def test_a_failure_is_shown_in_words(jobs, new_tab, outbox, susan):
    outbox.refuse(550, at="RCPT")
    page = new_tab(susan).open("/user/susan")
    page.get_by_role("button", name="Export your posts").click()
    page.get_by_text("In progress").wait_for()

    with jobs.expect_failure(AddressRefused):
        jobs.run()

    reason = "The email could not be delivered: the mail server refused the address."
    page.get_by_text(f"Exporting posts: failed. {reason}").wait_for()
    page.get_by_role("cell", name=f"Failed. {reason}").wait_for()
    page.get_by_role("button", name="Export your posts").wait_for()


def test_an_export_is_told_in_its_owners_language(jobs, new_tab, outbox):
    page = new_tab(make_user("juana", language="es"), locale="en-GB").open("/user/juana")
    page.get_by_role("button", name="Exportar tus publicaciones").click()
    page.get_by_text("La exportación ha empezado.").wait_for()

    jobs.run()

    outcome = "Tus publicaciones están en el correo, en posts.json."
    page.get_by_text(f"Exportación de publicaciones: listo. {outcome}").wait_for()


def test_what_happened_meanwhile_is_shown_once_on_the_next_page(jobs, new_tab, outbox, susan):
    page = new_tab(susan).open("/user/susan")
    page.get_by_role("button", name="Export your posts").click()
    page.goto("about:blank")
    jobs.run()

    done = page.get_by_text("Exporting posts: done.")
    page.go_back()
    done.wait_for()
    page.get_by_role("link", name="Timeline").click()

    page.get_by_role("button", name="Post").wait_for()
    assert done.count() == 0


def test_without_javascript_a_reload_shows_how_far_it_is(app, jobs, new_tab, outbox, susan):
    make_posts(susan, "first", "second", "third", "fourth")
    page = new_tab(susan, java_script_enabled=False).open("/user/susan")
    page.get_by_role("button", name="Export your posts").click()
    page.get_by_text("Your export has started.").wait_for()
    assert page.locator("noscript").inner_text() == "Reload the page to see how far it is."

    with jobs.pause(at=2):
        page.reload()
        assert page.get_by_role("progressbar").get_attribute("value") == "25"
        assert page.get_by_role("button", name="Export your posts").count() == 0
    page.reload()

    outcome = "Done. Your posts are in the email, as posts.json."
    page.get_by_role("cell", name=outcome).wait_for()
    assert page.get_by_role("button", name="Close").count() == 0
