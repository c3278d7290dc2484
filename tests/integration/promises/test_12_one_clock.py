"""Promise 12: time is UTC and comes from one function."""

import re
from pathlib import Path

import pytest
from freezegun import freeze_time

import app as package
from app.models import Post, Task
from tests.support.rows import the

FOLDER = Path(package.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


@freeze_time("2026-01-31 12:00:00")
def test_everything_that_happens_at_once_has_one_time(client, jobs, outbox, susan):
    client.log_in(susan).submit("/", body="Hello")
    client.submit("/tasks/export-posts")
    jobs.run()

    times = {the(Post).timestamp, the(Task).created_at, the(Task).updated_at, the(Task).ended_at}
    assert {time.isoformat() for time in times} == {"2026-01-31T12:00:00+00:00"}
    assert outbox[0]["Date"].datetime.timestamp() == the(Post).timestamp.timestamp()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_nobody_else_asks_the_system_for_the_time(file):
    text = file.read_text(encoding="utf-8")
    asking = re.findall(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(", text)

    assert asking == (["datetime.now("] if file.name == "clock.py" else [])
