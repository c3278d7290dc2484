"""What no worker could run fails the test where it is enqueued."""

from datetime import UTC, datetime

import pytest
from rq.serializers import JSONSerializer

from tests.harness.everywhere import ON_EACH_BACKEND

pytestmark = ON_EACH_BACKEND


def greet(name, loud=False):
    """A job with arguments."""


class User:
    """Something like a row: equal to nothing but itself."""

    def __repr__(self):
        return "<User susan>"


class Tag:
    """What can be sent and not received."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return Tag, ()


@pytest.fixture
def json_queue(backend):
    """A queue whose arguments are JSON."""
    return backend.queue("json", serializer=JSONSerializer)


def refusal(queue, *args, **kwargs):
    """Return what is said when this is enqueued."""
    with pytest.raises(pytest.fail.Exception) as told:
        queue.enqueue(*args, **kwargs)
    assert queue.is_empty()
    return str(told.value)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("test_queue.absent", "Invalid attribute name: absent"),
        ("nowhere.work", "Invalid attribute name: nowhere.work"),
        ("broken.work", "division by zero"),
    ],
    ids=["no such function", "no such module", "a module that cannot be imported"],
)
def test_a_path_that_leads_nowhere(queue, monkeypatch, tmp_path, path, why):
    (tmp_path / "broken.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    assert refusal(queue, path) == (
        f"A worker cannot import '{path}' ({why}). "
        "Enqueue a function of a module that workers have, at its top level."
    )


@pytest.mark.parametrize(
    ("args", "kwargs", "why"),
    [
        pytest.param((), {}, "missing a required argument: 'name'", id="too few"),
        pytest.param(("susan", True, 1), {}, "too many positional arguments", id="too many"),
        pytest.param(
            ("susan",), {"laud": 1}, "got an unexpected keyword argument 'laud'", id="misspelt"
        ),
    ],
)
def test_arguments_that_do_not_fit(queue, args, kwargs, why):
    assert refusal(queue, greet, *args, **kwargs) == (
        f"test_queue.greet cannot be called with these arguments: {why}."
    )


@pytest.mark.parametrize(
    ("given", "become"),
    [
        pytest.param(("susan", "john"), ["susan", "john"], id="a tuple"),
        pytest.param({1: "susan"}, {"1": "susan"}, id="a number as a key"),
    ],
)
def test_arguments_that_json_changes(json_queue, given, become):
    assert refusal(json_queue, greet, given) == (
        "The arguments of test_queue.greet change on their way to the worker: "
        f"[[{given}], {{}}] become [[{become}], {{}}]. Pass what the serializer keeps as it is."
    )


def test_an_object_that_has_an_identity(queue):
    assert refusal(queue, greet, User()) == (
        "The arguments of test_queue.greet change on their way to the worker: "
        "[[<User susan>], {}] become others that look the same and are not equal. "
        "Pass what the serializer keeps as it is."
    )


def test_an_object_that_cannot_be_received(queue):
    assert refusal(queue, greet, Tag("new")) == (
        "A worker cannot load the arguments of test_queue.greet "
        "(Tag.__init__() missing 1 required positional argument: 'name'). "
        "Pass what the serializer keeps as it is."
    )


def test_what_the_serializer_refuses_it_refuses_itself(json_queue):
    with pytest.raises(TypeError, match="datetime is not JSON serializable"):
        json_queue.enqueue(greet, datetime.now(UTC))


def test_what_fits_is_enqueued(json_queue, jobs):
    json_queue.enqueue(greet, {"name": ["susan", None, 1.5]}, loud=True)
    json_queue.enqueue(max, 1, 2)

    assert jobs.run().finished == 2
