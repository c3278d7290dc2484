"""Promise 7: the right mail, to the owner alone, with every post exactly as it was written."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.models import Post
from tests.support.builders import make_posts, make_user
from tests.support.outbox import attachments_of, html_of, text_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=140)


def export(client, jobs, user):
    client.log_in(user).submit("/tasks/export-posts")
    jobs.run()


def posts_in(message):
    [(_name, _type, data)] = attachments_of(message)
    return json.loads(data)["posts"]


def test_it_goes_to_the_owner_alone(client, jobs, outbox, susan):
    make_user("john", posts=("not mine",))

    export(client, jobs, susan)

    [message] = outbox
    assert (message["To"], message["Cc"], message["Bcc"]) == ("susan@example.com", None, None)
    assert message["Subject"] == "[Microblog] Your posts"


def test_it_has_a_text_and_an_html_part(client, jobs, outbox, susan):
    export(client, jobs, susan)

    [message] = outbox
    assert "susan" in text_of(message)
    assert "susan" in html_of(message)


def test_the_archive_is_json(client, jobs, outbox, susan):
    export(client, jobs, susan)

    [(name, media_type, data)] = attachments_of(outbox[0])
    assert (name, media_type) == ("posts.json", "application/json")
    assert json.loads(data.decode("utf-8")) == {"posts": []}


def test_every_post_is_in_it_oldest_first_with_its_time_in_utc(client, jobs, outbox, susan):
    make_posts(susan, "first", "second")
    make_user("john", posts=("not mine",))

    export(client, jobs, susan)

    assert posts_in(outbox[0]) == [
        {"body": "first", "timestamp": "2026-01-31T12:00:00.000000Z"},
        {"body": "second", "timestamp": "2026-01-31T12:01:00.000000Z"},
    ]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_text_comes_back_exactly(client, jobs, outbox, susan, bodies):
    db.session.query(Post).delete()
    make_posts(susan, *bodies)

    export(client, jobs, susan)

    assert [post["body"] for post in posts_in(outbox[-1])] == bodies


def test_export_import_export_is_the_identity(client, flask, jobs, outbox, susan, tmp_path):
    make_posts(susan, "first", "Grüße 🎉", 'a "quoted" line\nand another')
    john = make_user("john")
    export(client, jobs, susan)
    [(_name, _type, archive)] = attachments_of(outbox[0])
    (tmp_path / "posts.json").write_bytes(archive)

    flask("posts", "import", str(tmp_path / "posts.json"), "--user", "john")
    export(client, jobs, john)

    assert attachments_of(outbox[1]) == attachments_of(outbox[0])
