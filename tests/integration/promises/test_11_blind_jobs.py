"""Promise 11: a job sees nothing of the request that launched it; its arguments are JSON."""

import json

import pytest
from flask import g, has_request_context
from flask_login import current_user

from app.extensions import db
from app.models import Post
from app.tasks.queue import runs_as_job, task_queue
from tests.support.rows import the


@runs_as_job
def look_around():
    """Return what a job can see."""
    sight = {
        "request": has_request_context(),
        "user": bool(current_user),
        "g": "secret" in g,
        "posts": db.session.query(Post).count(),
    }
    db.session.rollback()
    return sight


def greet(user):
    """A job that would like to be given a user."""


def test_a_job_sees_no_request_no_user_and_no_uncommitted_row(app, jobs, susan):
    g.secret = "of the request"
    db.session.add(Post(body="not committed", user_id=susan.id))
    db.session.flush()
    db.session.expire_all()

    job = task_queue().enqueue(look_around)
    jobs.run()

    assert job.return_value() == {"request": False, "user": False, "g": False, "posts": 0}


def test_a_job_cannot_undo_what_its_launcher_has_not_committed(app, jobs, susan):
    db.session.add(Post(body="kept", user_id=susan.id))

    with jobs.held():
        task_queue().enqueue(look_around)
    jobs.run()
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
