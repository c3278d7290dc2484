"""The folder of a new kata, with a text in each place that says what belongs there."""

from __future__ import annotations

import re

from katas.board import Line
from katas.ladder import HERE, KataError, command, ladder, shown

README = """\
# {title}

Tell in three sentences what happened to a user, and what they wrote to you.

**The promise.** Quote it from the README, with its number.

**Your task.** Say which file in `work/{name}` to edit, and what its tests have to tell apart.

**Met in real life.** Say in a line where this bug was met, with a link to the public thread.
"""
TOML = """\
title = "{title}"
kind = "CATCH"        # or MAKE, KEEP, or "KEEP, CATCH"
minutes = 20
promises = [1]        # their numbers
suite = ["tests/integration/promises/test_01_committed_first.py"]  # what should catch the bugs

[[bug]]               # one for each bugs/<n>.patch
complaint = "What a user wrote, never a place in the code"
belief = "What somebody believes who writes such code."
hints = ["Where to look.", "What to look for.", "How to assert it."]

[[wheat]]             # one for each wheats/<n>.patch
title = "it does the same in another way"
"""
START = '''\
"""{title}: write tests that every correct app passes, and every broken one fails."""


def test_a_first_claim(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert len(outbox) == 1
'''


def make(name: str) -> list[Line]:
    """Make the folder of a new kata, numbered after the last one; return what to do next."""
    word = re.sub(r"\W+", "_", name.strip().lower()).strip("_")
    if not word:
        raise KataError("Give the kata a name of some words, such as 'the impatient worker'.")
    katas = ladder()
    number = 1 + max((int(kata.number) for kata in katas), default=0)
    folder = HERE / f"{number:02}_{word}"
    title = word.replace("_", " ").capitalize()
    texts = {
        "README.md": README,
        "kata.toml": TOML,
        f"start/test_{word}.py": START,
        f"solution/test_{word}.py": START,
    }
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        content = text.format(title=title, name=folder.name)
        file.write_text(content, encoding="utf-8", newline="\n")
    for part in ("bugs", "wheats"):
        (folder / part).mkdir()
    return [
        Line(f"{shown(folder)} is made: fill in each file.", "good"),
        Line(f"Change the app, then `git diff app > {shown(folder / 'bugs/1.patch')}` and"),
        Line("`git checkout app`: that is a bug. It counts in README.md and katas/README.md, too."),
        Line(f"Then {command(f'verify {number:02}')}"),
    ]
