"""Mail as a job, so that no request waits for a mail server."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from uuid import uuid4

from redis.exceptions import RedisError
from rq import get_current_job

from app import mail
from app.mail import Attachment, MailNotSent
from app.tasks.engine import BrokerUnreachable
from app.tasks.queue import retries, runs_as_job, task_queue


def send_email(
    subject: str,
    sender: str,
    recipients: Sequence[str],
    text_body: str,
    html_body: str,
    attachments: Sequence[Attachment] | None = None,
    sync: bool = False,
    key: str | None = None,
) -> None:
    """Send a message by a job, or at once if `sync`, which is for code already in a worker.

    Attachments are a list of (filename, media type, data), data being bytes or str. What is sent
    for one `key`, such as a task's id, has one Message-ID. Raises MailMistake, here and not in the
    job, for what could not be sent; without `sync` BrokerUnreachable, with it what
    `app.mail.send_now` raises.
    """
    checked = mail.check(subject, sender, recipients, attachments)
    message = (subject, sender, list(recipients), text_body, html_body)
    message_id = mail.stable_id(key or str(uuid4()))
    if sync:
        mail.send_now(*message, attachments=checked, message_id=message_id)
        return
    encoded = [
        [filename, media_type, b64encode(data.encode() if isinstance(data, str) else data).decode()]
        for filename, media_type, data in checked
    ]
    try:
        task_queue().enqueue_call(
            deliver,
            args=(*message, encoded, message_id),
            description=f"mail: {subject}",
            retry=retries(),
        )
    except RedisError as error:
        raise BrokerUnreachable("send_email") from error


@runs_as_job
def deliver(
    subject: str,
    sender: str,
    recipients: list[str],
    text_body: str,
    html_body: str,
    attachments: list[tuple[str, str, str]],
    message_id: str,
) -> None:
    """Send a message whose attachments' data travelled as base64.

    Raises what `app.mail.send_now` raises; only what may be accepted later is tried again.
    """
    decoded = [
        (filename, media_type, b64decode(data)) for filename, media_type, data in attachments
    ]
    message = (subject, sender, recipients, text_body, html_body)
    try:
        mail.send_now(*message, decoded, message_id)
    except MailNotSent as error:
        job = get_current_job()
        if job is not None and not error.passing:
            job.retries_left = 0
        raise
