"""Messages: composed from templates, checked, and sent at once."""

import mimetypes
import smtplib
from collections.abc import Sequence
from typing import Any

from flask import current_app, render_template
from flask_mail import Attachment as MailAttachment
from flask_mail import Message
from werkzeug.datastructures import FileStorage

from app.extensions import N_, mail

Attachment = tuple[str, str, bytes | str]


class MailMistake(ValueError):
    """A message cannot be made of what the caller gave; the text says what to give instead."""


class MailNotSent(Exception):
    """The mail server did not take the message."""

    plain_reason = N_("The email could not be delivered. Please try again later.")


class MailNotConfigured(MailNotSent):
    """Mail must really go out, but MAIL_SERVER is not set."""


def compose(template: str, **context: Any) -> tuple[str, str]:
    """Return the text body and the HTML body that `email/<template>.txt` and `.html` make."""
    return (
        render_template(f"email/{template}.txt", **context),
        render_template(f"email/{template}.html", **context),
    )


def check(recipients: Sequence[str], attachments: Sequence[Attachment] | None) -> list[Attachment]:
    """Return the attachments as a list; raise MailMistake for what could not be sent."""
    if isinstance(recipients, str):
        raise MailMistake(f"recipients is one string: give a list, [{recipients!r}].")
    if not recipients:
        raise MailMistake("recipients is empty: give a list with at least one address.")
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

    Raises MailMistake if there is nothing that could be sent, MailNotConfigured without a
    MAIL_SERVER, and MailNotSent if the server cannot be reached or refuses.
    """
    message = Message(subject, list(recipients), text_body, html_body, sender=sender)
    for filename, media_type, data in check(recipients, attachments):
        content = data.encode() if isinstance(data, str) else data
        message.attachments.append(MailAttachment(filename, media_type, content))
    if message_id:
        message.msgId = message_id
    if not (current_app.config["MAIL_SERVER"] or current_app.extensions["mail"].suppress):
        raise MailNotConfigured("MAIL_SERVER is not set: name the server that mail goes out by.")
    try:
        mail.send(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(f"The mail server did not take {subject!r}: {error}") from error
