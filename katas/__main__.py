"""`python -m katas`: where one is on the ladder, hints, comparisons, and what keeps it true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

if not __package__:  # run as `python path/to/katas`, from another folder
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import click

from katas import board, hints, refresh, report, scaffold, verify, workplace
from katas.ladder import ROOT, Kata, KataError, command, find, ladder, run_command, shown

COLOURS = {"good": "green", "bad": "red", "head": "bright_white"}
LOOK_EVERY = 0.3


class Commands(click.Group):
    """Tells what is wrong in a sentence, and suggests the command that was meant."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; click adds its nearest name to the error."""
        return super().resolve_command(context, arguments)

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except KataError as error:
            raise click.ClickException(str(error)) from None


def say(*lines: board.Line | str) -> None:
    """Print lines, in colour where the terminal has it, in ASCII where it has no more."""
    for each in lines:
        line = board.Line(each) if isinstance(each, str) else each
        text = board.plain(line.text, sys.stdout.encoding)
        click.secho(text, fg=COLOURS.get(line.style), bold=line.style == "head")


def chosen(word: str | None) -> Kata:
    """Return the kata that was named; if none was, the one to do next."""
    katas = ladder()
    kata = find(word, katas) if word else workplace.next_of(katas)
    if kata is None:
        raise KataError("All katas are solved: name one.")
    return kata


@click.group(cls=Commands, invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Practise testing background jobs. Without a command: where you are, and what is next."""
    if context.invoked_subcommand is None:
        katas = ladder()
        kata = workplace.next_of(katas)
        if kata is None:
            say("All katas are solved.", board.bar(katas, command("report")))
            return
        say(board.heading(kata), *kata.readme.read_text(encoding="utf-8").splitlines()[1:], "")
        begun = "go on in" if workplace.bench(kata).exists() else "it will be copied to"
        say(f"Your files: {begun} {shown(workplace.bench(kata))}")
        say(board.bar(katas, run_command(kata)))


@main.command("list")
def list_katas() -> None:
    """List all katas, with their minutes and how far you are."""
    katas = ladder()
    for kata in katas:
        done = workplace.achieved(kata, "solved")
        caught = len(workplace.achieved(kata, "caught", []))
        state = "solved" if done else f"{caught} of {len(kata.bugs)} caught" if caught else ""
        line = f"{kata.number}  {kata.kind:11}  {kata.minutes:3} min  {kata.title:34}  {state}"
        say(board.Line(line.rstrip(), "good" if done else ""))
    following = workplace.next_of(katas)
    say(board.bar(katas, run_command(following) if following else command("report")))


@main.command()
@click.argument("kata", required=False)
@click.argument("bug", type=int, required=False)
def hint(kata: str | None, bug: int | None) -> None:
    """Give the next of four hints: where to look, for what, how, and at last the change itself."""
    say(*hints.next_hint(chosen(kata), bug))


@main.command()
@click.argument("kata", required=False)
@click.argument("bug", type=int, required=False)
def show(kata: str | None, bug: int | None) -> None:
    """Show a kata's story, or the change that makes a bug which you have caught."""
    found = find(kata, ladder()) if kata else chosen(None)
    if bug is None:
        say(*found.readme.read_text(encoding="utf-8").splitlines())
    else:
        say(*hints.shown_bug(found, bug))


@main.command()
@click.argument("kata")
def diff(kata: str) -> None:
    """Compare your solution with ours, once yours is done."""
    say(*hints.compared(find(kata, ladder())))


@main.command()
@click.argument("kata")
def reset(kata: str) -> None:
    """Begin a kata anew; what you wrote is put aside."""
    found = find(kata, ladder())
    kept = workplace.reset(found)
    say(f"Your files are kept in {shown(kept)}." if kept else "You have not begun it.")
    say(f"Begin with {run_command(found)}")


@main.command()
@click.argument("kata", required=False)
@click.option("--once", is_flag=True, help="Stop after the first change.")
def watch(kata: str | None, once: bool) -> None:
    """Check a kata each time that one of your files changes, until it is solved or Ctrl-C."""
    found = chosen(kata)
    workplace.begin(found)
    say(f"Watching {shown(workplace.bench(found))}; Ctrl-C ends it.")
    seen: object = None
    try:
        while True:
            now = stamps(workplace.bench(found))
            if now == seen:
                time.sleep(LOOK_EVERY)
                continue
            run = [sys.executable, "-m", "pytest", "-q", str(found.folder)]
            ended = subprocess.run(run, cwd=ROOT, check=False)
            if once or ended.returncode == 0:
                raise SystemExit(ended.returncode)
            seen = now
    except KeyboardInterrupt:
        say("", "No longer watching.")


def stamps(folder: Path) -> list[tuple[str, int]]:
    """Return the files and when they were changed."""
    files = [file for file in folder.rglob("*") if file.suffix in (".py", ".html", ".txt", ".js")]
    return sorted((str(file), file.stat().st_mtime_ns) for file in files)


@main.command("report")
@click.option("--json", "as_json", is_flag=True, help="As JSON rather than Markdown.")
def tell(as_json: bool) -> None:
    """Report what you have done, as Markdown or JSON."""
    data = report.data(ladder())
    say(json.dumps(data, indent=2) if as_json else report.markdown(data))


@main.command("verify")
@click.argument("katas", nargs=-1)
def check(katas: tuple[str, ...]) -> None:
    """Check the katas themselves, and the suite by all their variants, as CI does."""
    wanted = [find(word, ladder()) for word in katas] or ladder()
    faults = verify.verify(wanted, say)
    raise SystemExit(1 if faults else 0)


@main.command("refresh")
@click.argument("katas", nargs=-1)
def mend(katas: tuple[str, ...]) -> None:
    """Rewrite the patches that an app change made stale, and show what differs, for review."""
    wanted = [find(word, ladder()) for word in katas] or ladder()
    left = [line for kata in wanted for line in refresh.refresh(kata, say)]
    if left:
        raise KataError("\n".join(left))


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Make the folder of a new kata, to be filled: see katas/CONTRIBUTING.md."""
    say(*scaffold.make(name))


if __name__ == "__main__":
    main(prog_name=os.environ.get("KATAS_PROG", "python -m katas"))
