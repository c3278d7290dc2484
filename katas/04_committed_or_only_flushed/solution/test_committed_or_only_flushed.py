"""Notice what is said to be saved, and is not."""

from app.tokens import make_reset_token
from tests.support.builders import make_user


def test_a_profile_stays_edited(client, susan):
    client.log_in(susan).submit("/profile/edit", about_me="I like tea.")

    assert "I like tea." in client.get("/user/susan").text


def test_the_end_of_an_export_is_told(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    [data] = client.progress()
    assert (data["state"], data["progress"]) == ("finished", 100)


def test_the_recipient_of_a_message_is_told(app, client, susan):
    app.test_client().log_in(make_user("john")).submit("/messages/to/susan", body="Hello")

    assert [told["data"] for told in client.log_in(susan).notifications()] == [1]


def test_a_new_password_is_good_for_a_log_in(client, susan):
    path = f"/reset-password/{make_reset_token(susan)}"

    client.submit(path, password="dog", password2="dog")

    client.log_in_by_form(susan, "dog")
