"""A link to reset a password works once, for its owner, for a while."""

import pytest
from freezegun import freeze_time

from app.tokens import (
    archive_link,
    make_reset_token,
    read_archive_token,
    read_reset_token,
    reset_link,
)
from tests.support.builders import make_task

pytestmark = pytest.mark.usefixtures("app")


def test_a_token_names_its_user(susan):
    assert read_reset_token(make_reset_token(susan)) == susan


def test_a_token_works_once(susan):
    token = make_reset_token(susan)
    susan.set_password("dog")

    assert read_reset_token(token) is None


def test_a_token_expires(susan):
    with freeze_time("2026-01-31 12:00:00") as clock:
        token = make_reset_token(susan)

        clock.move_to("2026-01-31 12:10:00")
        assert read_reset_token(token) == susan
        clock.move_to("2026-01-31 12:10:01")
        assert read_reset_token(token) is None


@pytest.mark.parametrize("token", ["", "x", "x.y.z"])
def test_a_forged_token_names_nobody(token):
    assert read_reset_token(token) is None


def test_a_token_signed_with_another_key_names_nobody(app, susan):
    token = make_reset_token(susan)
    app.config["SECRET_KEY"] = "another"

    assert read_reset_token(token) is None


SITES = pytest.mark.parametrize("site", ["http://localhost:5000", "https://example.com/blog"])


@SITES
def test_a_link_to_an_archive_begins_with_the_address_of_the_site(app, susan, site):
    app.config["SITE_URL"] = site
    task = make_task(susan)

    before, token = archive_link(task).split("/archives/")

    assert (before, read_archive_token(token)) == (site, task)


@SITES
def test_a_link_to_choose_a_password_begins_with_it_too(app, susan, site):
    app.config["SITE_URL"] = site

    before, token = reset_link(susan).split("/reset-password/")

    assert (before, read_reset_token(token)) == (site, susan)


def test_a_token_for_one_purpose_does_not_serve_another(susan):
    assert read_archive_token(make_reset_token(susan)) is None
