"""Whoever deletes their account leaves nothing behind."""

from pathlib import Path

from app.models import Message, Notification, Post, Task, User
from tests.support.builders import make_message, make_posts, make_user
from tests.support.rows import all_of, the


def test_all_that_a_user_has_is_deleted_with_the_account(app, client, jobs, outbox, susan):
    make_posts(susan, "mine")
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()
    archives = Path(app.config["EXPORT_DIR"])
    assert len(list(archives.iterdir())) == 1

    answer = client.submit("/profile/delete", password="cat", follow_redirects=True)

    assert "Your account has been deleted." in answer.text
    assert all_of(User) + all_of(Post) + all_of(Task) + all_of(Notification) == []
    assert list(archives.iterdir()) == []


def test_what_others_have_stays(client, susan):
    john = make_user("john", posts=("john's",))
    make_message(john, make_user("mary"))

    client.log_in(susan).submit("/profile/delete", password="cat")

    assert [user.username for user in all_of(User)] == ["john", "mary"]
    assert (the(Post).body, the(Message).sender_id) == ("john's", john.id)


def test_a_wrong_password_deletes_nothing(client, susan):
    answer = client.log_in(susan).submit("/profile/delete", password="dog")

    assert "That is not your password." in answer.text
    assert the(User) == susan


def test_a_session_that_was_left_open_is_no_place_to_guess_the_password(app, client, susan):
    app.config["LOGIN_LIMIT"] = "2 per minute"
    client.log_in(susan)

    tried = [client.submit("/profile/delete", password="dog").status_code for _ in range(3)]

    assert tried == [200, 200, 429]


def test_a_look_at_the_page_deletes_nothing(client, susan):
    page = client.log_in(susan).page("/profile/edit")
    [link] = [a["href"] for a in page.select("a") if "Delete" in a.text]

    assert "Delete your account" in client.page(link).text
    assert the(User) == susan


def test_an_unread_message_that_goes_with_its_author_is_no_longer_counted(app, client, susan):
    john = make_user("john")
    client.log_in(susan).submit("/messages/to/john", body="Hello")

    client.submit("/profile/delete", password="cat")

    told = app.test_client().log_in(john).notifications()
    assert [each["data"] for each in told if each["name"] == "unread_message_count"] == [0]


def test_other_sessions_of_the_account_end_with_it(app, client, susan):
    other = app.test_client().log_in(susan)
    other.page("/")

    client.log_in(susan).submit("/profile/delete", password="cat")

    assert other.get("/").location.startswith("/login")
