"""Notice what is said to be saved, and is not."""


def test_a_profile_can_be_edited(client, susan):
    page = client.log_in(susan).submit("/profile/edit", follow_redirects=True, about_me="Hello")

    assert "Your changes have been saved." in page.text
