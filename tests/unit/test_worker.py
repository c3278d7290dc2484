"""The worker: a context of its own for each job, and an end for what was killed."""

import io
import json
import logging
import os
import signal
from datetime import timedelta

import pytest
from flask import current_app
from rq.utils import now
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app import shelf
from app.extensions import db
from app.logs import add_context
from app.models import Task
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import runs_as_job, task_queue
from app.tasks.record import begin
from app.tasks.recovery import AGAIN, INTERRUPTED
from app.tasks.worker import AppWorker
from pytest_rq.execution import OwnTimer, PoliteDeathPenalty
from tests.support.builders import long_ago, make_task
from tests.support.horses import GuestWorker
from tests.support.rows import the


@pytest.fixture
def worker(app):
    """A worker that is not at work."""
    worker = GuestWorker(app, prepare_for_work=False)
    worker.death_penalty_class = PoliteDeathPenalty if hasattr(signal, "SIGALRM") else OwnTimer
    return worker


def perform(worker, jobs, function):
    """Perform a job in this process, as a forked one would."""
    with jobs.held():
        job = task_queue().enqueue(function)
    task_queue().remove(job)
    done = worker.perform_job(job, task_queue(), worker.prepare_execution(job))
    return done, job.return_value()


def test_an_idle_worker_looks_after_the_others_once_a_minute(worker):
    worker.last_cleaned_at = now() - timedelta(seconds=worker.dequeue_timeout + 1)

    assert worker.dequeue_timeout == 60
    assert worker.should_run_maintenance_tasks


@runs_as_job
def name_of_the_app():
    """A job that needs an application context."""
    return current_app.name


@pytest.mark.parametrize("when", ["success", "failure", "stopped"])
def test_a_callback_that_the_broker_names_is_not_called(app, jobs, when):
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    app.redis.hset(job.key, f"{when}_callback_name", "no.such.function")

    assert getattr(task_queue().fetch_job(job.id), f"{when}_callback") is None
    jobs.run()


def test_an_address_that_the_broker_names_is_not_called(app, jobs):
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    address = {"url": "http://127.0.0.1:1/", "job_status": "finished"}
    app.redis.hset(job.key, "webhooks", json.dumps([address]))

    assert task_queue().fetch_job(job.id).webhooks == []
    jobs.run()


def test_what_rq_says_of_a_job_is_known_by_the_job(caplog, worker, jobs, susan):
    caplog.handler.addFilter(add_context)
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    job = task_queue().fetch_job(task_id)
    task_queue().empty()

    with caplog.at_level(logging.INFO, "rq.worker"):
        worker.perform_job(job, task_queue(), worker.prepare_execution(job))

    [said] = [record for record in caplog.records if "Job OK" in record.message]
    assert (said.task_id, said.user_id, said.worker) == (task_id, susan.id, worker.name)


def test_a_function_that_is_not_a_job_is_refused(caplog, worker, jobs):
    done, returned = perform(worker, jobs, os.getpid)

    assert (done, returned) == (False, None)
    assert "posix.getpid does not run as a job" in caplog.text


def test_a_job_has_the_apps_context(worker, jobs):
    assert perform(worker, jobs, name_of_the_app) == (True, "app")


def test_the_task_of_a_killed_process_is_tried_again(worker, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    job = task_queue().fetch_job(task_id)
    task_queue().empty()
    begin(task_id)

    worker.handle_work_horse_killed(job, 1, 9, None)

    assert (the(Task).state, the(Task).reason) == ("queued", AGAIN)
    assert job.get_meta()["state"] == "queued"


def test_a_killed_process_that_has_no_try_left_ends_its_task(worker, jobs, susan):
    with jobs.held():
        task_id = launch(count_slowly, susan, seconds=1).id
    job = task_queue().fetch_job(task_id)
    task_queue().empty()
    job.retries_left = 0

    worker.handle_work_horse_killed(job, 1, 9, None)

    assert (the(Task).state, the(Task).reason) == ("failed", INTERRUPTED)
    assert job.get_meta()["state"] == "failed"


def test_a_killed_process_without_a_task_is_no_trouble(worker, jobs):
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    task_queue().empty()

    worker.handle_work_horse_killed(job, 1, 9, None)


@pytest.mark.parametrize("how", [((True,), {}), ((), {"remove_from_intermediate_queue": True})])
def test_a_job_that_is_begun_is_no_longer_being_taken(app, worker, jobs, how):
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    task_queue().remove(job)
    taken = task_queue().intermediate_queue
    app.redis.rpush(taken.key, job.id)
    arguments, options = how

    worker.prepare_job_execution(job, *arguments, **options)

    assert taken.get_job_ids() == []
    worker.perform_job(job, task_queue(), worker.prepare_execution(job))


def test_rq_says_that_a_process_was_killed(caplog, worker, jobs):
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    task_queue().empty()

    worker.handle_work_horse_killed(job, 1, 9, None)

    assert f"Work horse killed for job {job.id}" in caplog.text


def test_what_rq_keeps_of_jobs_is_cleaned_regularly(app, worker):
    finished = task_queue().finished_job_registry
    app.redis.zadd(finished.key, {"a job of long ago": 1})

    worker.run_maintenance_tasks()

    assert app.redis.zcard(finished.key) == 0


def test_dead_tasks_are_ended_regularly(worker, susan):
    make_task(susan, updated_at=long_ago())

    worker.run_maintenance_tasks()

    assert the(Task).state == "failed"


@pytest.fixture
def left_open(app):
    """The database connections that were opened and not closed."""
    db.session.remove()
    left_open = set()

    def opened(connection, _record):
        left_open.add(connection)

    def closed(connection, _record):
        left_open.discard(connection)

    event.listen(db.engine, "connect", opened)
    event.listen(db.engine, "close", closed)
    yield left_open
    event.remove(db.engine, "connect", opened)
    event.remove(db.engine, "close", closed)


def test_no_connection_is_left_for_a_fork_to_inherit(app, jobs, left_open):
    worker = AppWorker(app, prepare_for_work=False)
    with jobs.held():
        job = task_queue().enqueue(name_of_the_app)
    task_queue().empty()

    worker.run_maintenance_tasks()
    worker.handle_work_horse_killed(job, 1, 9, None)

    assert left_open == set()


def test_nor_by_what_goes_wrong(app, left_open, monkeypatch):
    worker = AppWorker(app, prepare_for_work=False)

    def mistaken():
        db.session.execute(db.text("SELECT 1"))
        raise KeyError

    monkeypatch.setattr(shelf, "sweep", mistaken)

    with pytest.raises(KeyError):
        worker.run_maintenance_tasks()

    assert left_open == set()


@pytest.fixture
def orphan(app, jobs, susan):
    """A job whose process was killed; its task is recorded as running."""
    with jobs.held():
        task = launch(count_slowly, susan, seconds=1)
    begin(task.id)
    job = task_queue().fetch_job(task.id)
    task_queue().empty()
    return job


@pytest.mark.parametrize("do", ["run_maintenance_tasks", "handle_work_horse_killed"])
def test_a_worker_outlives_the_database(app, caplog, databases, do, orphan):
    worker = AppWorker(app, prepare_for_work=False)
    killed = (orphan, 1, 9, None) if do == "handle_work_horse_killed" else ()

    with databases.gone():
        getattr(worker, do)(*killed)

    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert record.message == "What a worker does between jobs is put off"
    assert issubclass(record.exc_info[0], OperationalError)


def test_a_worker_outlives_the_disk(app, caplog, monkeypatch):
    def stale():
        raise OSError("Stale file handle")

    monkeypatch.setattr(shelf, "sweep", stale)

    AppWorker(app, prepare_for_work=False).run_maintenance_tasks()

    assert "Stale file handle" in caplog.text


def test_expired_archives_are_deleted_regularly(worker):
    shelf.keep("nobody's", io.BytesIO(b"archive"))

    worker.run_maintenance_tasks()

    assert not shelf.place_of("nobody's").exists()


def test_a_worker_says_what_it_does(caplog, worker, jobs):
    with caplog.at_level(logging.INFO, "rq.worker"):
        perform(worker, jobs, name_of_the_app)

    assert "Job OK" in caplog.text
