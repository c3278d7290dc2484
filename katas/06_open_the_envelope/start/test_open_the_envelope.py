"""Notice a mail that is not what its reader needs."""


def test_an_archive_is_sent(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    [message] = outbox
    assert message["Subject"] == "[Microblog] Your posts"
    assert b"posts.json" in message.as_bytes()
