"""Whose account it is."""

import pytest

from app import accounts


@pytest.mark.parametrize(
    ("name", "password", "found"),
    [
        ("susan", "cat", True),
        ("susan", "dog", False),
        ("Susan", "cat", False),
        ("\0", "cat", False),
    ],
)
def test_a_user_is_known_by_name_and_password(susan, name, password, found):
    assert accounts.who_knows(name, password) == (susan if found else None)


@pytest.mark.parametrize("address", ["susan@example.com", "SUSAN@example.com"])
def test_a_user_is_known_by_address_in_whatever_case(susan, address):
    assert accounts.at(address) == susan


def test_a_session_is_of_its_user_until_the_password_changes(susan):
    session_id = susan.get_id()
    assert accounts.of_session(session_id) == susan

    susan.set_password("dog")

    assert accounts.of_session(session_id) is None
