"""A mail server on loopback, for messages that really go out."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from flask import Flask

from tests.support.outbox import Outbox


class MailServer:
    """Passes what it receives to the outbox of the test at hand, and accepts it if that does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.outbox: Outbox | None = None
        self.visitors = 0  # connections that are open: what they bring may yet be received

    @property
    def refusal(self) -> Exception | None:
        """What every sender is to get, if the test says so."""
        return None if self.outbox is None else self.outbox.refusal

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Accept a sender, unless senders are refused."""
        if isinstance(self.refusal, smtplib.SMTPSenderRefused):
            return _answer(self.refusal.smtp_code, self.refusal.smtp_error)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, unless recipients are refused."""
        if isinstance(self.refusal, smtplib.SMTPRecipientsRefused):
            [answer] = self.refusal.recipients.values()
            return _answer(*answer)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Accept a message, refuse it, or hang up."""
        if self.outbox is not None:
            try:
                self.outbox.receive(envelope.content)
            except smtplib.SMTPResponseException as refusal:
                return _answer(refusal.smtp_code, refusal.smtp_error)
            except smtplib.SMTPServerDisconnected:
                server.transport.abort()
        return "250 OK"

    @contextmanager
    def recorded(self, app: Flask) -> Iterator[Outbox]:
        """Give the outbox of an app that sends to this server."""
        self.outbox = Outbox(app)
        yield self.outbox
        self.outbox = None


class Desk(SMTP):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self.event_handler.visitors += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it no longer."""
        super().connection_lost(error)
        self.event_handler.visitors -= 1


class Desks(Controller):
    """The server."""

    def factory(self) -> Desk:
        """Return what takes care of a connection."""
        return Desk(self.handler, **self.SMTP_kwargs)


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode() if isinstance(text, bytes) else text}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port of 127.0.0.1, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    handler = MailServer(port)
    controller = Desks(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
