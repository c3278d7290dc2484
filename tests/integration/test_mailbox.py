"""The demo's mailbox."""

import mailbox
from email.message import EmailMessage

import pytest

from app import create_app
from app.views.mailbox import bp
from tests.support.visitor import Visitor


@pytest.fixture
def catcher(tmp_path):
    """The folder of a mail catcher."""
    return mailbox.Maildir(tmp_path / "mail")


@pytest.fixture
def client(catcher):
    """A visitor of an app like the demo's."""
    app = create_app({"SECRET_KEY": "for tests only", "DEMO_MAILBOX": catcher._path})
    app.register_blueprint(bp)
    return Visitor(app)


def make_message(subject="Hello", hour=12, attachment=b"{}"):
    message = EmailMessage()
    message["From"], message["To"] = "app@example.com", "susan@example.com"
    message["Subject"], message["Date"] = subject, f"Sat, 31 Jan 2026 {hour}:00:00 -0000"
    message.set_content("Dear Susan 🎉")
    message.add_attachment(attachment, "application", "json", filename="posts.json")
    return message


def test_messages_are_listed_newest_first(catcher, client):
    for subject, hour in (("first", 10), ("third", 14), ("second", 12)):
        catcher.add(make_message(subject, hour))

    page = client.page("/mailbox")

    assert [each.text.strip() for each in page.select("article h2")] == ["third", "second", "first"]
    assert "Dear Susan 🎉" in page.text


def test_a_message_that_is_html_alone_is_listed_too(catcher, client):
    message = make_message()
    del message["Content-Type"]
    message.set_content("<p>Hi</p>", subtype="html")
    catcher.add(message)

    assert "Hello" in client.get("/mailbox").text


def test_an_attachment_is_offered_and_comes_as_it_was_sent(catcher, client):
    key = catcher.add(make_message(attachment=b'{"posts": []}'))
    assert f'href="/mailbox/{key}/0"' in client.get("/mailbox").text

    answer = client.get(f"/mailbox/{key}/0")

    assert (answer.data, answer.mimetype) == (b'{"posts": []}', "application/json")
    assert "filename=posts.json" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["/mailbox/nothing/0", "/mailbox/{key}/1"])
def test_what_is_not_there_is_not_found(catcher, client, path):
    key = catcher.add(make_message())

    assert client.get(path.format(key=key)).status_code == 404


def test_an_empty_mailbox_says_what_to_do(client):
    assert "export" in client.get("/mailbox").text.lower()


def test_no_other_app_has_a_mailbox(app):
    assert app.test_client().get("/mailbox").status_code == 404
