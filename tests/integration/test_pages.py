"""Posts, profiles, messages, and what goes wrong with pages."""

import pytest

from app.models import Message, Post, User
from tests.support.builders import make_message, make_posts, make_task, make_user
from tests.support.rows import all_of, the

TEXTS = [
    "x",
    "x" * 140,
    "🎉" * 140,
    "  kept as typed ",
    "line\r\nline",
    "שלום \u202ertl\u202c",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_post_is_kept_and_shown_exactly(client, susan, text):
    client.log_in(susan).submit("/", body=text)

    assert the(Post).body == text
    assert client.page("/").select_one("article .said").text == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "This field is required."),
        ("   ", "This field is required."),
        ("x" * 141, "At most 140 characters."),
        ("a\0b", "This holds a character that cannot be stored."),
    ],
)
@pytest.mark.parametrize(("path", "kind"), [("/", Post), ("/messages/to/susan", Message)])
def test_a_wrong_text_is_refused_in_words(client, susan, path, kind, text, complaint):
    page = client.log_in(susan).submit(path, body=text)

    assert complaint in page.text
    assert all_of(kind) == []


def said(page):
    return [each.text for each in page.select("article .said")]


def test_the_timeline_shows_everybodys_posts_newest_first(client, susan):
    make_posts(susan, "susan's")
    make_user("john", posts=("john's", "john's second"))

    assert said(client.log_in(susan).page("/")) == ["john's second", "john's", "susan's"]


def test_a_profile_shows_its_owners_posts_alone(client, susan):
    make_posts(susan, "susan's")
    make_user("john", posts=("john's",))

    assert said(client.log_in(susan).page("/user/john")) == ["john's"]


def test_a_profile_is_edited(client, susan):
    client.log_in(susan).submit("/profile/edit", about_me="I grow <b>beans</b>.")

    assert "I grow <b>beans</b>." in client.page("/user/susan").text


def test_an_overlong_profile_is_refused_in_words(client, susan):
    page = client.log_in(susan).submit("/profile/edit", about_me="x" * 141)

    assert "At most 140 characters." in page.text
    assert the(User).about_me == ""


def test_one_sees_ones_own_recent_tasks(client, susan):
    make_task(susan, id="a", state="finished")
    make_task(susan, id="b", state="failed", reason="Something went wrong on our side.")
    table = client.log_in(susan).page("/user/susan").select_one("table").text

    assert table.count("Exporting posts") == 2
    assert "Something went wrong on our side." in table


def test_nobody_sees_anothers_tasks_or_export(client, susan):
    make_task(make_user("john"), state="failed", reason="A private matter.")
    page = client.log_in(susan).page("/user/john")

    assert "A private matter." not in page.text
    assert page.select('form[action="/tasks/export-posts"]') == []


def test_an_unfinished_task_is_shown_on_every_page(client, susan):
    make_task(susan, state="running", progress=42)
    client.log_in(susan)

    for path in ("/", "/user/susan", "/profile/edit", "/messages", "/messages/to/susan"):
        [bar] = client.page(path).select("#tasks progress")
        assert (bar["value"], bar["max"]) == ("42", "100")


def test_a_message_reaches_its_recipient(app, client, susan):
    john = make_user("john")
    client.log_in(susan).submit("/messages/to/john", body="Hello, John")

    assert "Hello, John" in app.test_client().log_in(john).page("/messages").text
    assert "Hello, John" not in client.page("/messages").text


def test_the_badge_counts_unread_messages_until_they_are_read(client, susan):
    make_message(make_user("john"), susan)
    client.log_in(susan)

    before = client.page("/").select_one("#unread")
    client.page("/messages")
    after = client.page("/").select_one("#unread")

    assert ("1" in before.text, before.has_attr("hidden")) == (True, False)
    assert after.has_attr("hidden")


PATHS = ["/", "/user/susan", "/profile/edit", "/messages", "/messages/to/susan", "/notifications"]


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_gets_the_login_page(client, susan, path):
    assert client.get(path).location.startswith("/login?next=")


def test_a_stranger_cannot_start_an_export(client, susan):
    assert client.submit("/tasks/export-posts").location.startswith("/login?next=")


@pytest.mark.parametrize("path", ["/user/nobody", "/messages/to/nobody", "/nowhere"])
def test_a_page_that_is_not_there_says_so(client, susan, path):
    answer = client.log_in(susan).get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


@pytest.mark.parametrize(
    "path", ["/login", "/", "/profile/edit", "/messages/to/susan", "/tasks/export-posts", "/logout"]
)
def test_a_form_without_its_token_is_refused_in_words(client, susan, path):
    if path != "/login":
        client.log_in(susan)

    answer = client.post(path, data={"body": "x", "about_me": "x"})

    assert answer.status_code == 400
    assert "This form has expired" in answer.text


@pytest.mark.parametrize("path", ["/tasks/export-posts", "/logout"])
def test_what_changes_something_is_not_done_by_a_link(client, susan, path):
    assert client.log_in(susan).get(path).status_code == 405


def test_an_error_of_ours_has_its_page(app, client, monkeypatch, susan):
    client.log_in(susan)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "POSTS_PER_PAGE", "not a number")

    answer = client.get("/")

    assert answer.status_code == 500
    assert "It is our fault and has been logged." in answer.text
