"""Each error has words of its own, or those of its kind."""

import pytest
from werkzeug.exceptions import Forbidden, Gone, ImATeapot, NotImplemented

from app.errors import refused


@pytest.mark.parametrize(
    ("error", "code", "title"),
    [
        (Forbidden(), 403, "This is not for you"),
        (Gone(), 410, "This request makes no sense to us"),
        (ImATeapot(), 418, "This request makes no sense to us"),
        (NotImplemented(), 501, "Something went wrong"),
    ],
)
def test_every_error_has_a_page_and_keeps_its_code(app, error, code, title):
    with app.test_request_context():
        answer = refused(error)

    assert answer.status_code == code
    assert f"<h1>{title}</h1>" in answer.get_data(as_text=True)
