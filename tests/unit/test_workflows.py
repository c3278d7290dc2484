"""CI asks for no more than it needs, runs what is pinned, and ends."""

import re
from configparser import ConfigParser

import pytest
import yaml

from tests.support.deploy_files import ROOT, compose

FILES = sorted((ROOT / ".github").rglob("*.yml"))
WORKFLOWS = [file for file in FILES if file.parent.name == "workflows"]
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in FILES}

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)


def read(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def jobs():
    return [job for file in WORKFLOWS for job in read(file)["jobs"].values()]


@each_workflow
def test_a_workflow_may_do_nothing_and_its_jobs_read(workflow):
    found = read(workflow)

    assert found["permissions"] == {}
    assert [job["permissions"] for job in found["jobs"].values()] == [{"contents": "read"}] * len(
        found["jobs"]
    )


@each_workflow
def test_every_job_ends(workflow):
    minutes = [job["timeout-minutes"] for job in read(workflow)["jobs"].values()]

    assert all(10 <= each <= 60 for each in minutes)


@pytest.mark.parametrize("name", TEXTS)
def test_every_action_of_others_is_pinned_and_says_its_version(name):
    others = re.findall(r"uses: (?!\./)(.+)", TEXTS[name])

    assert [each for each in others if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v.+", each)] == []


def test_an_action_has_one_pin_everywhere():
    pins = {}
    for action, pin in re.findall(r"uses: ([\w/-]+)@(.+)", "\n".join(TEXTS.values())):
        pins.setdefault(action, set()).add(pin)

    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@each_workflow
def test_no_credentials_are_left_for_the_steps(workflow):
    for job in read(workflow)["jobs"].values():
        [checkout] = [each for each in job["steps"] if "checkout@" in each.get("uses", "")]

        assert checkout["with"] == {"persist-credentials": False}


def test_what_writes_a_report_shows_it_whatever_came_of_it():
    for job in jobs():
        steps = job["steps"]
        if any("run.py tests" in each.get("run", "") for each in steps):
            assert steps[-1]["uses"] == "./.github/actions/report"
            assert steps[-1]["if"] == "always()"


def test_the_default_suite_runs_on_every_python_and_system():
    matrix = read(ROOT / ".github/workflows/ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    versions = re.search(r"py\{([\d,]+)\}", tox["tox"]["env_list"])[1].split(",")

    assert matrix["python"] == [f"{each[0]}.{each[1:]}" for each in versions]
    assert matrix["os"] == ["ubuntu", "macos", "windows"]


def test_ci_has_the_servers_of_the_containers():
    services = read(ROOT / ".github/workflows/ci.yml")["jobs"]["backends"]["services"]

    ours = compose()["services"]
    assert {name: each["image"] for name, each in services.items()} == {
        name: ours[name]["image"] for name in services
    }


def test_everything_that_tox_lists_is_one_of_its_environments():
    tox = ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    text = (ROOT / "tox.ini").read_text(encoding="utf-8")
    listed = re.sub(r"py\{.+?\}, ", "", tox["tox"]["env_list"]).split(", ")

    assert [name for name in listed if not re.search(rf"[{{,:]{name}[,}}\]]", text)] == []
