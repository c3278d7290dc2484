"""How tests of the harness go through the backends, in the default run those in this process."""

import pytest

ALL = ["inline", "worker", pytest.param("real", marks=pytest.mark.server)]

on_each_backend = pytest.mark.parametrize("backend", ALL, indirect=True)
in_each_project = pytest.mark.parametrize("project", ALL, indirect=True)
once = pytest.mark.backend("inline", reason="it goes through the backends itself")

# For a module's `pytestmark`.
ON_EACH_BACKEND = [on_each_backend, once]
IN_EACH_PROJECT = [in_each_project, once]
