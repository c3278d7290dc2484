"""A mail server on loopback, for messages that really go out."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from tests.support.outbox import Outbox


class MailServer:
    """Passes what it receives to the outbox of the test at hand, and accepts it if that does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.outbox: Outbox | None = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Answer as SMTP says, or hang up."""
        if self.outbox is not None:
            try:
                self.outbox.receive(envelope.content)
            except smtplib.SMTPResponseException as refusal:
                return f"{refusal.smtp_code} {refusal.smtp_error.decode()}"
            except smtplib.SMTPServerDisconnected:
                server.transport.abort()
        return "250 OK"

    @contextmanager
    def recorded(self, app: Flask) -> Iterator[Outbox]:
        """Give the outbox of an app that sends to this server."""
        self.outbox = Outbox(app)
        yield self.outbox
        self.outbox = None


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port of 127.0.0.1, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    handler = MailServer(port)
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
