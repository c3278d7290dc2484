"""Messages: composed from templates, checked, and sent at once."""

import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parseaddr
from types import TracebackType
from typing import Any, cast

from flask import current_app, render_template
from flask_mail import Attachment as MailAttachment
from flask_mail import (
    Connection,
    Message,
    email_dispatched,
    sanitize_address,
    sanitize_addresses,
)
from werkzeug.datastructures import FileStorage

from app.extensions import N_
from app.letter import Letter, Postman, QuickMessage, SealedPostman

Attachment = tuple[str, str, bytes | str]

# Said by servers of a message over their limit: RFC 5321 at MAIL FROM, RFC 3463 in words.
TOO_LARGE = (523, 552)


class MailMistake(ValueError):
    """A message cannot be made of what the caller gave; the text says what to give instead."""


class MailNotSent(Exception):
    """The mail server did not take the message."""

    plain_reason = N_("The email could not be delivered. Please try again later.")
    passing = False  # whether it may well be taken later


class MailNotConfigured(MailNotSent):
    """Mail must really go out, but MAIL_SERVER is not set."""


class MailDelayed(MailNotSent):
    """The mail server could not be reached, hung up, or said that it cannot take it now."""

    passing = True


class AddressRefused(MailNotSent):
    """The mail server does not deliver to this address."""

    plain_reason = N_("The email could not be delivered: the mail server refused the address.")


class MailTooLarge(MailNotSent):
    """The message is larger than the mail server takes."""

    plain_reason = N_("The email could not be delivered: it is too large for the mail server.")


class PatientConnection(Connection):
    """Flask-Mail's connection, with a time-out, and TLS that looks at the certificate.

    Messages go out as letters. What goes wrong in saying good-bye does not matter: they have been
    accepted.
    """

    def configure_host(self) -> Postman:
        """Return a connection to the mail server, logged in."""
        address = self.mail.server, self.mail.port or 25
        timeout = current_app.config["MAIL_TIMEOUT"]
        host: Postman
        if self.mail.use_ssl:
            context = ssl.create_default_context()
            host = SealedPostman(*address, timeout=timeout, context=context)
        else:
            host = Postman(*address, timeout=timeout)
        try:
            if self.mail.use_tls and not self.mail.use_ssl:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def send(self, message: Message, envelope_from: Any = None) -> None:
        """Send a message, and tell those who listen for it."""
        if self.host is not None:
            sender = sanitize_address(envelope_from or message.sender)
            letter = cast(Any, Letter(message))  # smtplib asks for its length, and hands it on
            self.host.sendmail(sender, sanitize_addresses(message.send_to), letter)
        email_dispatched.send(cast(Any, current_app)._get_current_object(), message=message)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        if self.host is not None:
            with suppress(OSError):  # as all of smtplib's errors are
                if error is None:
                    self.host.quit()
            self.host.close()


def compose(template: str, **context: Any) -> tuple[str, str]:
    """Return the text body and the HTML body that `email/<template>.txt` and `.html` make."""
    return (
        render_template(f"email/{template}.txt", **context),
        render_template(f"email/{template}.html", **context),
    )


def check(
    subject: str,
    sender: str,
    recipients: Sequence[str],
    attachments: Sequence[Attachment] | None,
) -> list[Attachment]:
    """Return the attachments as a list; raise MailMistake for what could not be sent."""
    if isinstance(recipients, str):
        raise MailMistake(f"recipients is one string: give a list, [{recipients!r}].")
    if not recipients:
        raise MailMistake("recipients is empty: give a list with at least one address.")
    for header in (subject, sender, *recipients):
        if header.splitlines() not in ([], [header]):
            raise MailMistake(f"{header!r} has a line break, which would end its header.")
    if isinstance(attachments, tuple):
        raise MailMistake(
            "attachments is a tuple: give a list of (filename, media type, data) tuples, "
            "also when there is only one, [(…, …, …)]."
        )
    for attachment in attachments or ():
        _check_attachment(attachment)
    return list(attachments or ())


def _check_attachment(attachment: Attachment) -> None:
    if not isinstance(attachment, Sequence) or isinstance(attachment, str) or len(attachment) != 3:
        raise MailMistake(
            f"{attachment!r} is not an attachment: give a (filename, media type, data) tuple."
        )
    filename, media_type, data = attachment
    if isinstance(data, FileStorage):
        raise MailMistake(f"The data of {filename!r} is an upload: give its bytes, upload.read().")
    if hasattr(data, "read"):
        raise MailMistake(
            f"The data of {filename!r} is a file: open it in binary mode and give file.read()."
        )
    if not isinstance(data, bytes | str):
        raise MailMistake(f"The data of {filename!r} is {type(data).__name__}: give bytes or str.")
    if "/" not in str(media_type).strip("/"):
        extension = f".{str(media_type).lstrip('.')}"
        guess = mimetypes.types_map.get(extension, "application/octet-stream")
        kind = "an extension" if str(media_type).startswith(".") else "not a media type"
        raise MailMistake(
            f"The media type of {filename!r} is {media_type!r}, {kind}: write {guess!r}."
        )


def send_now(
    subject: str,
    sender: str,
    recipients: Sequence[str],
    text_body: str,
    html_body: str,
    attachments: Sequence[Attachment] | None = None,
    message_id: str | None = None,
) -> None:
    """Hand the message to the mail server and return once it has accepted it.

    Raises MailMistake if it is nothing that could be sent, MailNotConfigured without a
    MAIL_SERVER, MailDelayed if it may be accepted later, and another MailNotSent if it will not.
    """
    attached = check(subject, sender, recipients, attachments)
    message = QuickMessage(
        subject,
        list(recipients),
        text_body,
        html_body,
        sender=sender,
        attachments=[MailAttachment(*each) for each in attached],
    )
    if message_id:
        message.msgId = message_id
    state = current_app.extensions["mail"]
    if not (current_app.config["MAIL_SERVER"] or state.suppress):
        raise MailNotConfigured("MAIL_SERVER is not set: name the server that mail goes out by.")
    try:
        with PatientConnection(state) as connection:
            connection.send(message)
    except OSError as error:  # as all of smtplib's are
        raise _outcome(error)(f"The mail server did not take {subject!r}: {error}") from error


def stable_id(key: str) -> str:
    """Return the Message-ID of what is sent for the key, the same however often it is sent."""
    _name, address = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    return f"<{key}@{address.rpartition('@')[2]}>"


def _outcome(error: OSError) -> type[MailNotSent]:
    """Return what an error of the mail server means for the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        lasting = all(code >= 500 for code, _text in error.recipients.values())
        return AddressRefused if lasting else MailDelayed
    if isinstance(error, smtplib.SMTPResponseException):
        if error.smtp_code in TOO_LARGE:
            return MailTooLarge
        return MailNotSent if error.smtp_code >= 500 else MailDelayed
    # The rest of SMTP's own is about what the server cannot do; all else is the network's.
    lasting = isinstance(error, smtplib.SMTPNotSupportedError)
    return MailNotSent if lasting else MailDelayed
