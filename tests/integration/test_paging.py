"""Long lists come in pages, and each page begins where a link says."""

import re

import pytest

from app.models import Post
from tests.support.builders import BEGINNING, add, make_messages, make_posts, make_user
from tests.support.statements import plan_of, statements


@pytest.fixture
def seven(client, susan):
    """Susan, logged in, who has said 1 to 7, and been told as much; there are three to a page."""
    make_posts(susan, *"1234567")
    make_messages(make_user("john"), susan, *"1234567")
    return client.log_in(susan)


LISTS = pytest.mark.parametrize("path", ["/", "/user/susan", "/messages"])


def said(page):
    return "".join(each.text for each in page.select("article .said"))


def follow(client, page, rel):
    """Return the page that the link leads to."""
    return client.page(page.select_one(f".pager a[rel={rel}]")["href"])


@LISTS
def test_the_older_pages_follow_one_another_to_the_end(seven, path):
    first = seven.page(path)
    second = follow(seven, first, "next")
    third = follow(seven, second, "next")

    assert [said(page) for page in (first, second, third)] == ["765", "432", "1"]
    assert first.select(".pager a[rel=prev]") == third.select(".pager a[rel=next]") == []


@LISTS
def test_the_newer_pages_lead_back(seven, path):
    third = follow(seven, follow(seven, seven.page(path), "next"), "next")
    second = follow(seven, third, "prev")
    first = follow(seven, second, "prev")

    assert [said(page) for page in (second, first)] == ["432", "765"]
    assert first.select(".pager a[rel=prev]") == []


NO_PLACES = [
    "page=2",
    f"page={'9' * 30}",
    "before=",
    "before=x",
    "before=1.2.3",
    "before=1e9.1",
    f"before={'9' * 18}.1",
    f"before=-{'9' * 18}.1",
    "before=1.9999999999",
    f"after={'9' * 19}.1",
    "after=9",
    "before=%00.1&after=\u0663.1",
]


@LISTS
def test_what_is_no_place_in_the_list_leads_to_the_first_page(seven, path):
    shown = {query: said(seven.page(f"{path}?{query}")) for query in NO_PLACES}

    assert shown == dict.fromkeys(NO_PLACES, "765")


@LISTS
def test_beyond_the_oldest_there_is_a_way_back(seven, path):
    page = seven.page(f"{path}?before=0.0")

    assert "on this page" in page.select(".empty")[-1].text
    assert said(follow(seven, page, "prev")) == "321"


@LISTS
def test_a_list_that_fits_has_no_links(client, susan, path):
    make_posts(susan, *"123")
    make_messages(susan, susan, *"123")

    page = client.log_in(susan).page(path)

    assert (said(page), page.select(".pager")) == ("321", [])


def test_posts_of_one_moment_are_each_on_one_page(client, susan):
    for number in "1234567":
        add(Post(body=number, timestamp=BEGINNING, user_id=susan.id))
    client.log_in(susan)

    second = follow(client, client.page("/"), "next")

    assert said(second) + said(follow(client, second, "next")) == "4321"


def test_what_is_posted_meanwhile_moves_no_page(seven, susan):
    first = seven.page("/")
    add(Post(body="new", user_id=susan.id))

    assert said(follow(seven, first, "next")) == "432"


@LISTS
@pytest.mark.parametrize("rel", ["next", "prev"])
def test_each_page_is_found_by_an_index_where_the_link_says(seven, path, rel):
    second = follow(seven, seven.page(path), "next")
    with statements() as seen:
        follow(seven, second, rel)

    [one, *_] = [each for each in seen if "LIMIT" in each[0] and "timestamp, " in each[0]]
    plan = plan_of(one).upper()
    assert re.search(r"INDEX.*TIMESTAMP.*[<>]", plan), plan
    assert re.search("TEMP B-TREE|SORT", plan) is None
