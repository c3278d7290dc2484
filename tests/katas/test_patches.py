"""Diffs are applied strictly: what does not fit exactly is stale, never guessed."""

import pytest

from katas import patches

FILE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
PATCH = """\
--- a/app/file.txt
+++ b/app/file.txt
@@ -2,3 +2,3 @@
 two
-three
+THREE
 four
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a file below app/."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/file.txt").write_text(FILE, encoding="utf-8")
    return tmp_path


def read(folder):
    return (folder / "app/file.txt").read_text(encoding="utf-8")


def test_a_block_is_replaced_where_it_stands(folder):
    patches.apply(PATCH, folder, "1.patch")

    assert read(folder) == FILE.replace("three", "THREE")


def test_a_block_that_has_moved_is_found_if_it_stands_there_once(folder):
    (folder / "app/file.txt").write_text(f"zero\n{FILE}", encoding="utf-8")

    patches.apply(PATCH, folder, "1.patch")

    assert read(folder) == "zero\n" + FILE.replace("three", "THREE")


def test_a_block_that_has_moved_and_stands_there_twice_is_stale(folder):
    (folder / "app/file.txt").write_text(f"zero\n{FILE}{FILE}", encoding="utf-8")

    with pytest.raises(patches.Stale, match=r"1.patch, line 2 .* stands there 2 times"):
        patches.apply(PATCH, folder, "1.patch")


def test_a_block_with_other_context_is_stale_and_nothing_is_changed(folder):
    changed = FILE.replace("four", "4")
    (folder / "app/file.txt").write_text(changed, encoding="utf-8")

    with pytest.raises(patches.Stale, match="is not there any more"):
        patches.apply(PATCH, folder, "1.patch")

    assert read(folder) == changed


def test_a_file_that_is_gone_is_stale(tmp_path):
    with pytest.raises(patches.Stale, match="there is no such file any more"):
        patches.apply(PATCH, tmp_path, "1.patch")


def test_either_all_files_are_changed_or_none(folder):
    other = PATCH.replace("file.txt", "other.txt")

    with pytest.raises(patches.Stale):
        patches.apply(PATCH + other, folder, "1.patch")

    assert read(folder) == FILE


@pytest.mark.parametrize("path", ["tests/test_it.py", "app/../conftest.py", "README.md"])
def test_a_variant_changes_the_app_alone(folder, path):
    with pytest.raises(patches.PatchError, match="changes files in app/ only"):
        patches.apply(PATCH.replace("app/file.txt", path), folder, "1.patch")


@pytest.mark.parametrize("text", ["", "hello\n", "--- a/app/x\n+++ b/app/x\n"])
def test_what_is_no_diff_is_said_to_be_none(text):
    with pytest.raises(patches.PatchError, match=r"1\.patch"):
        patches.parse(text, "1.patch")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one\n", "one\ntwo\n"),
        ("one\ntwo\n", "two\n"),
        ("\n\none\n\n", "\n\nONE\n\n"),
        (FILE * 3, FILE + FILE.upper() + FILE),
    ],
    ids=["added", "taken out", "blank lines", "far apart"],
)
def test_a_diff_makes_one_text_of_the_other(folder, before, after):
    (folder / "app/file.txt").write_text(before, encoding="utf-8")

    patches.apply(patches.diff(before, after, "app/file.txt"), folder, "1.patch")

    assert read(folder) == after


def test_lines_are_counted_as_changed_once():
    assert patches.changed_lines(PATCH, "1.patch") == 1
