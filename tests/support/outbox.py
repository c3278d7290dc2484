"""The outbox: messages as the recipient gets them, parsed from the bytes that went out."""

import contextvars
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from typing import Any, cast

from flask import Flask
from flask_mail import Message, email_dispatched

from app.letter import Letter


class Outbox(list[EmailMessage]):
    """Collects what the app sends; a message that cannot be built fails where it is sent.

    `on_arrival` is called, in the app's context, before a message is accepted; a server's refusal
    that it raises is what the sender gets.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app
        self.on_arrival: Callable[[], object] = lambda: None
        self.refusal: Exception | None = None

    def receive(self, data: bytes) -> None:
        """Accept a message, unless `on_arrival` refuses."""
        contextvars.Context().run(self._ask)
        self.append(parse(data))

    def _ask(self) -> None:
        with self.app.app_context():
            self.on_arrival()

    def refuse(self, code: int = 554, at: str = "DATA") -> None:
        """Refuse every message from now on, at MAIL, at RCPT or at DATA, with this code."""
        answer = (code, b"No, thanks")
        self.fail_with(
            {
                "MAIL": smtplib.SMTPSenderRefused(*answer, "sender"),
                "RCPT": smtplib.SMTPRecipientsRefused({"recipient": answer}),
                "DATA": smtplib.SMTPDataError(*answer),
            }[at]
        )

    def hang_up(self) -> None:
        """Hang up in the middle of every message from now on."""
        self.fail_with(smtplib.SMTPServerDisconnected("Connection unexpectedly closed"))

    def fail_with(self, error: Exception) -> None:
        """Let the sender of every message get this error from now on."""

        def fail() -> None:
            raise error

        self.on_arrival, self.refusal = fail, error

    def accept(self) -> None:
        """Accept every message from now on."""
        self.on_arrival, self.refusal = lambda: None, None

    def dawdle(self, seconds: float) -> None:
        """Take this long over every message from now on."""
        self.on_arrival = lambda: time.sleep(seconds)


def parse(data: bytes) -> EmailMessage:
    """Return a message as today's mail programs read it.

    The parser asks for the same headers again and again, and today's policy parses them each time:
    so the old one reads, which takes a fifteenth of the time, and keeps the same raw headers.
    """
    message = message_from_bytes(data, EmailMessage, policy=compat32)
    for part in message.walk():
        part.policy = default
    return message


@contextmanager
def recorded(app: Flask) -> Iterator[Outbox]:
    """Give the outbox of an app that does not really send."""
    outbox = Outbox(app)

    def receive(_app: Flask, message: Message) -> None:
        outbox.receive(b"".join(Letter(message)))

    with email_dispatched.connected_to(receive, app):
        yield outbox


def text_of(message: EmailMessage) -> str:
    """Return the plain text of a message."""
    return _part(message, "plain")


def html_of(message: EmailMessage) -> str:
    """Return the HTML of a message."""
    return _part(message, "html")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None, f"The message has no {kind} part."
    return str(part.get_content())


def attachments_of(message: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    """Return the file name, the media type and the bytes of each attachment."""
    return [
        (part.get_filename(), part.get_content_type(), cast(Any, part.get_payload(decode=True)))
        for part in message.iter_attachments()
    ]
