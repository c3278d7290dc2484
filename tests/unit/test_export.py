"""How the export goes about its work; what comes of it is the promises' matter."""

import time

from app.extensions import db
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
