"""The disk is full while the archive is written."""

import errno
from tempfile import SpooledTemporaryFile

import pytest

from app import parcel
from app.models import Task
from tests.support.builders import make_posts
from tests.support.rows import all_of


class FullDisk(SpooledTemporaryFile):
    """A temporary file on a disk with no room left."""

    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def exported(client, jobs, monkeypatch, outbox, susan):
    """Susan, whose archive found no room."""
    make_posts(susan, "first", "second")
    client.log_in(susan)
    with monkeypatch.context() as full, jobs.expect_failure(OSError):
        full.setattr(parcel, "SpooledTemporaryFile", FullDisk)
        client.submit("/tasks/export-posts")
        jobs.run()
    return client


def test_an_export_that_finds_no_room_has_failed_and_says_no_details(exported, outbox):
    [data] = exported.progress()

    assert (data["state"], data["reason"], outbox) == (
        "failed",
        "Something went wrong on our side. Please try again later.",
        [],
    )


def test_once_there_is_room_the_user_can_start_again(exported, jobs, outbox):
    exported.submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1
    assert sorted(task.state for task in all_of(Task)) == ["failed", "finished"]
