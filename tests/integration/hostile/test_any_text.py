"""Any text is kept, shown and exported exactly, or refused in words; it never becomes markup."""

import json
from io import BytesIO

import pytest
from hypothesis import example, given, settings

from app.extensions import db
from app.models import Message, Post, User
from tests.support.builders import make_message, make_posts
from tests.support.outbox import attachments_of
from tests.support.rows import all_of, the
from tests.support.texts import ANYTHING, MARKUP, errors_on, few, is_text, post_raw

REQUIRED = {"This field is required."}
REFUSALS = REQUIRED | {
    "At most 140 characters.",
    "This holds a character that cannot be stored.",
}


def acceptable(text):
    return bool(text.strip()) and len(text) <= 140 and "\0" not in text


@few
@given(ANYTHING)
@example("🎉" * 140)
@example("\ufeff\u202e\x1b[31m\r\n\x7f")
@example("half of a pair: \ud83c")
@example("NUL: \0")
def test_a_post_is_kept_exactly_or_refused(client, susan, text):
    before = len(all_of(Post))
    answer = post_raw(client.log_in(susan), "/", body=text)

    if answer.status_code == 302:
        assert all_of(Post)[-1].body == text or not is_text(text)
    else:
        assert errors_on(client, answer) <= REFUSALS
        assert (len(all_of(Post)), acceptable(text) and is_text(text)) == (before, False)


@few
@given(ANYTHING)
@example("NUL: \0")
def test_a_message_is_kept_exactly_or_refused(client, susan, text):
    answer = post_raw(client.log_in(susan), "/messages/to/susan", body=text)

    if answer.status_code == 302:
        assert all_of(Message)[-1].body == text or not is_text(text)
    else:
        assert errors_on(client, answer) <= REFUSALS


@few
@given(ANYTHING)
@example("NUL: \0")
def test_an_about_me_is_kept_exactly_or_refused(client, susan, text):
    answer = post_raw(client.log_in(susan), "/profile/edit", about_me=text)

    if answer.status_code == 302:
        assert the(User).about_me == text or not is_text(text)
    else:
        assert errors_on(client, answer) <= REFUSALS - REQUIRED


@pytest.mark.parametrize(
    "sent", [{"json": {"body": 5}}, {"json": {"body": ["x"]}}, {"json": "x"}, {"data": b"\xff\xfe"}]
)
def test_what_is_no_form_is_no_text(client, susan, sent):
    headers = {"X-CSRFToken": client.log_in(susan).token()}
    answer = client.post("/", headers=headers, **sent)

    assert errors_on(client, answer) == REQUIRED


def test_an_upload_is_no_text(client, susan):
    answer = client.log_in(susan).submit("/", body=(BytesIO(b"x"), "x.txt"))

    assert errors_on(client, answer) == REQUIRED


def structure(page):
    """Return the tags of a page in their order, each with the names of its attributes."""
    return [(tag.name, set(tag.attrs)) for tag in page.find_all()]


def pages_that_say(client, user, text):
    """Return the structure of every page that shows a text of the user's."""
    user.about_me = text
    make_posts(user, text)
    message = make_message(user, user, text)
    client.get("/messages")  # so that no message is new
    pages = ["/", "/user/susan", "/profile/edit", "/messages"]
    found = [structure(client.page(page)) for page in pages]
    db.session.delete(message)
    db.session.query(Post).delete()
    db.session.commit()
    return found


@pytest.fixture
def harmless(client, susan):
    """The structure of the pages when nothing hostile was said."""
    return pages_that_say(client.log_in(susan), susan, "x")


@settings(few, max_examples=4)  # each shows five pages
@given(text=MARKUP)
@example(text="</p><script>alert(1)</script>")
@example(text="{{ 7 * 7 }}{% raw %}<b>")
@example(text="\"'><img src=x onerror=alert(1)>")
@example(text="</textarea><!--")
def test_no_text_becomes_markup(client, susan, harmless, text):
    assert pages_that_say(client, susan, text) == harmless


def test_what_was_posted_is_exported_exactly(client, jobs, outbox, susan):
    texts = ["🎉" * 140, "\ufeff\u202e\x1b[31m\r\n\x7f", "</p><script>", "\r\nBcc: x@example.com"]
    client.log_in(susan)
    for text in texts:
        client.submit("/", body=text)

    client.submit("/tasks/export-posts")
    jobs.run()

    [message] = outbox
    [(_name, _type, data)] = attachments_of(message)
    assert [post["body"] for post in json.loads(data)["posts"]] == texts
    assert (message["To"], message["Bcc"]) == ("susan@example.com", None)
