"""The outbox: messages as the recipient gets them, parsed from the bytes that went out."""

import smtplib
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self, cast

from flask import Flask
from flask_mail import Message, email_dispatched


class Outbox(list[EmailMessage]):
    """Collects what the app sends; a message that cannot be built fails where it is sent.

    `on_arrival` is called before a message is accepted.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app
        self.on_arrival: Callable[[], object] = lambda: None

    def refuse(self, code: int = 554, text: bytes = b"No, thanks") -> None:
        """Refuse every message from now on, as a mail server with this answer would."""

        def refuse() -> None:
            raise smtplib.SMTPDataError(code, text)

        self.on_arrival = refuse

    def __enter__(self) -> Self:
        email_dispatched.connect(self._receive, self.app)
        return self

    def __exit__(self, *_error: object) -> None:
        email_dispatched.disconnect(self._receive, self.app)

    def _receive(self, _app: Flask, message: Message) -> None:
        self.on_arrival()
        parsed = message_from_bytes(message.as_bytes(), policy=default)
        self.append(cast(EmailMessage, parsed))


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
