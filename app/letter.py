"""A message on its way out: in pieces, so that its attachments are never encoded whole."""

import re
import smtplib
from base64 import encodebytes
from collections.abc import Iterator
from copy import copy
from email.mime.base import MIMEBase
from email.policy import SMTP, Compat32
from secrets import token_hex
from typing import Any
from uuid import uuid4

from flask_mail import Attachment, Message

IN_A_LINE = 57  # bytes; base64 makes 76 characters of them, as many as a line may have (RFC 2045)
AT_ONCE = 1024 * IN_A_LINE


class AsSmtp(Compat32):
    """Writes headers as `email.policy.SMTP` does, and parses none to look at it, as it does."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it is sent."""
        return SMTP.fold_binary(name, value)


class QuickMessage(Message):
    """Flask-Mail's message, made into the same, but for boundaries, in less than half the time.

    Python's are random, so that their readers too compile a pattern for each, and so long that a
    header is folded. These are short, and in no text.
    """

    def _message(self) -> MIMEBase:
        mime = super()._message()
        mime.policy = AsSmtp(linesep="\r\n")
        parts = list(mime.walk())
        texts = [part.get_payload() for part in parts if not part.is_multipart()]
        boundary = "=_"  # which no encoded text has (RFC 2045, 6.7 and 6.8)
        while any(boundary in text for text in texts):
            boundary = f"=_{token_hex(8)}"
        for number, part in enumerate(part for part in parts if part.is_multipart()):
            part.set_boundary(f"{boundary}{number}")
        return mime


class Letter:
    """The bytes of a message, made while they are asked for; its lines end with CRLF.

    Flask-Mail and the standard library make all of them at once, in some eight times the memory of
    the attachments. Here they make the frame, in which a mark stands for each attachment.
    """

    def __init__(self, message: Message) -> None:
        marked: dict[bytes, bytes] = {}
        framed = copy(message)
        framed.attachments = []
        for attachment in message.attachments:
            stand_in = copy(attachment)
            stand_in.data = mark = uuid4().bytes
            framed.attachments.append(stand_in)
            marked[mark] = _bytes_of(attachment)
        self.parts: list[tuple[bytes, bytes]] = []
        self.end = framed.as_bytes()
        for mark, data in marked.items():
            before, _mark, self.end = self.end.partition(_encoded(mark))
            self.parts.append((before, data))
        if not self.end.endswith(b"\r\n"):
            self.end += b"\r\n"

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.end) + sum(
            len(before) + 4 * -(-len(data) // 3) + len("\r\n") * -(-len(data) // IN_A_LINE)
            for before, data in self.parts
        )

    def __iter__(self) -> Iterator[bytes]:
        """Yield them; each piece begins a line."""
        for before, data in self.parts:
            yield before
            for start in range(0, len(data), AT_ONCE):
                yield _encoded(data[start : start + AT_ONCE])
        yield self.end


class Postman(smtplib.SMTP):
    """Sends letters: piece by piece."""

    def data(self, letter: Any) -> tuple[int, bytes]:
        """Send the DATA command and a letter, and return the server's answer."""
        code, said = self.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, said)
        for piece in letter:
            self.send(re.sub(rb"(?m)^\.", b"..", piece))
        self.send(b".\r\n")
        return self.getreply()


class SealedPostman(Postman, smtplib.SMTP_SSL):
    """Sends them by TLS from the first byte on (RFC 8314), rather than by STARTTLS."""


def _bytes_of(attachment: Attachment) -> bytes:
    data = attachment.data
    return data.encode() if isinstance(data, str) else data


def _encoded(data: bytes) -> bytes:
    return encodebytes(data).replace(b"\n", b"\r\n")
