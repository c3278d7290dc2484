"""Mail as a job, so that no request waits for a mail server."""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from redis.exceptions import RedisError

from app import mail
from app.mail import Attachment
from app.tasks.engine import BrokerUnreachable
from app.tasks.queue import task_queue


def send_email(
    subject: str,
    sender: str,
    recipients: Sequence[str],
    text_body: str,
    html_body: str,
    attachments: Sequence[Attachment] | None = None,
    sync: bool = False,
) -> None:
    """Send a message by a job, or at once if `sync`, which is for code already in a worker.

    Attachments are a list of (filename, media type, data), data being bytes or str. Raises
    MailMistake, here and not in the job, for what could not be sent; without `sync`
    BrokerUnreachable, with it what `app.mail.send_now` raises.
    """
    checked = mail.check(recipients, attachments)
    message = (subject, sender, list(recipients), text_body, html_body)
    if sync:
        mail.send_now(*message, attachments=checked)
        return
    encoded = [
        [filename, media_type, b64encode(data.encode() if isinstance(data, str) else data).decode()]
        for filename, media_type, data in checked
    ]
    try:
        task_queue().enqueue_call(deliver, args=(*message, encoded), description=f"mail: {subject}")
    except RedisError as error:
        raise BrokerUnreachable("send_email") from error


def deliver(
    subject: str,
    sender: str,
    recipients: list[str],
    text_body: str,
    html_body: str,
    attachments: list[tuple[str, str, str]],
) -> None:
    """Send a message whose attachments' data travelled as base64."""
    decoded = [
        (filename, media_type, b64decode(data)) for filename, media_type, data in attachments
    ]
    mail.send_now(subject, sender, recipients, text_body, html_body, decoded)
