"""The walk through one kata that katas/README.md shows: `python -m tests.katas.transcript`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "katas/README.md"
PARTS = ("app", "katas", "migrations", "pytest_rq", "tests", "conftest.py", "pyproject.toml")
TEST = "work/06_open_the_envelope/test_open_the_envelope.py"
NOISE = re.compile(
    r"(platform|Using --randomly|rq backend|rootdir|configfile|plugins|timeout|=+ test session)"
)
OWNER = """

def test_it_goes_to_the_owner_alone(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    assert outbox[0]["To"] == "susan@example.com"
"""
TOO_MUCH = """

def test_the_mail_is_what_it_was(client, jobs, outbox, susan):
    client.log_in(susan).submit("/tasks/export-posts")
    jobs.run()

    [part] = outbox[0].iter_attachments()
    assert part.keys() == ["Content-Type", "MIME-Version", "Content-Transfer-Encoding",
                           "Content-Disposition"]
"""


class Walk:
    """A learner's way through a kata, in a clone of this repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
            copy(ROOT / part, folder / part)

    def type(self, command: str) -> None:
        """Type a command, and note what it prints, without what differs each time."""
        program, *arguments = command.split()
        run = ["-m", "pytest", *arguments] if program == "pytest" else arguments
        environ = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
        environ |= {"COLUMNS": "88", "PYTHONUTF8": "1"}
        ended = subprocess.run(
            [sys.executable, *run],
            cwd=self.folder,
            env=environ,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        printed = [line.rstrip() for line in ended.stdout.splitlines() if not NOISE.match(line)]
        self.lines += [f"$ {command}", *printed, ""]

    def write(self, text: str, instead_of: str = "") -> None:
        """Write a test at the end of the file, and note it as what an editor shows."""
        file = self.folder / TEST
        before = file.read_text(encoding="utf-8")
        file.write_text(before.replace(instead_of, "") + text, encoding="utf-8")
        self.lines += [f"$ $EDITOR {TEST}", *(f"    {line}".rstrip() for line in text.split("\n"))]

    def text(self) -> str:
        """Return all that was typed and printed; how long it took is left out."""
        lines = [re.sub(r" in [\d.]+s\b", "", line) for line in self.lines]
        text = "\n".join(re.sub(r"^=+ (.*) =+$", r"\1", line) for line in lines)
        return re.sub(r"\n{3,}", "\n\n", text).strip()


def walk(folder: Path) -> str:
    """Return the transcript of a walk in a folder that is still empty."""
    walk = Walk(folder)
    walk.type("pytest katas/06")
    walk.type("python -m katas hint 06 4")
    walk.write(OWNER)
    walk.write(TOO_MUCH)
    walk.type("pytest katas/06")
    walk.write("", instead_of=TOO_MUCH)
    walk.lines[-2:] = ["(The last test is taken out again.)", ""]
    walk.type("pytest katas/06")
    solution = folder / "katas/06_open_the_envelope/solution/test_open_the_envelope.py"
    shutil.copyfile(solution, folder / TEST)
    walk.lines += ["(With our solution in its place:)", ""]
    walk.type("pytest katas/06")
    return walk.text()


def page(text: str) -> str:
    """Return the page with this transcript in it."""
    before, fence, rest = PAGE.read_text(encoding="utf-8").partition(
        "```console\n$ pytest katas/06"
    )
    assert fence, "katas/README.md has no transcript: it begins with ```console, $ pytest katas/06."
    after = rest.partition("\n```")[2]
    return f"{before}```console\n{text}\n```{after}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        PAGE.write_text(page(walk(Path(empty))), encoding="utf-8", newline="\n")
