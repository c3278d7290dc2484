"""The connection to the mail server: what is said over it, to whom, and how it ends."""

import ssl
from base64 import b64decode

import pytest

from app.mail import MailDelayed, MailNotSent, send_now
from tests.support.wire import SELF_SIGNED, wired

MESSAGE = ("Hello", "me@example.com", ["susan@example.com"], "Hi!", "<p>Hi!</p>")


@pytest.fixture
def mail(app, monkeypatch):
    """The settings of mail that really goes out."""
    mail = app.extensions["mail"]
    for name in vars(mail):
        monkeypatch.setattr(mail, name, getattr(mail, name))
    mail.suppress = False
    mail.server, mail.port = "mail.example.com", 587
    return mail


@pytest.fixture
def wire(mail, monkeypatch):
    """A mail server that needs no network."""
    with wired(monkeypatch) as wire:
        yield wire


def words(wire):
    """The commands that the server got, in order."""
    return [line.partition(" ")[0].upper() for line in wire.said]


def test_a_message_is_handed_over_and_the_server_is_said_good_bye_to(wire):
    send_now(*MESSAGE)

    assert wire.hung_up()
    assert words(wire) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_a_line_that_begins_with_a_period_is_not_the_end(wire):
    send_now("Hello", "me@example.com", ["susan@example.com"], ".\n..\nHi!", "<p>Hi!</p>")

    [message] = wire.messages
    assert b"\r\n..\r\n...\r\nHi!\r\n" in message


def test_a_message_says_how_large_it_is_before_it_is_sent(wire):
    wire.answers["EHLO"] = "250-mail.example.com\r\n250 SIZE 1000000"

    send_now(*MESSAGE, attachments=[("a.bin", "application/octet-stream", bytes(100_000))])

    [mail] = [line.lower() for line in wire.said if line.lower().startswith("mail from")]
    [message] = wire.messages
    assert mail.endswith(f"size={len(message)}")


@pytest.mark.parametrize(("port", "dialled"), [(587, 587), (None, 25)])
def test_the_server_and_the_time_to_wait_for_it_are_settings(app, mail, wire, port, dialled):
    app.config["MAIL_TIMEOUT"] = 7.5
    mail.port = port

    send_now(*MESSAGE)

    assert wire.dialled == [(("mail.example.com", dialled), 7.5)]


def test_a_name_and_a_password_log_in(mail, wire):
    mail.username, mail.password = "microblog", "secret"

    send_now(*MESSAGE)

    [login] = [line for line in wire.said if line.startswith("AUTH")]
    assert b64decode(login.split()[-1]) == b"\0microblog\0secret"


@pytest.mark.parametrize(("username", "password"), [("microblog", None), (None, "secret")])
def test_half_of_a_login_is_none(mail, wire, username, password):
    mail.username, mail.password = username, password

    send_now(*MESSAGE)

    assert "AUTH" not in words(wire)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(mail, wire):
    mail.use_tls = True

    with pytest.raises(MailDelayed, match="CERTIFICATE_VERIFY_FAILED"):
        send_now(*MESSAGE)

    assert wire.hung_up()
    assert words(wire) == ["EHLO", "STARTTLS"]


@pytest.fixture
def trusted(monkeypatch):
    """Whoever the certificate of the wire's other end vouches for is trusted."""
    context = ssl.create_default_context(cafile=str(SELF_SIGNED))
    monkeypatch.setattr(ssl, "create_default_context", lambda: context)


def test_a_connection_can_be_encrypted_from_its_first_byte_on(mail, trusted, wire):
    mail.use_ssl, mail.use_tls, mail.port = True, True, 465
    wire.sealed = True

    send_now(*MESSAGE)

    assert wire.dialled == [(("mail.example.com", 465), 60.0)]
    assert words(wire) == ["A", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_nor_is_a_certificate_trusted_then_that_nobody_vouches_for(mail, wire):
    mail.use_ssl, wire.sealed = True, True

    with pytest.raises(MailDelayed, match="CERTIFICATE_VERIFY_FAILED"):
        send_now(*MESSAGE)

    assert wire.hung_up()
    assert words(wire) == []


def test_a_login_that_is_refused_ends_the_connection(mail, wire):
    mail.username, mail.password = "microblog", "wrong"
    wire.answers["AUTH"] = "535 Who are you?"

    with pytest.raises(MailNotSent, match="Who are you") as refused:
        send_now(*MESSAGE)

    assert wire.hung_up()
    assert type(refused.value) is MailNotSent


@pytest.mark.parametrize("answer", [None, "421 Too late"], ids=["hangs up", "complains"])
def test_a_bad_good_bye_does_not_matter(wire, answer):
    wire.answers["QUIT"] = answer

    send_now(*MESSAGE)

    assert wire.hung_up()
    assert words(wire)[-2:] == ["DATA", "QUIT"]


def test_after_an_error_no_time_is_lost_over_a_good_bye(wire):
    wire.answers["DATA"] = "451 Later"

    with pytest.raises(MailDelayed, match="Later"):
        send_now(*MESSAGE)

    assert wire.hung_up()
    assert words(wire)[-1] == "DATA"
