"""Notice a failure that its user cannot see, or should not."""

from app.mail import MailNotSent


def test_an_export_fails_if_the_mail_is_refused(client, jobs, outbox, susan):
    outbox.refuse()
    client.log_in(susan)

    with jobs.expect_failure(MailNotSent) as failures:
        client.submit("/tasks/export-posts")

    assert len(failures) == 1
