"""Whether a command that a page shows can be given here: its program, its files, its options."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import yaml
from flask import Flask

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
OPTIONS_OF_PIP = "".join(
    (ROOT / name).read_text(encoding="utf-8") for name in ("Dockerfile", "run.py")
)

# What is no program of ours is taken at its word, this one only.
EXACTLY = {
    ". /etc/microblog.env",
    "cd /srv/microblog",
    "nginx -t",
    "source .venv/bin/activate",
    "supervisorctl update",
    "systemctl daemon-reload",
    "systemctl reload nginx.service",
    "useradd --system microblog",
}
COMPOSE = {
    "logs": {"--follow"},
    "up": {"--build", "--detach", "--no-recreate", "--scale"},
}


class Shell:
    """Knows the commands of an app, and pytest's options."""

    def __init__(self, app: Flask, config: pytest.Config) -> None:
        self.app, self.config = app, config
        self.programs: dict[str, Callable[[list[str]], None]] = {
            "$EDITOR": lambda arguments: None,  # opens whatever it is given
            "bash": self._files,
            "cp": self._copy,
            "curl": self._address,
            "docker": self._compose,
            "flask": lambda arguments: _parse(app.cli, arguments),
            "gunicorn": self._serve,
            "install": self._copy,
            "pip": _pip,
            "pre-commit": lambda arguments: _known(arguments[0], {"install"}),
            "pytest": self._pytest,
            "python": self._python,
            "python3": self._python,
            "systemctl": _units,
            "tox": _tox,
        }

    def check(self, line: str) -> None:
        """Raise AssertionError unless the line can be given; it may begin with sudo."""
        words = shlex.split(line, comments=True)
        if words[0] == "sudo":
            words = words[3:] if words[1] == "-u" else words[1:]
        if words[:2] == ["sh", "-ac"]:
            for part in words[2].split(" && "):
                self.check(part)
        elif shlex.join(words) not in EXACTLY:
            program, *arguments = words
            name = program.removeprefix(".venv/bin/")
            assert name in self.programs, f"Nobody knows whether {name} can be given: {line}"
            self.programs[name](arguments)

    def _files(self, arguments: list[str]) -> None:
        for each in arguments:
            assert (ROOT / each).exists(), f"There is no {each}."

    def _copy(self, arguments: list[str]) -> None:
        sources = [each for each in arguments if not each.startswith("-")][:-1]
        for each in sources:
            assert (ROOT / each).exists() or (ROOT / Path(each).name).exists(), each

    def _address(self, arguments: list[str]) -> None:
        _known(urlsplit(arguments[-1]).path, {rule.rule for rule in self.app.url_map.iter_rules()})

    def _compose(self, arguments: list[str]) -> None:
        services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
        compose, command, *rest = arguments
        assert compose == "compose"
        for each in rest:
            _known(each.partition("=")[0], COMPOSE[command] | set(services))

    def _serve(self, arguments: list[str]) -> None:
        procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
        assert f"web: {shlex.join(['gunicorn', *arguments])}\n" in procfile

    def _pytest(self, arguments: list[str]) -> None:
        parser: Any = self.config._parser
        _found, unknown = parser.parse_known_and_unknown_args(arguments)
        assert unknown == []
        for each in _found.file_or_dir:
            assert [*ROOT.glob(f"{each}*")], f"There is no {each}."

    def _python(self, arguments: list[str]) -> None:
        if arguments[0] == "run.py":
            import run

            _known(arguments[1], set(run.COMMANDS))
            if arguments[1] == "tests":
                self._pytest(arguments[2:])
            return
        dash_m, module, *rest = arguments
        assert dash_m == "-m"
        if module == "katas":
            from katas.__main__ import main

            _parse(main, rest)
        elif module == "benchmarks":
            text = (ROOT / f"benchmarks/{rest[0]}.py").read_text(encoding="utf-8")
            helpers = (ROOT / "benchmarks/report.py").read_text(encoding="utf-8")
            for option in rest[1:]:
                assert f'"{option}"' in text + helpers, f"benchmarks {rest[0]} has no {option}."
        else:
            _known(module, {"pytest", "tests.harness.parity", "tests.katas.transcript", "venv"})


def _known(name: str, names: set[str]) -> None:
    assert name in names, f"There is no {name!r}: there are {', '.join(sorted(names))}."


def _parse(command: click.Command, arguments: list[str]) -> None:
    """Let click read the arguments, as if to run the command."""
    context = click.Context(command)
    while isinstance(command, click.Group) and arguments:
        name, *arguments = arguments
        found = command.get_command(context, name)
        assert found is not None, f"There is no command {name!r}."
        command = found
    try:
        command.make_context("it", list(arguments), parent=context)
    except click.UsageError as error:
        raise AssertionError(error.format_message()) from error


def _pip(arguments: list[str]) -> None:
    _known(arguments[0], {"install"})
    for option, value in zip(arguments[1:], [*arguments[2:], ""], strict=True):
        if option == "-r":
            assert (ROOT / value).exists(), f"There is no {value}."
        elif option.startswith("-"):
            assert option in OPTIONS_OF_PIP, f"Nobody else gives pip {option}."
        elif not option.endswith(".txt"):
            assert re.search(rf'"{re.escape(re.split("[>=]", option)[0])}>=', PYPROJECT), option


def _tox(arguments: list[str]) -> None:
    text = (ROOT / "tox.ini").read_text(encoding="utf-8")
    for name in arguments[arguments.index("-e") + 1].split(","):
        assert re.search(rf"[{{,:]{name}[,}}\]]", text), f"tox has no environment {name}."


def _units(arguments: list[str]) -> None:
    verb, *units = [each for each in arguments if not each.startswith("-")]
    _known(verb, {"enable", "reload", "restart"})
    for unit in units:
        name = re.sub(r"@(\{.+\}|[^.]+)", "@", unit)
        assert (ROOT / "deploy/systemd" / name).exists(), f"There is no unit {name}."
