"""What makes `pytest katas` run a kata; see katas/plugin.py."""

from katas.plugin import (  # noqa: F401 - pytest finds its hooks by name
    pytest_collect_directory,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
    pytest_report_teststatus,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_unconfigure,
)
