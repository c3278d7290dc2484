"""The summary that CI shows says what the reports say."""

import pytest

from tests.support.summary import HEAD, summary

REPORT = """<testsuites><testsuite tests="4" failures="1" errors="0" skipped="1" time="2.6">
<testcase classname="tests.unit.test_it" name="test_a">
  <properties><property name="rq backend" value="inline" /></properties>
</testcase>
<testcase classname="tests.unit.test_it" name="test_b">
  <properties><property name="rq backend" value="worker" /></properties>
  <failure message="assert 1 == 2">the rest</failure>
</testcase>
<testcase classname="tests.unit.test_it" name="test_c">
  <properties><property name="rq backend" value="inline" /></properties>
</testcase>
<testcase classname="tests.unit.test_it" name="test_d"><skipped message="why" /></testcase>
</testsuite></testsuites>"""


def test_a_run_is_counted_by_outcome_and_backend(tmp_path):
    (tmp_path / "default.xml").write_text(REPORT)

    row = "| default | 2 | 1 | 1 | 3 | 2 inline, 1 worker |"
    failure = "default: **tests.unit.test_it::test_b**\n```\nassert 1 == 2\n```"
    assert summary(tmp_path) == f"{HEAD}\n{row}\n\n{failure}"


def test_coverage_is_told(tmp_path):
    (tmp_path / "default.xml").write_text('<testsuites><testsuite tests="1" /></testsuites>')
    (tmp_path / "coverage.xml").write_text('<coverage line-rate="1" branch-rate="0.9876" />')

    assert summary(tmp_path).endswith("\ncoverage: 100.0% of lines, 98.8% of branches")


def test_a_folder_without_reports_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="holds no report: run pytest with --junitxml="):
        summary(tmp_path)
