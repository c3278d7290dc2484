"""Messages: mistakes are named where they are made, with the remedy."""

import errno
import io
import smtplib

import pytest
from werkzeug.datastructures import FileStorage

from app.mail import (
    AddressRefused,
    MailDelayed,
    MailMistake,
    MailNotConfigured,
    MailNotSent,
    MailTooLarge,
    send_now,
)
from app.tasks.engine import BrokerUnreachable
from app.tasks.mail import send_email
from app.tasks.queue import check_function, task_queue
from tests.support.outbox import attachments_of, html_of, text_of

pytestmark = pytest.mark.usefixtures("app")

MESSAGE = ("Hello", "me@example.com", ["susan@example.com"], "Hi!", "<p>Hi!</p>")
JSON = ("posts.json", "application/json", b"{}")
UPLOAD = FileStorage(io.BytesIO(b"x"), "photo.png")


def test_a_message_arrives_as_it_was_sent(jobs, outbox):
    send_email(*MESSAGE, attachments=[JSON])
    jobs.run()

    [message] = outbox
    assert (message["Subject"], message["From"], message["To"]) == (*MESSAGE[:2], MESSAGE[2][0])
    assert (text_of(message).strip(), html_of(message).strip()) == ("Hi!", "<p>Hi!</p>")
    assert attachments_of(message) == [JSON]


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("data", [b"\x00\xff", "Grüße 🎉"], ids=["bytes", "str"])
def test_an_attachment_is_bytes_or_text(jobs, outbox, sync, data):
    send_email(*MESSAGE, attachments=[("a.txt", "text/plain", data)], sync=sync)
    jobs.run()

    [(_name, _type, received)] = attachments_of(outbox[0])
    assert received == (data.encode() if isinstance(data, str) else data)


def test_an_attachment_is_of_the_type_that_was_given(outbox):
    given = ("posts.txt", "application/json", b"{}")

    send_now(*MESSAGE, attachments=[given])

    assert attachments_of(outbox[0]) == [given]


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028"])
@pytest.mark.parametrize("field", range(3), ids=["subject", "sender", "recipient"])
def test_a_line_break_in_a_header_is_a_mistake(outbox, sync, field, end):
    fields = ["Hello", "me@example.com", "susan@example.com"]
    fields[field] += f"{end}Bcc: mallory@example.com"
    subject, sender, recipient = fields

    with pytest.raises(MailMistake, match="has a line break, which would end its header"):
        send_email(subject, sender, [recipient], "Hi!", "<p>Hi!</p>", sync=sync)

    assert outbox == []


def test_mail_goes_out_by_a_job(outbox, jobs):
    with jobs.held():
        send_email(*MESSAGE)
    assert outbox == []

    jobs.run()
    assert len(outbox) == 1


def test_synchronous_mail_goes_out_at_once(outbox, jobs):
    with jobs.held():
        send_email(*MESSAGE, sync=True)

    assert len(outbox) == 1


@pytest.mark.parametrize(
    ("attachments", "complaint"),
    [
        (JSON, "attachments is a tuple: give a list of (filename, media type, data) tuples"),
        ([JSON[:2]], "is not an attachment: give a (filename, media type, data) tuple."),
        (["posts.json"], "'posts.json' is not an attachment: give a (filename, media type,"),
        (["abc"], "'abc' is not an attachment"),
        ([{1: 1, 2: 2, 3: 3}], "{1: 1, 2: 2, 3: 3} is not an attachment"),
        (
            [("photo.png", "image/png", UPLOAD)],
            "The data of 'photo.png' is an upload: give its bytes, upload.read().",
        ),
        (
            [("photo.png", "image/png", io.BytesIO())],
            "The data of 'photo.png' is a file: open it in binary mode and give file.read().",
        ),
        ([("a.txt", "text/plain", 1)], "The data of 'a.txt' is int: give bytes or str."),
        (
            [("posts.json", "json", b"")],
            "The media type of 'posts.json' is 'json', not a media type: write 'application/json'.",
        ),
        (
            [("posts.json", ".json", b"")],
            "The media type of 'posts.json' is '.json', an extension: write 'application/json'.",
        ),
        ([("x", "json/", b"")], "The media type of 'x' is 'json/', not a media type: write"),
        (
            [("x", "what", b"")],
            "The media type of 'x' is 'what', not a media type: write 'application/octet-stream'.",
        ),
    ],
)
@pytest.mark.parametrize("sync", [True, False])
def test_a_wrong_attachment_is_named_with_its_remedy(outbox, sync, attachments, complaint):
    with pytest.raises(MailMistake) as refused:
        send_email(*MESSAGE, attachments=attachments, sync=sync)

    assert complaint in str(refused.value)
    assert outbox == []


@pytest.mark.parametrize(
    ("recipients", "complaint"),
    [
        ([], "recipients is empty: give a list with at least one address."),
        (None, "recipients is empty: give a list with at least one address."),
        ("susan@example.com", "recipients is one string: give a list, ['susan@example.com']."),
    ],
)
@pytest.mark.parametrize("sync", [True, False])
def test_wrong_recipients_are_named_with_their_remedy(outbox, sync, recipients, complaint):
    with pytest.raises(MailMistake) as refused:
        send_email("Hello", "me@example.com", recipients, "Hi!", "<p>Hi!</p>", sync=sync)

    assert str(refused.value) == complaint
    assert outbox == []


def test_without_a_mail_server_nothing_is_said_to_be_sent(no_mail_server):
    with pytest.raises(MailNotConfigured, match="MAIL_SERVER is not set: name the server"):
        send_now(*MESSAGE)


def test_mail_that_cannot_be_queued_is_not_said_to_be_sent(backend):
    with backend.down(), pytest.raises(BrokerUnreachable):
        send_email(*MESSAGE)


@pytest.mark.backend("inline", "worker", reason="no server can be made to fail in all these ways")
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (smtplib.SMTPDataError(554, b"No"), MailNotSent),
        (smtplib.SMTPDataError(500, b"What?"), MailNotSent),
        (smtplib.SMTPDataError(451, b"Later"), MailDelayed),
        (smtplib.SMTPDataError(552, b"Too large"), MailTooLarge),
        (smtplib.SMTPDataError(523, b"Too large"), MailTooLarge),
        (smtplib.SMTPSenderRefused(552, b"Too large", "me"), MailTooLarge),
        (smtplib.SMTPSenderRefused(421, b"Later", "me"), MailDelayed),
        (smtplib.SMTPRecipientsRefused({"susan": (550, b"Who?")}), AddressRefused),
        (smtplib.SMTPRecipientsRefused({"susan": (500, b"What?")}), AddressRefused),
        (smtplib.SMTPRecipientsRefused({"susan": (450, b"Later")}), MailDelayed),
        (smtplib.SMTPAuthenticationError(535, b"Who are you?"), MailNotSent),
        (smtplib.SMTPNotSupportedError("STARTTLS"), MailNotSent),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), MailDelayed),
        (smtplib.SMTPConnectError(421, b"Later"), MailDelayed),
        (TimeoutError("timed out"), MailDelayed),
        (OSError(errno.EHOSTUNREACH, "No route to host"), MailDelayed),
    ],
    ids=repr,
)
def test_what_an_error_of_the_mail_server_means(outbox, error, kind):
    outbox.fail_with(error)

    with pytest.raises(MailNotSent, match="did not take 'Hello'") as refused:
        send_now(*MESSAGE)

    assert type(refused.value) is kind
    assert refused.value.passing is (kind is MailDelayed)


def test_mail_that_cannot_wait_for_its_turn_is_named(backend):
    with backend.down(), pytest.raises(BrokerUnreachable) as refused:
        send_email(*MESSAGE)

    assert str(refused.value) == "send_email"


def test_a_worker_may_run_what_sends_mail(jobs, outbox):
    with jobs.held():
        send_email(*MESSAGE)

    [job] = task_queue().get_jobs()
    check_function(job)
    jobs.run()


def test_a_mail_job_says_what_it_sends(jobs, outbox):
    with jobs.held():
        send_email(*MESSAGE)

    [job] = task_queue().get_jobs()
    assert job.description == "mail: Hello"
    jobs.run()
