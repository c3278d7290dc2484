"""What anybody would notice within a minute; a bug that fails this is too loud for a kata."""


def test_the_pages_are_served(client, susan):
    client.log_in(susan)
    pages = ("/", "/user/susan", "/messages", "/notifications", "/profile/edit")

    assert [client.get(page).status_code for page in pages] == [200] * len(pages)


def test_a_post_is_shown(client, susan):
    client.log_in(susan).submit("/", body="Hello, world!")

    assert "Hello, world!" in client.get("/").text
