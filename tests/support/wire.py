"""A mail server at the other end of a pair of sockets: it has no address, and needs no network."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import pytest

SELF_SIGNED = Path(__file__).with_name("self_signed.pem")  # for mail.example.com, until 2126
ANSWERS = {
    "EHLO": "250-mail.example.com\r\n250-AUTH PLAIN\r\n250 STARTTLS",
    "STARTTLS": "220 Go on",
    "AUTH": "235 Welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "RSET": "250 OK",
    "DATA": "354 Go on",
    ".": "250 Accepted",
    "QUIT": "221 Bye",
}


class Wire:
    """What was said over it, and to whom; `answers` can be changed, None being to hang up.

    A `sealed` one speaks TLS from the first byte on.
    """

    sealed = False

    def __init__(self) -> None:
        self.answers: dict[str, str | None] = dict(ANSWERS)
        self.dialled: list[tuple[Any, float | None]] = []
        self.said: list[str] = []
        self.messages: list[bytes] = []  # as they were sent, periods doubled and all
        self.ours: list[socket.socket] = []
        self.theirs: list[socket.socket] = []
        self.servers: list[Thread] = []

    def connect(
        self, address: tuple[str, int], timeout: float | None = None, *_more: Any
    ) -> socket.socket:
        """Stand in for socket.create_connection."""
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout)
        self.dialled.append((address, timeout))
        self.ours.append(ours)
        self.theirs.append(theirs)
        self.servers.append(Thread(target=self._serve, args=(theirs,), daemon=True))
        self.servers[-1].start()
        return ours

    def hung_up(self) -> bool:
        """Return whether the sender has closed its end."""
        for server in self.servers:
            server.join(2)
        return all(end.fileno() == -1 for end in self.ours)

    def _serve(self, theirs: socket.socket) -> None:
        with theirs, suppress(OSError):
            self._talk(self._secure(theirs) if self.sealed else theirs)

    def _talk(self, theirs: socket.socket) -> None:
        with theirs, theirs.makefile("rwb") as stream:
            self._answer(stream, "220 mail.example.com")
            for line in stream:
                self.said.append(line.decode().rstrip())
                word = self.said[-1].partition(" ")[0].upper()
                if (answer := self.answers[word]) is None:
                    return
                self._answer(stream, answer)
                if word == "STARTTLS":
                    self._secure(theirs)
                    return
                if answer.startswith("354"):
                    self._read_message(stream)

    def _read_message(self, stream: BinaryIO) -> None:
        self.messages.append(b"")
        for line in stream:
            if line == b".\r\n":
                break
            self.messages[-1] += line
        if (answer := self.answers["."]) is not None:
            self._answer(stream, answer)

    def _answer(self, stream: BinaryIO, answer: str) -> None:
        stream.write(f"{answer}\r\n".encode())
        stream.flush()

    def _secure(self, theirs: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(SELF_SIGNED)
        secured = context.wrap_socket(theirs, server_side=True)
        self.said.append("a secret")
        return secured


@contextmanager
def wired(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Give a wire that every connection goes over."""
    wire = Wire()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "create_connection", wire.connect)
        patch.setattr(socket, "getfqdn", lambda: "here.example.com")  # it would ask the network
        yield wire
    for theirs in wire.theirs:
        with suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)
    for server in wire.servers:
        server.join(10)
