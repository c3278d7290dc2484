"""Promise 11: a job sees nothing of the request that launched it; its arguments are JSON."""

import json

import pytest
from flask import g, has_request_context
from flask_login import current_user

from app.extensions import db
from app.models import Post
from app.tasks.queue import task_queue
from tests.support.rows import the

seen = {}


def look_around():
    """A job that notes what it can see."""
    seen["request"] = has_request_context()
    seen["user"] = bool(current_user)
    seen["g"] = "secret" in g
    seen["posts"] = db.session.query(Post).count()
    db.session.rollback()


def greet(user):
    """A job that would like to be given a user."""


def test_a_job_sees_no_request_no_user_and_no_uncommitted_row(app, jobs, susan):
    g.secret = "of the request"
    db.session.add(Post(body="not committed", user_id=susan.id))
    db.session.flush()
    db.session.expire_all()

    with jobs.held():
        task_queue().enqueue(look_around)
    db.session.commit()
    jobs.run()

    assert seen == {"request": False, "user": False, "g": False, "posts": 1}


def test_a_job_cannot_undo_what_its_launcher_has_not_committed(app, jobs, susan):
    db.session.add(Post(body="kept", user_id=susan.id))

    task_queue().enqueue(look_around)
    db.session.commit()

    assert the(Post).body == "kept"


def test_the_arguments_of_an_export_are_json(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    [job_id] = task_queue().finished_job_registry.get_job_ids()
    job = task_queue().fetch_job(job_id)
    assert json.loads(job.data) == ["app.tasks.export.export_posts", None, [job_id], {}]


def test_a_model_instance_is_refused_as_an_argument(app, susan):
    with pytest.raises(TypeError, match="User is not JSON serializable"):
        task_queue().enqueue(greet, susan)
