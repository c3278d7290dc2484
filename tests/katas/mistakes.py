"""What learners write by mistake, and what is said of it."""

MISTAKES = {
    "nothing": ("", "Nothing was collected: write functions whose names begin with test_"),
    "syntax": ("def test_it(:\n    pass\n", "line 1, is not Python yet"),
    "wrong module": ("import app.tils\n", "There is no module 'app.tils'"),
    "wrong name": ("from app import totel\n", "There is no 'totel' in app; did you mean 'total'?"),
    "missing fixture": (
        "def test_it(tmp_pat):\n    assert tmp_pat\n",
        "There is no fixture 'tmp_pat'; did you mean 'tmp_path'?",
    ),
    "skipped": (
        "import pytest\n\ndef test_it():\n    pytest.skip('later')\n",
        "All your tests are skipped, so they say nothing",
    ),
    "empty": ("def test_it():\n    pass\n", "a test that asserts nothing about the promise"),
    "assert True": ("def test_it():\n    assert True\n", "Your tests pass on every broken app"),
    "wrong": (
        "from app import total\n\ndef test_it():\n    assert total([1]) == 2\n",
        "test_it fails on the app, which is correct: assert 1 == 2",
    ),
    "overfitted": (
        """
        from app import total

        def test_it():
            assert 'result' in total.__code__.co_varnames
        """,
        "test_it fails on an app that is as correct, though it sums in one line",
    ),
    "hash of the source": (
        """
        import app, hashlib, pathlib

        def test_it():
            source = pathlib.Path(app.__file__).read_bytes()
            assert len(hashlib.sha256(source).digest()) == 32
        """,
        "test_it reads the app's source.",
    ),
    "grep": (
        """
        import app, inspect

        def test_it():
            assert 'sum' in inspect.getsource(app)
        """,
        "test_it reads the app's source.",
    ),
    "flaky": (
        """
        import pathlib, sys

        def test_it():
            seen = pathlib.Path(__file__).with_name('seen')
            there = seen.exists() or not sys.argv[0].endswith('worker.py') or seen.touch()
            assert there
        """,
        "test_it is flaky: on the very same app it passed once and failed once.",
    ),
    "needs another": (
        """
        seen = []

        def test_a():
            seen.append(1)

        def test_b():
            assert seen
        """,
        "test_b passes in one order and fails in another",
    ),
    "minds another": (
        """
        seen = []

        def test_a():
            seen.append(1)
            assert seen == [1]

        def test_b():
            seen.append(1)
            assert seen == [1]
        """,
        "test_b passes in one order and fails in another",
    ),
    "minds all others": (
        """
        import pytest

        seen = []

        @pytest.fixture(autouse=True)
        def note(request):
            yield
            seen.append(request.node.name)

        def test_a():
            pass

        def test_b():
            assert not seen

        def test_c():
            pass
        """,
        "test_b passes alone and fails with the others",
    ),
}
