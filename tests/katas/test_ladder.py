"""Katas go by number, by name, and by what is near it."""

import pytest

from katas.ladder import KataError, find, ladder
from katas.sentences import explain


@pytest.mark.parametrize(
    "word", ["5", "05", "05_the_impatient_worker", "katas/05_the_impatient_worker/", "impatient"]
)
def test_a_kata_goes_by_number_name_or_path(word):
    assert find(word, ladder()).name == "05_the_impatient_worker"


@pytest.mark.parametrize("word", ["05_the_impatent_worker", "the_impatient_workers"])
def test_an_unknown_name_gets_the_nearest(word):
    with pytest.raises(KataError, match="did you mean 05_the_impatient_worker"):
        find(word, ladder())


def test_a_name_like_no_other_is_answered_by_the_list():
    with pytest.raises(KataError, match="There is no kata '99': `list` names them all"):
        find("99", ladder())


def test_a_name_that_begins_several_is_not_guessed():
    with pytest.raises(KataError):
        find("0", ladder())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("E   ModuleNotFoundError: No module named 'app.task'", "did you mean 'app.tasks'?"),
        ("ImportError: cannot import name 'Tusk' from 'app.models'", "did you mean 'Task'?"),
        ("AssertionError: assert 1 == 2", "AssertionError: assert 1 == 2."),
    ],
)
def test_an_error_is_told_in_a_sentence(text, said):
    assert explain(text).endswith(said)
