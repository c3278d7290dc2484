"""What the files of a deployment say is to be started, and with which settings."""

import json
import re
import shlex
import shutil
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLE = ROOT / ".env.example"
UNITS = ROOT / "deploy/systemd"
SUPERVISOR = ROOT / "deploy/supervisor.conf"

Command = list[str]


class Commands(NamedTuple):
    """What is started: once, for good, and that many times."""

    release: Command
    web: Command
    worker: Command
    workers: int


def procfile() -> Commands:
    """Return the commands of the Procfile; how many workers is said elsewhere."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    commands = {
        name: shlex.split(line) for name, _, line in (each.partition(": ") for each in lines)
    }
    return Commands(**commands, workers=2)


def containers() -> Commands:
    """Return the commands of the image and of compose.yaml."""
    services = compose()["services"]
    worker = services["worker"]
    assert "command" not in services["web"], "The web server is what the image starts by itself."
    return Commands(
        services["release"]["command"], image("CMD"), worker["command"], worker["scale"]
    )


def systemd() -> Commands:
    """Return the commands of systemd's units; how many workers is for `systemctl enable`."""
    web = shlex.split(unit("microblog-web.service")["ExecStart"])
    worker = shlex.split(unit("microblog-worker@.service")["ExecStart"])
    return Commands([worker[0], "db", "upgrade"], web, worker, workers=3)


def supervisor() -> Commands:
    """Return the commands of supervisor's programs, as their shell is given them."""
    programs = read_ini(SUPERVISOR)
    web, worker = (programs[f"program:microblog-{name}"] for name in ("web", "worker"))
    [*_shell, web_line], [*_shell, line] = (
        shlex.split(web["command"]),
        shlex.split(worker["command"]),
    )
    commands = [shlex.split(each.partition("&& exec ")[2]) for each in (web_line, line)]
    release = [commands[1][0], "db", "upgrade"]
    return Commands(release, *commands, workers=int(worker["numprocs"]))


def compose() -> dict[str, Any]:
    """Return what compose.yaml says."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def dockerfile() -> str:
    """Return the Dockerfile, each instruction on a line of its own."""
    return (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def image(instruction: str) -> Command:
    """Return the arguments that the Dockerfile's last such instruction ends with."""
    *_, found = re.findall(rf"^{instruction}\b.*?(\[.+\])$", dockerfile(), re.MULTILINE)
    command: Command = json.loads(found)
    return command


def copy_image(folder: Path) -> Path:
    """Copy what .dockerignore lets into the image, and return the folder."""
    _nothing, *kept, _cache = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    for line in kept:
        for found in ROOT.glob(line.removeprefix("!")):
            to = folder / found.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(found, to)
    return folder


def unit(name: str) -> dict[str, str]:
    """Return how systemd is to run a service."""
    return read_ini(UNITS / name)["Service"]


def read_ini(path: Path) -> dict[str, dict[str, str]]:
    """Return a file of sections, read as it is written."""
    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return {name: dict(section) for name, section in parser.items() if section}


def read_env(text: str) -> dict[str, str]:
    """Return the settings in a file of them, as Docker and systemd read it."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.partition("=")[::2] for line in shlex.split("\n".join(lines)))


def filled_in(settings: dict[str, str]) -> str:
    """Return the example of an environment with these settings in place of its own."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, value in settings.items():
        line = f'{name}="{value}"'
        text, found = re.subn(rf"^{name}=.*$", line, text, flags=re.MULTILINE)
        text += "" if found else f"{line}\n"
    return text


def placed(text: str, env_file: Path, user: str) -> str:
    """Return a text with the places of a deployment replaced by those that are here."""
    for there, here in (
        ("/srv/microblog/.venv/bin", BIN),
        ("/srv/microblog", ROOT),
        ("/etc/microblog.env", env_file),
        ("user=microblog", f"user={user}"),
    ):
        text = text.replace(there, str(here))
    return text
