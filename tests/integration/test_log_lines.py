"""What is logged of a request and of a job: which it was, and whose."""

import logging
import re

import pytest

from app.models import Task, User
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.queue import runs_as_job, task_queue
from app.tokens import make_reset_token
from tests.support.rows import the


def test_each_request_is_logged_when_it_is_answered(client, log, susan):
    client.log_in(susan).get("/user/susan?page=2")

    [line] = log(message="Answered")
    told = {name: line[name] for name in ("level", "method", "path", "status", "user_id")}
    assert told == {
        "level": "INFO",
        "method": "GET",
        "path": "/user/susan",
        "status": 200,
        "user_id": susan.id,
    }
    assert 0 < line["ms"] < 60_000


def test_a_strangers_request_has_no_user(client, log):
    client.get("/login")

    [line] = log(message="Answered")
    assert "user_id" not in line


def test_a_log_in_is_already_the_users(client, log, susan):
    client.log_in_by_form(susan)

    assert log(message="Answered")[-1]["user_id"] == susan.id


def test_whose_it_is_costs_no_query(client, databases, log, susan):
    client.log_in(susan)

    with databases.gone():
        client.get("/static/app.js").close()

    [line] = log(message="Answered")
    assert (line["status"], line["user_id"]) == (200, the(User).id)


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_load_balancers_do_not_fill_the_log(client, log, path):
    client.get(path)

    assert log() == []


def test_a_path_cannot_look_like_something_else(client, log):
    client.get("/a user_id=1\n%0Ab")

    [line] = log(message="Answered")
    assert " " not in line["path"]
    assert "\n" not in line["path"]


def test_a_link_that_lets_one_in_is_not_logged(client, log, susan):
    token = make_reset_token(susan)

    client.get(f"/reset-password/{token}")

    assert token not in str(log())
    assert log(path="/reset-password/<token>")


def test_a_request_is_known_by_the_id_it_came_with(client, log):
    answer = client.get("/login", headers={"X-Request-ID": "proxy-1.a:B"})

    assert answer.headers["X-Request-ID"] == "proxy-1.a:B"
    assert log(request_id="proxy-1.a:B", message="Answered")


@pytest.mark.parametrize("sent", [None, "", "two words", "ä", "a" * 65, "<b>", "a,b"])
def test_any_other_gets_an_id_of_its_own(client, log, sent):
    headers = {} if sent is None else {"X-Request-ID": sent}

    answers = [client.get("/login", headers=headers) for _ in range(2)]

    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert [line["request_id"] for line in log(message="Answered")] == ids
    assert ids[0] != ids[1]


def test_an_error_is_logged_with_its_request(app, client, log, monkeypatch, susan):
    client.log_in(susan)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "POSTS_PER_PAGE", "not a number")

    answer = client.get("/")

    error, answered = log(request_id=answer.headers["X-Request-ID"])
    assert (error["level"], error["path"], error["user_id"]) == ("ERROR", "/", susan.id)
    assert "Traceback" in error["exception"]
    assert answered["status"] == 500


def test_a_failing_task_is_logged_with_its_job_its_id_and_its_worker(jobs, log, susan):
    with jobs.expect_failure(TypeError):
        launch(count_slowly, susan, seconds="soon")
        jobs.run()

    task_id = the(Task).id
    [line] = log(logger="app")
    assert (line["job_id"], line["task_id"], line["user_id"]) == (task_id, task_id, the(User).id)
    assert line["worker"]
    assert "Traceback" in line["exception"]
    assert "request_id" not in line


@runs_as_job
def log_something():
    """A job that logs a line."""
    logging.getLogger("app").info("Something")


@pytest.mark.parametrize(
    ("meta", "found"),
    [
        ({}, {}),
        ({"user_id": 7}, {"user_id": 7}),
        ({"user_id": 7, "progress": 0}, {"user_id": 7, "task_id": True}),
        ("not a dictionary", {}),
    ],
)
def test_a_job_says_in_its_meta_whose_it_is(app, jobs, log, meta, found):
    job = task_queue().enqueue(log_something, meta=meta)
    jobs.run()

    [line] = log(message="Something")
    if "task_id" in found:
        found = found | {"task_id": job.id}
    assert {name: line[name] for name in ("user_id", "task_id") if name in line} == found
    assert line["job_id"] == job.id
