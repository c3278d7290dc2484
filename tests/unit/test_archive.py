"""Promise 7: any text comes back exactly."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app import archive
from app.extensions import db
from app.models import Post
from tests.support.builders import add

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=140)
years = st.timedeltas(timedelta(days=-365_000), timedelta(days=365_000))
times = years.map(lambda distance: NOON + distance)


def written(*posts):
    file = io.BytesIO()
    archive.write(file, ([(body, text_of(time))] for body, time in posts))
    return file.getvalue()


def text_of(time):
    return time.isoformat(timespec="microseconds")[:26] + "Z"


def test_an_archive_looks_like_this():
    assert written(("Grüße 🎉", NOON), ("שלום", NOON + timedelta(microseconds=1))).decode() == (
        """\
{
    "posts": [
        {
            "body": "Grüße 🎉",
            "timestamp": "2026-01-31T12:00:00.000000Z"
        },
        {
            "body": "שלום",
            "timestamp": "2026-01-31T12:00:00.000001Z"
        }
    ]
}"""
    )


def test_an_archive_of_nothing_is_an_empty_list():
    assert json.loads(written()) == {"posts": []}


@given(st.lists(st.tuples(texts, times), max_size=5))
def test_an_archive_is_what_json_would_write(posts):
    rows = [{"body": body, "timestamp": text_of(time)} for body, time in posts]

    whole = json.dumps({"posts": rows}, indent=4, ensure_ascii=False)
    assert written(*posts).decode() == whole


@given(st.lists(st.tuples(texts, times), max_size=5))
def test_what_was_written_is_read_back(posts):
    assert archive.read(written(*posts)) == posts


def test_posts_in_batches_are_one_list():
    file = io.BytesIO()

    assert archive.write(file, [[("1", "a"), ("2", "b")], [("3", "c")]]) == 3
    assert [post["body"] for post in json.loads(file.getvalue())["posts"]] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("time", "as_text"),
    [
        (NOON, "2026-01-31T12:00:00.000000Z"),
        (NOON.replace(microsecond=70), "2026-01-31T12:00:00.000070Z"),
        (NOON.astimezone(timezone(timedelta(hours=5))), "2026-01-31T12:00:00.000000Z"),
        (datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC), "0987-06-05T04:03:02.000000Z"),
    ],
    ids=["noon", "microseconds", "another zone", "long ago"],
)
def test_the_database_writes_a_time_as_the_archive_has_it(app, susan, time, as_text):
    add(Post(body="x", timestamp=time, user_id=susan.id))

    assert db.session.execute(archive.posts_of(susan)).all() == [("x", as_text)]


def test_a_time_that_others_wrote_without_microseconds_gets_them(app, susan):
    add(Post(body="x", user_id=susan.id))
    db.session.execute(text("UPDATE post SET timestamp = '2026-01-31 12:00:00'"))

    assert db.session.execute(archive.posts_of(susan)).all() == [("x", text_of(NOON))]


GOOD = {"body": "x", "timestamp": "2026-01-31T12:00:00.000000Z"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "line 1: Expecting value"),
        (b'{\n"posts": [\n}', "line 3: Expecting value"),
        (b'{\n"posts": "\xff"}', "line 2: this is not UTF-8 text"),
        ([], 'line 1: an archive is an object with a list named "posts"'),
        ({"posts": {}}, 'line 1: an archive is an object with a list named "posts"'),
        ({"posts": [GOOD, 1]}, "posts[1]: a post has a body and a timestamp, and nothing else"),
        ({"posts": [{"body": "x"}]}, "posts[0]: a post has a body and a timestamp"),
        ({"posts": [GOOD | {"more": 1}]}, "posts[0]: a post has a body and a timestamp"),
        ({"posts": [GOOD | {"body": 1}]}, "posts[0]: its body is not a text of 1 to 140"),
        ({"posts": [GOOD | {"body": ""}]}, "posts[0]: its body is not a text of 1 to 140"),
        ({"posts": [GOOD | {"body": "x" * 141}]}, "posts[0]: its body is not a text of 1 to 140"),
        ({"posts": [GOOD | {"body": "a\0b"}]}, "posts[0]: its body holds a character that cannot"),
        ({"posts": [GOOD | {"body": "\ud800"}]}, "posts[0]: its body holds a character that"),
        ({"posts": [GOOD | {"timestamp": 1}]}, "posts[0]: its timestamp is not like 2026-"),
        (
            {"posts": [GOOD | {"timestamp": "2026-01-31T12:00:00+01:00"}]},
            "posts[0]: its timestamp is not like 2026-",
        ),
    ],
)
def test_what_is_wrong_with_an_archive_is_named_with_its_place(content, complaint):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()

    with pytest.raises(archive.ArchiveError) as refused:
        archive.read(data)

    assert str(refused.value).startswith(complaint)
