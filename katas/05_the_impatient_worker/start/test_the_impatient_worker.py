"""Notice a launch that is slower than a worker."""


def test_an_export_can_be_started(client, jobs, outbox, susan):
    with jobs.held():
        page = client.log_in(susan).submit("/tasks/export-posts", follow_redirects=True)

    assert "Your export has started." in page.text
    jobs.run()
