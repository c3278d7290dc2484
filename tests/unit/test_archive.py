"""Promise 7: any text comes back exactly."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import archive

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=140)
years = st.timedeltas(timedelta(days=-365_000), timedelta(days=365_000))
times = years.map(lambda distance: NOON + distance)


def written(*posts):
    file = io.BytesIO()
    archive.write(file, posts)
    return file.getvalue()


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
    rows = [
        {"body": body, "timestamp": time.isoformat(timespec="microseconds")[:26] + "Z"}
        for body, time in posts
    ]

    whole = json.dumps({"posts": rows}, indent=4, ensure_ascii=False)
    assert written(*posts).decode() == whole


@given(st.lists(st.tuples(texts, times), max_size=5))
def test_what_was_written_is_read_back(posts):
    assert archive.read(written(*posts)) == posts


def test_a_time_in_another_zone_is_written_in_utc():
    [(_body, read)] = archive.read(written(("x", NOON.astimezone(timezone(timedelta(hours=5))))))

    assert read == NOON


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
