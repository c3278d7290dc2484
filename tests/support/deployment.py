"""A deployment on this machine, started by the commands that the files of a real one give."""

import getpass
import json
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from app.views.mailbox import open_mailbox
from tests.support import deploy_files
from tests.support.deploy_files import BIN, ROOT, Command, Commands
from tests.support.http import HttpVisitor
from tests.support.waiting import wait_for


class Deployment:
    """Web server, workers, and the settings that all of them read."""

    def __init__(self, folder: Path, services: dict[str, str], stack: ExitStack) -> None:
        self.folder, self.mailbox, self.stack = folder, folder / "mail", stack
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env_file = folder / "microblog.env"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.settings = services | {
            "SECRET_KEY": "for tests only",
            "HTTPS": "0",
            "TRUSTED_HOSTS": "127.0.0.1",
            "TRUSTED_PROXIES": "0",
            "SITE_URL": self.url,
            "MAIL_PORT": str(stack.enter_context(_mail_catcher(self.mailbox))),
            "EXPORT_DIR": str(folder / "exports"),
            "EXPORT_PAUSE": "0.01",
            "RETRY_PAUSES": "1",
        }

    @property
    def environ(self) -> dict[str, str]:
        """What a process finds, and nothing of this one's but where programs are."""
        beside = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{self.port}",
        }
        return beside | deploy_files.read_env(self.env_file.read_text(encoding="utf-8"))

    def write_settings(self) -> None:
        """Write the file that all processes read."""
        self.env_file.write_text(deploy_files.filled_in(self.settings), encoding="utf-8")

    def run(self, *command: str, where: Path = ROOT) -> tuple[int, str]:
        """Run a command to its end, and return its exit code and what it said."""
        ended = subprocess.run(
            command,
            cwd=where,
            env=self.environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return ended.returncode, ended.stdout

    def release(self, command: Command, where: Path = ROOT) -> None:
        """Make the tables, by this command, and the demo's users."""
        self.write_settings()
        for each in (command, ["flask", "seed"]):
            exit_code, said = self.run(*each, where=where)
            assert exit_code == 0, said

    def start(self, *command: str, where: Path = ROOT) -> subprocess.Popen[bytes]:
        """Start a process, whose output goes to a file of the deployment's folder."""
        name = f"{len(self.processes)}-{Path(command[0]).name}.log"
        with (self.folder / name).open("wb") as output:
            process = subprocess.Popen(
                command, cwd=where, env=self.environ, stdout=output, stderr=output
            )
        self.processes.append(process)
        self.stack.callback(_end, process)
        return process

    def start_all(self, commands: Commands, where: Path = ROOT) -> None:
        """Start what the commands say, as often as they say, once the tables are there."""
        release, web, worker = (self.placed(each) for each in commands[:3])
        self.release(release, where)
        for command in (web, *[worker] * commands.workers):
            self.start(*command, where=where)

    def start_supervisor(self) -> None:
        """Let supervisor start what its file says, once the tables are there."""
        self.release(["flask", "db", "upgrade"])
        programs = deploy_files.SUPERVISOR.read_text(encoding="utf-8")
        place = self.folder / "programs.conf"
        place.write_text(deploy_files.placed(programs, self.env_file, getpass.getuser()))
        main = self.folder / "supervisord.conf"
        own = f"[supervisord]\npidfile={self.folder}/pid\nchildlogdir={self.folder}\n"
        main.write_text(f"{own}logfile=/dev/null\nlogfile_maxbytes=0\n[include]\nfiles={place}\n")
        self.start("supervisord", "--nodaemon", "--configuration", str(main))

    def placed(self, command: Command) -> Command:
        """Return a command with the places of a deployment replaced by those that are here."""
        return shlex.split(deploy_files.placed(shlex.join(command), self.env_file, ""))

    def ready(self) -> dict[str, Any]:
        """Return what /ready says, or nothing while there is no answer."""
        with suppress(OSError):
            found: dict[str, Any] = json.loads(HttpVisitor(self.url).get("/ready"))
            return found
        return {}

    def wait_for_workers(self, count: int) -> None:
        """Wait until the web server is ready and has that many workers."""
        wait_for(
            lambda: (self.ready().get("status"), self.ready().get("workers")) == ("ready", count)
        )

    def susan(self) -> HttpVisitor:
        """Return susan, who has logged in."""
        susan = HttpVisitor(self.url)
        susan.submit("/login", username="susan", password="let me in")
        return susan

    def mail(self) -> list[EmailMessage]:
        """Return the messages that arrived."""
        return list(open_mailbox(str(self.mailbox)))  # type: ignore[arg-type]

    def log(self) -> str:
        """Return what all processes said, for a test that fails."""
        return "\n".join(
            f"== {each.name}\n{each.read_text(errors='replace')}"
            for each in sorted(self.folder.glob("*.log"))
        )

    def stop(self) -> list[int]:
        """Tell each process to stop, as a system does, and return their exit codes."""
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.processes]


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Give the URL of an empty database on a Postgres server."""
    import psycopg  # here, for every run of pytest collects what may come here

    name = f"deployed_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        before, _, after = server.partition("/postgres?")
        yield f"{before}/{name}?{after}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _mail_catcher(folder: Path) -> Iterator[int]:
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Mailbox

    catcher = Controller(Mailbox(folder), hostname="127.0.0.1", port=free_port())
    catcher.start()
    try:
        yield int(catcher.port)
    finally:
        catcher.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it has started, if it is still there."""
    if process.poll() is None:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
