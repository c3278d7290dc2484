"""Archives are kept until their links expire, as long as they belong to somebody."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from app import clock, shelf
from tests.support.builders import make_task, make_user

pytestmark = pytest.mark.usefixtures("app")
WEEK = timedelta(days=7)


@pytest.fixture
def kept(susan):
    """The place of an archive."""
    task = make_task(susan, state="finished")
    shelf.keep(task.id, io.BytesIO(b"archive"))
    return shelf.place_of(task.id)


def files(place):
    return sorted(place.parent.iterdir())


def test_an_archive_is_kept_whole_and_nothing_beside_it(kept):
    assert kept.read_bytes() == b"archive"
    assert files(kept) == [kept]


def test_nothing_is_swept_before_it_expires(kept):
    assert shelf.sweep() == 0
    assert kept.exists()


def test_what_has_expired_is_swept(kept):
    with freeze_time(clock.now() + WEEK + timedelta(seconds=1)):
        assert shelf.sweep() == 1

    assert files(kept) == []


def test_an_archive_that_was_kept_again_lasts_as_long_again(kept):
    with freeze_time(clock.now() + WEEK):
        shelf.keep(kept.stem.removeprefix("export-"), io.BytesIO(b"again"))
    with freeze_time(clock.now() + WEEK + timedelta(seconds=1)):
        assert shelf.sweep() == 0


def test_what_belongs_to_a_task_that_is_gone_is_swept(kept):
    shelf.keep("nobody's", io.BytesIO(b"archive"))

    assert shelf.sweep() == 1
    assert files(kept) == [kept]


@pytest.mark.parametrize(("state", "swept"), [("failed", 1), ("running", 0), ("queued", 0)])
def test_what_belongs_to_a_task_that_failed_is_swept(state, swept):
    task = make_task(make_user("john"), state=state)
    shelf.keep(task.id, io.BytesIO(b"archive"))

    assert shelf.sweep() == swept


def test_files_of_others_are_left_alone(kept):
    other = kept.parent / "holiday.zip"
    other.write_bytes(b"other")

    assert shelf.sweep() == 0
    assert other.exists()


def test_where_nothing_was_ever_kept_nothing_is_swept():
    assert shelf.sweep() == 0


def test_what_another_worker_has_swept_is_not_counted(kept, monkeypatch):
    kept.unlink()
    monkeypatch.setattr(Path, "glob", lambda *_: [kept])

    assert shelf.sweep() == 0


def test_an_archive_that_cannot_be_deleted_is_logged(caplog, kept):
    kept.unlink()
    kept.mkdir()  # nobody, not even root, can unlink that

    with freeze_time(clock.now() + 2 * WEEK):
        assert shelf.sweep() == 0
    assert "An expired archive could not be deleted" in caplog.text


def test_what_was_never_kept_can_be_discarded(kept):
    shelf.discard(["nothing", kept.stem.removeprefix("export-")])

    assert files(kept) == []
