"""Where an archive goes that is too large for mail, and who can get it there."""

import io
import json
import re
import zipfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from app import clock, shelf
from app.extensions import db
from app.mail import MailNotSent
from app.models import Task
from tests.support.builders import make_posts, make_user
from tests.support.outbox import attachments_of, html_of, text_of
from tests.support.rows import the

LINK = re.compile(r"https://blog\.example\.com(/archives/\S+)")
LONG = ["the same" * 15] * 6
EXPIRED = "This link has expired."


def export(client, jobs, user):
    client.log_in(user).submit("/tasks/export-posts")
    jobs.run()


def bodies_in(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [post["body"] for post in json.loads(archive.read("posts.json"))["posts"]]


def path_in(message):
    """Return the path of the link in a message."""
    [path] = LINK.findall(text_of(message))
    return path


@pytest.fixture
def linked(app, client, jobs, outbox, susan):
    """The path of the link to an archive of susan's, who is logged in."""
    make_posts(susan, "first", "second")
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1
    export(client, jobs, susan)
    return path_in(outbox[0])


@pytest.mark.parametrize(
    ("limit", "outcome"),
    [
        (10_000, "Your posts are in the email, as posts.json."),
        (1_000, "Your posts are in the email, as posts.zip."),
        (10, "The email has a link to your posts, which are too large for it."),
    ],
    ids=["attached", "compressed", "linked"],
)
def test_the_page_says_where_the_posts_are(app, client, jobs, outbox, susan, limit, outcome):
    app.config["EXPORT_ATTACHMENT_LIMIT"] = limit
    make_posts(susan, *LONG)

    export(client, jobs, susan)

    assert [told["outcome"] for told in client.progress()] == [outcome]
    assert outcome in client.page("/user/susan").select_one("table").text


def test_what_is_too_large_is_sent_compressed(app, client, jobs, outbox, susan):
    make_posts(susan, *LONG)
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1_000
    export(client, jobs, susan)

    [(name, media_type, data)] = attachments_of(outbox[0])
    assert (name, media_type, len(data) <= 1_000) == ("posts.zip", "application/zip", True)
    assert bodies_in(data) == LONG
    assert "posts.zip" in text_of(outbox[0])


def test_what_is_compressed_to_just_the_limit_is_attached(app, client, jobs, outbox, susan):
    make_posts(susan, *LONG)
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1_000
    export(client, jobs, susan)
    [(_name, _media_type, data)] = attachments_of(outbox[0])

    app.config["EXPORT_ATTACHMENT_LIMIT"] = len(data)
    export(client, jobs, susan)

    [(name, _media_type, again)] = attachments_of(outbox[1])
    assert (name, len(again)) == ("posts.zip", len(data))


def test_what_is_larger_still_is_downloaded_by_a_link(client, linked):
    answer = client.get(linked)

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename=posts.zip"
    assert answer.cache_control.private
    assert bodies_in(answer.data) == ["first", "second"]


def test_the_mail_with_a_link_has_no_attachment_and_says_how_long(linked, outbox):
    [message] = outbox

    assert attachments_of(message) == []
    assert f'href="https://blog.example.com{linked}"' in html_of(message)
    day = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%d")
    assert f"before {day} " in text_of(message)


def test_a_download_is_resumed_where_it_broke_off(client, linked):
    whole = client.get(linked)
    headers = {"Range": "bytes=100-", "If-Range": whole.headers["ETag"]}

    rest = client.get(linked, headers=headers)

    assert (rest.status_code, whole.headers["Accept-Ranges"]) == (206, "bytes")
    assert whole.data[:100] + rest.data == whole.data


def test_a_stranger_logs_in_first_and_goes_on_to_the_download(app, linked, susan):
    stranger = app.test_client()
    asked = stranger.get(linked)
    fields = {"username": "susan", "password": "cat"}

    answer = stranger.submit(asked.location, follow_redirects=True, **fields)

    assert bodies_in(answer.data) == ["first", "second"]


def test_nobody_else_gets_it(app, linked):
    john = app.test_client().log_in(make_user("john"))

    assert john.get(linked).status_code == 404


@pytest.mark.parametrize("token", ["x", "x.y.z", "InN1c2FuIg.x.y"])
def test_a_forged_link_has_expired(client, susan, token):
    answer = client.log_in(susan).get(f"/archives/{token}", follow_redirects=True)

    assert EXPIRED in answer.text


def test_a_link_expires_after_a_week(client, linked):
    with freeze_time(clock.now() + timedelta(days=6, hours=23)):
        assert client.get(linked).status_code == 200
    with freeze_time(clock.now() + timedelta(days=7, seconds=1)):
        assert EXPIRED in client.get(linked, follow_redirects=True).text


def test_a_link_whose_archive_was_swept_has_expired(client, flask, linked):
    shelf.place_of(the(Task).id).unlink()

    assert EXPIRED in client.get(linked, follow_redirects=True).text


def test_expired_archives_are_swept_by_command(flask, linked):
    assert flask("tasks", "sweep").output == "0 archives deleted.\n"
    with freeze_time(clock.now() + timedelta(days=8)):
        assert flask("tasks", "sweep").output == "1 archives deleted.\n"


def test_nothing_is_kept_of_an_archive_whose_mail_was_refused(app, client, jobs, outbox, susan):
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1
    outbox.refuse()
    client.log_in(susan)

    with jobs.expect_failure(MailNotSent):
        client.submit("/tasks/export-posts")

    assert list(Path(app.config["EXPORT_DIR"]).iterdir()) == []


@pytest.mark.backend("inline", "worker", reason="a fork has connections of its own")
def test_nor_where_the_database_is_gone_by_then(app, client, databases, jobs, outbox, susan):
    app.config["EXPORT_ATTACHMENT_LIMIT"] = 1
    outbox.refuse()
    refused = outbox.on_arrival
    client.log_in(susan)
    db.session.rollback()  # a connection of the test's own would be cut, too

    with ExitStack() as outage:

        def gone():
            outage.enter_context(databases.gone())
            refused()

        outbox.on_arrival = gone
        with jobs.expect_failure(MailNotSent):
            client.submit("/tasks/export-posts")

    assert list(Path(app.config["EXPORT_DIR"]).iterdir()) == []
