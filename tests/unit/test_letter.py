"""A letter is what Flask-Mail would send, in less memory."""

import re
import tracemalloc
from email import message_from_bytes
from email.policy import default

import pytest
from flask_mail import Attachment, Message

from app.letter import AT_ONCE, IN_A_LINE, Letter, QuickMessage

SIZES = [0, 1, 2, 3, IN_A_LINE - 1, IN_A_LINE, IN_A_LINE + 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1]
BOUNDARY = re.compile(rb'(?<=;)\s+boundary="[^"]+"|(?<=--)(=_\w+|=+\d+==)')


@pytest.fixture(params=[Message, QuickMessage])
def message(app, request):
    """A message with a text and an HTML body, and nothing attached."""
    with app.app_context():
        to = ["susan@example.com"]
        return request.param("Hi", to, "Hi!", "<p>Hi!</p>", sender="a@b.c", date=1.0)


def attach(message, data, filename="a.bin"):
    message.attachments.append(Attachment(filename, "application/octet-stream", data))


def received(message):
    """The message as its recipient reads it: its parts that have a content."""
    parts = message_from_bytes(b"".join(Letter(message)), policy=default).walk()
    return [(part.get_filename(), part.get_content()) for part in parts if not part.is_multipart()]


def by_flask_mail(app, message):
    """The bytes that Flask-Mail would make of it."""
    plain = Message()
    vars(plain).update(vars(message))
    with app.app_context():
        return BOUNDARY.sub(b"", plain.as_bytes())


@pytest.mark.parametrize("sizes", [[], *([size] for size in SIZES), [IN_A_LINE, 0, AT_ONCE + 7]])
def test_it_is_what_flask_mail_would_send(app, message, sizes):
    for size in sizes:
        attach(message, bytes(number % 251 for number in range(size)))

    letter = Letter(message)

    sent = b"".join(letter)
    assert BOUNDARY.sub(b"", sent) == by_flask_mail(app, message)
    assert len(letter) == len(sent)


@pytest.mark.parametrize("subject", ["word " * 40, "x" * 200, "Größe " * 40, "🐝" * 60, "x " * 999])
def test_a_long_or_foreign_subject_arrives(app, message, subject):
    message.subject = subject

    sent = b"".join(Letter(message))

    assert message_from_bytes(sent, policy=default)["Subject"] == subject
    assert BOUNDARY.sub(b"", sent) == by_flask_mail(app, message)


@pytest.mark.parametrize("line", ["--=_0", "--=_0--", "--=_1", "=_"])
def test_a_line_that_looks_like_the_end_of_a_part_is_none(message, line):
    message.body = f"Hi!\r\n{line}\r\nBye!\r\n"
    attach(message, b"one")

    [(_none, text), _html, attached] = received(message)
    assert (text, attached) == (message.body, ("a.bin", b"one"))


def test_what_is_a_part_of_another_ends_before_it(app):
    with app.app_context():
        message = QuickMessage("Hi", ["a@b.c"], "Hi!", "<p>Hi!</p>", sender="a@b.c")
        attach(message, b"one")

        mime = message_from_bytes(message.as_bytes(), policy=default)

    outer, inner = (part.get_boundary() for part in mime.walk() if part.is_multipart())
    assert not outer.startswith(inner)
    assert not inner.startswith(outer)


@pytest.mark.parametrize("end", ["", "\n"])
def test_its_last_line_has_an_end(app, end):
    with app.app_context():
        message = Message("Hi", ["susan@example.com"], f"Hi!{end}", sender="a@b.c", date=1.0)

        assert b"".join(Letter(message)).endswith(b"\r\n\r\nHi!\r\n")


def test_attachments_arrive_in_their_order(message):
    attach(message, b"one", "1.bin")
    attach(message, b"two", "2.bin")

    assert received(message)[2:] == [("1.bin", b"one"), ("2.bin", b"two")]


def test_an_attachment_of_text_is_sent_in_utf_8(message):
    attach(message, "naïve")

    assert received(message)[2:] == [("a.bin", "naïve".encode())]


def test_it_takes_no_more_memory_the_larger_its_attachment_is(message):
    attach(message, bytes(1_000_000))

    tracemalloc.start()
    try:
        sent = sum(map(len, Letter(message)))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sent > 1_000_000 * 4 / 3
    assert most < 700_000  # encoded, it alone has twice as many
