"""What an editor is told to start exists, with the options that it is started with."""

import json
import shlex

import pytest

from tests.support.deploy_files import ROOT

FILES = [ROOT / ".devcontainer/devcontainer.json", *sorted((ROOT / ".vscode").glob("*.json"))]


def read(name):
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_json_without_comments(file):
    assert json.loads(file.read_text(encoding="utf-8"))


def test_the_container_and_the_editor_want_the_same_extensions():
    container = read(".devcontainer/devcontainer.json")["customizations"]["vscode"]["extensions"]

    assert container == read(".vscode/extensions.json")["recommendations"]


def test_the_container_is_set_up_as_a_newcomer_would_do_it():
    import run

    command = shlex.split(read(".devcontainer/devcontainer.json")["postCreateCommand"])

    assert command[:2] == ["python3", "run.py"]
    assert command[2] in run.COMMANDS


def test_a_task_runs_what_there_is():
    import run
    from katas.__main__ import main

    for task in read(".vscode/tasks.json")["tasks"]:
        _python, *arguments = shlex.split(task["command"])
        if arguments[0] == "run.py":
            assert arguments[1] in run.COMMANDS
        else:
            assert arguments[:2] == ["-m", "katas"]
            assert arguments[2] in main.commands


def test_a_launch_starts_what_there_is(app, pytestconfig):
    for launch in read(".vscode/launch.json")["configurations"]:
        command, *options = launch["args"]
        if launch["module"] == "flask":
            assert (command in app.cli.commands, options) == (True, [])
        else:
            assert launch["module"] == "pytest"
            assert pytestconfig._parser.parse_known_and_unknown_args(options)[1] == []
