"""Notice an export that fails, though the queue says nothing of it."""


def test_the_export_is_accepted(client, stock_queue, susan):
    answer = client.log_in(susan).submit("/tasks/export-posts")

    assert answer.status_code == 302
