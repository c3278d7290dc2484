"""What a browser is told: run nothing foreign, be framed by nobody, keep cookies to oneself."""

import pytest

from app.security import POLICY, YEAR
from tests.support.builders import PASSWORD

PATHS = ["/", "/login", "/nowhere", "/notifications?since=nan", "/static/app.js", "/logout"]
ANSWERS = [302, 200, 404, 302, 200, 405]


def test_every_kind_of_answer_has_the_headers(client):
    answers = [client.get(path) for path in PATHS]

    assert [answer.status_code for answer in answers] == ANSWERS
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"same-origin"}
    assert all("camera=()" in answer.headers["Permissions-Policy"] for answer in answers)
    assert len({answer.headers["Content-Security-Policy"] for answer in answers}) == 1


def test_the_policy_allows_what_is_this_sites_own_and_nothing_else(client):
    policy = client.get("/login").content_security_policy

    assert policy.default_src == "'none'"
    assert policy.frame_ancestors == policy.base_uri == "'none'"
    assert {policy.script_src, policy.style_src, policy.connect_src, policy.form_action} == {
        "'self'"
    }
    assert "unsafe" not in policy.to_header()


def test_pictures_alone_may_be_data(client):
    assert [name for name, value in POLICY.items() if "data:" in value] == ["img-src"]


@pytest.mark.parametrize(
    ("scheme", "settings", "told"),
    [
        ("https", {}, f"max-age={YEAR}"),
        ("http", {}, None),
        ("https", {"HTTPS": False}, None),
    ],
    ids=["https", "http", "a site of plain http"],
)
def test_browsers_are_told_to_come_back_by_https_alone(deployed, scheme, settings, told):
    answer = deployed(**settings).get("/login", base_url=f"{scheme}://localhost")

    assert answer.headers.get("Strict-Transport-Security") == told


@pytest.fixture
def cookies(deployed, susan):
    """The cookies, with their attributes, of a user who wants to be remembered."""
    visitor = deployed()
    answer = visitor.submit("/login", username="susan", password=PASSWORD, remember_me="y")
    return dict(header.split("=", 1) for header in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("name", ["session", "remember_token"])
@pytest.mark.parametrize("attribute", ["Secure", "HttpOnly", "SameSite=Lax"])
def test_a_cookie_is_for_this_site_by_https_alone(cookies, name, attribute):
    assert attribute in cookies[name].split("; ")


def test_a_site_of_plain_http_can_be_logged_in_to(client, susan):
    answer = client.submit("/login", username="susan", password=PASSWORD)

    assert "Secure" not in answer.headers["Set-Cookie"]


def test_a_form_of_this_site_is_taken_by_https(deployed, susan):
    answer = deployed().log_in(susan).submit("/", body="x")

    assert answer.status_code == 302


def test_a_form_of_another_site_is_refused_by_https(deployed, susan):
    visitor = deployed().log_in(susan)
    visitor.token()
    visitor.environ_base["HTTP_REFERER"] = "https://elsewhere.example/"

    assert visitor.submit("/", body="x").status_code == 400


@pytest.mark.parametrize(
    ("proxies", "passed_on", "secure"),
    [
        (0, "https", False),
        (1, "https", True),
        (1, "https, http", False),
        (2, "https, http", True),
    ],
)
def test_as_many_proxies_are_believed_as_there_are(deployed, proxies, passed_on, secure):
    headers = {"X-Forwarded-Proto": passed_on}
    visitor = deployed(TRUSTED_PROXIES=proxies)
    answer = visitor.get("/login", base_url="http://localhost", headers=headers)

    assert ("Strict-Transport-Security" in answer.headers) is secure
