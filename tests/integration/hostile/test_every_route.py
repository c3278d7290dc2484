"""Every route, asked by anybody, for anything, in any way: a sensible answer, never an error."""

from typing import NamedTuple
from urllib.parse import quote_from_bytes

import pytest
from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from app.tokens import make_reset_token
from tests.support.builders import make_message, make_posts, make_task, make_user
from tests.support.texts import few

LOGIN, TIMELINE, PROFILE = "to the login page", "to the timeline", "to the profile"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"}


class Route(NamedTuple):
    """An example of a route, and what it answers to a stranger and to a user who ask for it."""

    path: str
    stranger: object
    user: object


# A route that is not here fails the first test: say what a stranger and a user get.
ROUTES = {
    "archives.download": Route("/archives/{token}", LOGIN, PROFILE),
    "auth.login": Route("/login", 200, TIMELINE),
    "auth.logout": Route("/logout", 405, 405),
    "auth.register": Route("/register", 200, TIMELINE),
    "auth.reset": Route("/reset-password/{token}", 200, TIMELINE),
    "auth.reset_request": Route("/reset-password", 200, TIMELINE),
    "bootstrap.static": Route("/bootstrap/static/css/bootstrap.min.css", 200, 200),
    "health.health": Route("/health", 200, 200),
    "health.ready": Route("/ready", 200, 200),
    "mailbox.attachment": Route("/mailbox/none/0", 404, 404),
    "mailbox.index": Route("/mailbox", 200, 200),
    "messages.inbox": Route("/messages", LOGIN, 200),
    "messages.send": Route("/messages/to/susan", LOGIN, 200),
    "profile.delete": Route("/profile/delete", LOGIN, 200),
    "profile.edit": Route("/profile/edit", LOGIN, 200),
    "profile.show": Route("/user/susan", LOGIN, 200),
    "static": Route("/static/app.css", 200, 200),
    "tasks.export": Route("/tasks/export-posts", 405, 405),
    "tasks.notifications": Route("/notifications", LOGIN, 200),
    "timeline.index": Route("/", LOGIN, 200),
}


@pytest.fixture
def client(demo):
    """A visitor of a site that has every route."""
    return demo


def rules(client):
    return list(client.application.url_map.iter_rules())


def answer_to(client, path):
    answer = client.get(path)
    where = (answer.location or "").partition("?")[0]
    return {"/login": LOGIN, "/": TIMELINE, "/user/susan": PROFILE}.get(where, answer.status_code)


def test_every_route_is_known_here(client):
    assert {rule.endpoint for rule in rules(client)} == set(ROUTES)


def test_a_stranger_sees_only_what_is_for_everybody(client, susan):
    token = make_reset_token(susan)
    found = {
        endpoint: answer_to(client, route.path.format(token=token))
        for endpoint, route in ROUTES.items()
    }

    assert found == {endpoint: route.stranger for endpoint, route in ROUTES.items()}


def test_a_user_sees_every_page(client, susan):
    client.log_in(susan)
    found = {
        endpoint: answer_to(client, route.path.format(token="a token"))
        for endpoint, route in ROUTES.items()
    }

    assert found == {endpoint: route.user for endpoint, route in ROUTES.items()}


def test_nobody_finds_anything_private_of_another(client, susan):
    make_message(susan, susan, "a private word")
    make_posts(susan, "a public word")
    make_task(susan, state="failed", reason="a private reason")
    client.log_in(make_user("john"))

    pages = [client.get(route.path) for route in ROUTES.values()]

    seen = " ".join(page.text for page in pages if page.mimetype != "text/css")
    assert "a public word" in seen
    assert [
        text for text in ("a private", "susan@example.com", "task_progress") if text in seen
    ] == []


@pytest.mark.parametrize("logged_in", [False, True], ids=["stranger", "user"])
def test_a_wrong_method_is_refused_with_the_right_ones(client, susan, logged_in):
    if logged_in:
        client.log_in(susan)
    for rule in rules(client):
        for method in METHODS - rule.methods:
            answer = client.open(ROUTES[rule.endpoint].path, method=method)

            assert (answer.status_code, set(answer.allow)) == (405, rule.methods), rule


@pytest.fixture(params=["none", "nonsense", "not ASCII", "another's"])
def wrong_token(client, request):
    """A CSRF token that is not of this visitor's session."""
    anothers = client.application.test_client().token()
    return {"none": "", "nonsense": "x.y.z", "not ASCII": "é", "another's": anothers}[request.param]


@pytest.mark.parametrize("logged_in", [False, True], ids=["stranger", "user"])
def test_a_form_without_its_token_is_refused_in_words(client, susan, logged_in, wrong_token):
    if logged_in:
        client.log_in(susan)
    client.token()
    for rule in rules(client):
        if "POST" in rule.methods:
            answer = client.post(ROUTES[rule.endpoint].path, data={"csrf_token": wrong_token})

            assert answer.status_code == 400, rule
            assert "This form has expired" in answer.text


def test_a_form_that_lay_about_for_too_long_is_refused(client, susan):
    client.log_in(susan).token()

    with freeze_time() as clock:
        clock.tick(3601)
        answer = client.submit("/", body="x")

    assert answer.status_code == 400


NUMBERS = ["nan", "-inf", "1e999", "-1", "0", "9" * 400, "٣", "½", "text", "\0"]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_absurd_number_is_refused_or_passed_over(client, susan, number):
    client.log_in(susan)
    for path, _stranger, user in ROUTES.values():
        if user == 200 and "static" not in path:
            answer = client.get(path, query_string={"page": number, "since": number})

            assert answer.status_code in {200, 400}, path


def filled(rule, part):
    """Return a path that the rule may match, with these bytes in its variable parts."""
    pieces = [
        quote_from_bytes(part, safe="") if is_variable else text
        for is_variable, text in rule._trace
        if text != "|"
    ]
    return "".join(pieces) or "/"


@few
@given(data=st.data())
def test_no_request_is_an_error(client, jobs, susan, data):
    rule = data.draw(st.sampled_from(rules(client)), "rule")
    path = filled(rule, data.draw(st.binary(max_size=20), "part"))
    fields = st.dictionaries(st.sampled_from(["page", "since", "next", "body", "username"]), TEXT)
    answer = client.log_in(susan).open(
        path,
        method=data.draw(st.sampled_from(["GET", "POST"])),
        query_string=data.draw(fields),
        data=data.draw(fields) | {"csrf_token": client.token()},
        headers=data.draw(st.dictionaries(st.sampled_from(HEADERS), TEXT.map(header))),
    )

    jobs.run()  # it may have asked for an export

    assert answer.status_code in {200, 302, 308, 400, 404, 405, 416}


HEADERS = ["Accept-Language", "Cookie", "If-Modified-Since", "If-None-Match", "Range", "User-Agent"]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def header(text):
    """Return the text as a server would pass on such a header."""
    return text.replace("\n", "").replace("\r", "").encode()[:30].decode("latin-1")


@pytest.mark.parametrize("path", ["/user/%00", "/messages/to/%00", "/user/%ed%a0%80", "/user/%ff"])
def test_a_name_that_cannot_be_is_not_found(client, susan, path):
    assert client.log_in(susan).get(path).status_code == 404


@pytest.mark.parametrize("cookie", ["x", "|", "1|é", "1.0123456789abcdef|deadbeef", "\0|\0"])
def test_a_made_up_remember_cookie_is_nobodys(client, cookie):
    client.set_cookie("remember_token", cookie)

    assert client.get("/").location == "/login?next=%2F"


@pytest.mark.parametrize("host", ["x" * 300, "a b", "[", "<script>", "localhost:99999999"])
def test_an_absurd_host_is_no_error(client, host):
    assert client.get("/login", headers={"Host": host}).status_code in {200, 400}
