"""What the harness's own tests use: a queue, and bare projects that use the harness."""

import contextvars
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
import pytest

pytest_plugins = ["pytest_rq.plugin"]

@pytest.fixture
def queue(backend):
    return backend.queue("default")
"""
WORK = '''
def work():
    """Do nothing, well."""

def fail():
    raise ValueError("no luck")
'''


class Project:
    """A project that has RQ, pytest and the harness, and nothing else."""

    def __init__(self, pytester, backend):
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(work=WORK)
        self.pytester = pytester
        self.backend = backend
        self.options = ["-p", "no:cacheprovider", "--backend", backend]

    def write(self, **files):
        """Write modules of the project."""
        self.pytester.makepyfile(**{name: dedent(text) for name, text in files.items()})

    def run(self, *options):
        """Run its tests in this process, and return how it went."""
        run = self.pytester.runpytest_inprocess
        options = (*self.options, *options)
        return contextvars.copy_context().run(run, *options, no_reraise_ctrlc=True)

    def run_apart(self, *options):
        """Run its tests in a process of their own, and return how it went."""
        return self.pytester.runpytest_subprocess(*self.options, *options)

    def test(self, tests, *options):
        """Write the project's tests, run them, and return how it went."""
        self.write(test_it=tests)
        return self.run(*options)


@pytest.fixture
def project(request, pytester, monkeypatch):
    """A bare project, to be tested on the inline backend or on the one it is parametrized by."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Project(pytester, getattr(request, "param", "inline"))


@pytest.fixture
def queue(backend):
    """A queue on this test's broker."""
    return backend.queue("default")
