"""What load balancers are told while all is well, while the broker is down, and the database."""

import socket
import time

import pytest
from flask_migrate import stamp
from sqlalchemy import text

from app import create_app
from app.config import load
from app.extensions import db
from app.tasks.count import count_slowly
from app.tasks.engine import launch
from app.tasks.worker import AppWorker

READY = {
    "status": "ready",
    "database": "ok",
    "schema": "unknown",
    "broker": "ok",
    "workers": 0,
    "waiting": 0,
}
NO_BROKER = {"broker": "down", "workers": None, "waiting": None}
MIGRATION = "revision = {revision!r}\ndown_revision = {after!r}\n"


def test_a_process_is_up_whatever_else_is_down(backend, client, databases):
    with backend.down(), databases.gone():
        answer = client.get("/health")

    assert (answer.status_code, answer.get_json()) == (200, {"status": "up"})


def test_all_is_ready(client):
    answer = client.get("/ready")

    assert (answer.status_code, answer.get_json()) == (200, READY)


def test_without_its_broker_the_site_is_degraded_but_serves(backend, client):
    with backend.down():
        answer = client.get("/ready")

    assert (answer.status_code, answer.get_json()) == (
        200,
        READY | {"status": "degraded"} | NO_BROKER,
    )


def test_without_its_database_the_site_is_down(client, databases):
    with databases.gone():
        answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.get_json() == READY | {"status": "down", "database": "down"}


def test_with_neither_the_site_is_down(backend, client, databases):
    with backend.down(), databases.gone():
        answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.get_json()["status"] == "down"


def test_a_site_is_ready_again_once_both_are_back(backend, client, databases):
    with backend.down(), databases.gone():
        client.get("/ready")

    assert client.get("/ready").get_json() == READY


def test_a_database_without_tables_is_down(client):
    db.drop_all()

    assert client.get("/ready").status_code == 503


def test_what_is_down_is_logged(backend, caplog, client, databases):
    with backend.down(), databases.gone():
        client.get("/ready")

    [database, broker] = caplog.messages
    assert database.startswith("Not ready, the database does not answer: ")
    assert broker == ("Degraded, the broker does not answer: The broker is down: the test says so.")


@pytest.fixture
def migrated(app, monkeypatch, tmp_path):
    """Record a revision in the database, of code whose revisions are one and two."""
    for revision, after in (("one", None), ("two", "one")):
        script = tmp_path / "versions" / f"{revision}.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(MIGRATION.format(revision=revision, after=after))
    monkeypatch.setattr(app.extensions["migrate"], "directory", str(tmp_path))

    def record(revision):
        db.session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        db.session.execute(text("INSERT INTO alembic_version VALUES (:it)"), {"it": revision})
        db.session.commit()

    return record


@pytest.mark.parametrize(
    ("revision", "schema", "status_code"),
    [
        pytest.param("two", "current", 200, id="up-to-date"),
        pytest.param("one", "behind", 503, id="to-be-migrated"),
        pytest.param("three", "unknown", 200, id="migrated-by-newer-code"),
    ],
)
def test_a_schema_older_than_the_code_is_down(client, migrated, revision, schema, status_code):
    migrated(revision)

    answer = client.get("/ready")

    assert (answer.get_json()["schema"], answer.status_code) == (schema, status_code)


def test_the_projects_own_schema_is_current(client):
    stamp()

    assert client.get("/ready").get_json() == READY | {"schema": "current"}


def test_jobs_that_wait_are_counted(client, jobs, susan):
    with jobs.held():
        launch(count_slowly, susan, seconds=1)
        assert client.get("/ready").get_json()["waiting"] == 1
    jobs.run()

    assert client.get("/ready").get_json()["waiting"] == 0


def test_workers_are_counted_while_they_live(app, client):
    worker = AppWorker(app, prepare_for_work=False)
    worker.hostname = worker.ip_address = "here"
    worker.pid = 1
    worker.register_birth()
    assert client.get("/ready").get_json()["workers"] == 1

    app.redis.delete(worker.key)  # as the broker does when its heartbeat stops

    assert client.get("/ready").get_json()["workers"] == 0


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_the_answer_is_for_nobody_in_particular(client, path, susan):
    answer = client.log_in(susan).get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("trusted", [None, ["blog.example.com"], [".example.com", "localhost"]])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "[fd00::7]", "web-1", "a b", ""])
@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_load_balancer_may_ask_by_whatever_name(app, client, host, monkeypatch, path, trusted):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", trusted)

    assert client.get(path, headers={"Host": host}).status_code == 200


def test_nobody_else_may_ask_by_whatever_name(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["blog.example.com"])

    assert client.get("/login", headers={"Host": "10.0.0.7:8000"}).status_code == 400
    assert client.get("/health/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.fixture
def silent_server():
    """The address of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.server
def test_silent_servers_are_waited_for_so_long_and_no_longer(silent_server):
    environ = {
        "DATABASE_URL": f"postgresql://microblog:password@{silent_server}/microblog",
        "DATABASE_TIMEOUT": "2",
        "REDIS_URL": f"redis://:password@{silent_server}",
        "BROKER_TIMEOUT": "0.2",
    }
    client = create_app(load(environ)).test_client()
    began = time.monotonic()

    answer = client.get("/ready")

    assert 2 <= time.monotonic() - began < 4
    assert answer.status_code == 503
    assert answer.get_json() == READY | NO_BROKER | {"status": "down", "database": "down"}
