"""How the export goes about its work; what comes of it is the promises' matter."""

import time

from sqlalchemy import select

from app.extensions import db
from app.models import Task
from app.parcel import Parcel
from app.tasks.export import export_posts
from tests.support.builders import make_posts, make_task


def test_it_pauses_as_often_as_it_reads_posts(app, outbox, susan):
    app.config["EXPORT_PAUSE"] = 0.02
    make_posts(susan, *["the same"] * 5)

    begun = time.perf_counter()
    export_posts(make_task(susan).id)

    assert time.perf_counter() - begun >= 5 * 0.02


def test_no_connection_to_the_database_waits_for_the_mail_server(app, outbox, susan):
    task_id = make_task(susan).id
    held = []
    outbox.on_arrival = lambda: held.append(db.engine.pool.checkedout())

    export_posts(task_id)

    assert held == [0]


def test_progress_keeps_pace_with_the_archive_also_of_many_posts(app, outbox, susan, monkeypatch):
    make_posts(susan, *["the same"] * 350)
    seen, write = [], Parcel.write

    def watched(parcel, data):
        with db.engine.connect() as elsewhere:
            seen.append((elsewhere.scalar(select(Task.progress)), len(data)))
        write(parcel, data)

    monkeypatch.setattr(Parcel, "write", watched)
    export_posts(make_task(susan).id)

    written, total = 0, sum(size for _progress, size in seen)
    for progress, size in seen:
        assert abs(progress - 100 * written / total) < 3
        written += size
