"""The demo's mailbox: what the mail catcher received. No other app has these pages."""

from email import message_from_binary_file
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from io import BytesIO
from mailbox import Maildir
from typing import IO, cast

from flask import Blueprint, abort, current_app, render_template, send_file
from flask.typing import ResponseReturnValue

bp = Blueprint("mailbox", __name__)


def open_mailbox(folder: str) -> Maildir:
    """Return the mailbox in the folder, its messages parsed as the recipient's program would."""

    def parse(file: IO[bytes]) -> EmailMessage:
        return message_from_binary_file(file, policy=default)

    return Maildir(folder, factory=parse)  # type: ignore[arg-type]


@bp.get("/mailbox")
def index() -> ResponseReturnValue:
    """List the messages, newest first, with their attachments."""
    messages = [
        {
            "key": key,
            "subject": message["Subject"],
            "sender": message["From"],
            "recipient": message["To"],
            "date": parsedate_to_datetime(message["Date"]),
            "text": _text(message),
            "attachments": [
                (number, part.get_filename(), len(_content(part)))
                for number, part in enumerate(message.iter_attachments())
            ],
        }
        for key, message in _messages().items()
    ]
    messages.sort(key=lambda message: message["date"], reverse=True)
    return render_template("mailbox.html", messages=messages)


@bp.get("/mailbox/<key>/<int:number>")
def attachment(key: str, number: int) -> ResponseReturnValue:
    """Download one attachment."""
    message = _messages().get(key)
    parts = list(message.iter_attachments()) if message else []
    if number >= len(parts):
        abort(404)
    part = parts[number]
    return send_file(
        BytesIO(_content(part)),
        mimetype=part.get_content_type(),
        as_attachment=True,
        download_name=part.get_filename(),
    )


def _messages() -> dict[str, EmailMessage]:
    folder = open_mailbox(current_app.config["DEMO_MAILBOX"])
    return {key: cast(EmailMessage, folder[key]) for key in folder.iterkeys()}


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _content(part: EmailMessage) -> bytes:
    return cast(bytes, part.get_payload(decode=True))
