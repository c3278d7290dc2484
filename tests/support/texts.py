"""Texts that a hostile visitor sends, and how a browser or worse would send them."""

from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.support.visitor import Visitor

few = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=145)
MARKUP = st.text(st.sampled_from(list("<>&\"'/=!-{}%#; \nscript")), min_size=1, max_size=140)


def is_text(text: str) -> bool:
    """Return whether the text can be written in UTF-8: it holds no half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def post_raw(client: Visitor, path: str, **fields: str) -> TestResponse:
    """Send a form; half of a surrogate pair goes out as the bytes it would be."""
    fields["csrf_token"] = client.token()
    data = urlencode({name: text.encode(errors="surrogatepass") for name, text in fields.items()})
    return client.post(path, data=data, content_type="application/x-www-form-urlencoded")


def errors_on(client: Visitor, answer: TestResponse) -> set[str]:
    """Return what the form on a page says is wrong."""
    assert answer.status_code == 200, f"The form was answered {answer.status}."
    return {each.text for each in client.parsed(answer).select(".invalid-feedback")}


def account(**changes: Any) -> dict[str, Any]:
    """Return the fields with which mary registers, but for these changes."""
    fields = {"username": "mary", "email": "mary@example.com"}
    return fields | {"password": "a secret", "password2": "a secret"} | changes
