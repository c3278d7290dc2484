"""How the export goes about its work; what comes of it is the promises' matter."""

import time

from app.tasks.export import export_posts
from tests.support.builders import make_posts, make_task


def test_it_pauses_as_often_as_it_reads_posts(app, outbox, susan):
    app.config["EXPORT_PAUSE"] = 0.02
    make_posts(susan, *["the same"] * 5)

    begun = time.perf_counter()
    export_posts(make_task(susan).id)

    assert time.perf_counter() - begun >= 5 * 0.02
