"""The files of a deployment agree with each other, and with the app."""

import re
import shlex
import shutil
import subprocess
from importlib.metadata import packages_distributions

import pytest
import yaml

from app.config import SettingError, load, require_secret
from tests.support import deploy_files
from tests.support.absent import absent
from tests.support.deploy_files import ROOT, compose, dockerfile, image, read_env, unit
from tests.unit.test_imports import imports, modules

WAYS = {
    "Procfile": deploy_files.procfile,
    "containers": deploy_files.containers,
    "systemd": deploy_files.systemd,
    "supervisor": deploy_files.supervisor,
}
EXAMPLE = deploy_files.EXAMPLE.read_text(encoding="utf-8")
NGINX = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ITS_OWN = {"WEB_CONCURRENCY"}  # gunicorn's
PINNED = r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}"


def bare(command):
    return [command[0].rpartition("/")[2], *command[1:]]


@pytest.mark.parametrize("way", WAYS)
def test_the_same_is_started_everywhere(way):
    commands = WAYS[way]()

    assert [bare(each) for each in commands[:3]] == [
        ["flask", "db", "upgrade"],
        ["gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"],
        ["flask", "worker"],
    ]
    assert commands.workers >= 2


def test_the_example_of_an_environment_names_settings_of_the_app():
    names = set(read_env(EXAMPLE))

    assert {name for name in names - ITS_OWN if f"`{name}`" not in README} == set()


def test_the_example_of_an_environment_is_accepted_once_it_has_a_secret():
    settings = read_env(EXAMPLE)

    with pytest.raises(SettingError, match="SECRET_KEY is not set"):
        require_secret(load(settings))
    require_secret(load({**settings, "SECRET_KEY": "long and random"}))


@pytest.mark.server
def test_a_shell_reads_the_environment_as_the_others_do(tmp_path):
    settings = {"SECRET_KEY": "a b#c'd", "LOGIN_LIMIT": "3 per minute; 9 per hour"}
    file = tmp_path / "env"
    file.write_text(deploy_files.filled_in(settings))

    told = subprocess.check_output(
        ["/bin/sh", "-ac", f". {shlex.quote(str(file))} && env"], env={}, text=True
    )

    there = dict(line.partition("=")[::2] for line in told.splitlines())
    expected = read_env(EXAMPLE) | settings
    assert {name: there[name] for name in expected} == expected == read_env(file.read_text())


def test_the_image_is_pinned_by_its_contents():
    bases = re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)

    assert [bool(re.fullmatch(PINNED, base)) for base in bases] == [True, False, False]
    assert bases[1:] == ["base", "base"]


def test_the_image_installs_the_hashed_pins_and_runs_as_nobody_in_particular():
    assert "--require-hashes -r /prod.txt" in dockerfile()
    [user] = re.findall(r"^USER (\d+)$", dockerfile(), re.MULTILINE)
    assert int(user) > 0
    assert f"--uid {user} " in dockerfile()


def test_the_image_holds_what_runs_and_nothing_else(tmp_path):
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if line[0] not in "#!"] == ["*", "**/__pycache__"]

    there = {path.name for path in deploy_files.copy_image(tmp_path).iterdir()}

    assert there == {"app", "deploy", "migrations", "requirements", "wsgi.py"}
    for command in (image("CMD"), image("HEALTHCHECK")):
        files = [each for each in command if each.endswith(".py")]
        assert files
        assert [file for file in files if not (tmp_path / file).exists()] == []


def pins(name):
    """The package and the version of each pin in a file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([\w-]+)(?:\[[\w,]+\])?==(\S+)", text, re.MULTILINE))


def test_a_package_has_the_same_version_wherever_it_is_pinned():
    assert pins("prod.txt") <= pins("dev.txt")
    assert pins("test.txt") <= pins("dev.txt")


def test_what_the_app_imports_is_among_the_pins_of_production():
    pinned = {package for package, _version in pins("prod.txt")}
    known = packages_distributions()

    needed = {
        distribution.lower().replace("_", "-")
        for name, file in modules("app").items()
        if name != "app.demo"  # which has packages of its own
        for imported in imports(file)
        for distribution in known.get(imported.partition(".")[0], [])
    }

    assert needed - pinned == set()
    assert {"flask", "rq", "redis"} <= needed


def test_every_image_of_another_is_of_an_exact_version():
    images = {
        name: service["image"]
        for name, service in compose()["services"].items()
        if "build" not in service
    }

    assert set(images) == {"mail", "postgres", "valkey"}
    assert [each for each in images.values() if not re.search(r":v?\d+\.\d+[.\w-]*$", each)] == []


def test_containers_publish_to_this_machine_alone():
    ports = [port for each in compose()["services"].values() for port in each.get("ports", [])]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_containers_set_settings_of_the_app():
    web = compose()["services"]["web"]

    assert {name for name in web["environment"] if f"`{name}`" not in README} == set()
    load(web["environment"])


def test_a_worker_that_is_told_to_stop_has_as_long_as_a_job_may_take():
    longest = load({})["JOB_TIMEOUT"]
    hours = [
        compose()["services"]["worker"]["stop_grace_period"],
        unit("microblog-worker@.service")["TimeoutStopSec"],
    ]
    programs = deploy_files.read_ini(deploy_files.SUPERVISOR)

    assert hours == [f"{longest // 3600}h"] * 2
    assert int(programs["program:microblog-worker"]["stopwaitsecs"]) >= longest


def test_the_signal_to_stop_is_not_for_the_process_that_runs_a_job():
    programs = deploy_files.read_ini(deploy_files.SUPERVISOR)

    assert unit("microblog-worker@.service")["KillMode"] == "mixed"
    assert programs["program:microblog-worker"]["stopasgroup"] == "false"


@pytest.mark.parametrize("which", ["web", "worker"])
def test_whatever_has_ended_is_started_again(which):
    [service] = [file.name for file in deploy_files.UNITS.glob(f"microblog-{which}*.service")]
    programs = deploy_files.read_ini(deploy_files.SUPERVISOR)

    assert compose()["services"][which]["restart"] == "unless-stopped"
    assert unit(service)["Restart"] == "always"
    assert programs[f"program:microblog-{which}"]["autorestart"] == "true"


@pytest.mark.server
def test_systemd_finds_no_fault_with_the_units(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        absent("systemd-analyze is not here: it comes with systemd.")
    for file in sorted(deploy_files.UNITS.iterdir()):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(deploy_files.placed(text, tmp_path / "env", "root"))

    command = [program, "verify", *map(str, sorted(tmp_path.iterdir()))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_nginx_says_itself_where_a_request_comes_from():
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", NGINX))

    assert headers == {
        "Host": "$host",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Proto": "$scheme",
        "X-Request-ID": "$request_id",
    }
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(megabytes) * 1_000_000 > load({})["MAX_CONTENT_LENGTH"]


def test_yaml_files_repeat_no_key():
    class Strict(yaml.SafeLoader):
        """Refuses what the last of two equal keys would hide."""

    def mapping(loader, node):
        keys = [key.value for key, _value in node.value]
        assert len(keys) == len(set(keys)), f"line {node.start_mark.line}: {keys}"
        return yaml.SafeLoader.construct_mapping(loader, node, deep=True)

    Strict.add_constructor("tag:yaml.org,2002:map", mapping)
    for file in (ROOT / "compose.yaml", *(ROOT / ".github").rglob("*.yml")):
        yaml.load(file.read_text(encoding="utf-8"), Strict)
