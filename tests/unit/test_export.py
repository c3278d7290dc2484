"""How the export goes about its work; what comes of it is the promises' matter."""

import time
from types import SimpleNamespace

import pytest

from app.tasks import engine
from app.tasks.export import export_posts
from tests.support.builders import make_posts, make_task


@pytest.mark.parametrize(("posts", "batches"), [(3, 3), (100, 100), (250, 125), (399, 133)])
def test_it_pauses_after_each_batch_of_a_hundredth(app, outbox, susan, monkeypatch, posts, batches):
    app.config["EXPORT_PAUSE"] = 0.25
    pauses = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=pauses.append)
    monkeypatch.setattr(engine, "time", clock)
    make_posts(susan, *["the same"] * posts)

    export_posts(make_task(susan).id)

    assert pauses == [0.25] * batches
