"""The hooks by which `pytest katas` runs the next kata, and `pytest katas/05*` that one."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from katas import board, early, workplace
from katas.items import (
    CHECKS,
    KataFolder,
    VariantItem,
    hand_made_changes,
)
from katas.judge import Check, names
from katas.keep import KeepCheck
from katas.ladder import HERE, Kata, KataError, find, ladder, run_command, shown
from katas.pool import Pool

WANTED = pytest.StashKey[list[Kata]]()
POOL = pytest.StashKey[Pool]()
SCRATCH = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
SHOWN = pytest.StashKey[list[Kata]]()
STYLES = {"good": {"green": True}, "bad": {"red": True}, "head": {"bold": True}}
LETTERS = {"accepted": ".", "caught": ".", "refused": "R", "not caught": "B", "not judged": "-"}


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Find out which katas are wanted, and let the workers load what they need meanwhile."""
    try:
        wanted = wanted_katas(config)
    except KataError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[WANTED], config.stash[CHECKS], config.stash[SHOWN] = wanted, {}, []
    if not wanted:
        return
    if not config.option.collectonly:
        config.stash[SCRATCH] = tempfile.TemporaryDirectory(prefix="katas-")
        config.stash[POOL] = early.pool()


def wanted_katas(config: pytest.Config) -> list[Kata]:
    """Return the katas that pytest's arguments name; for `katas` alone, the next one."""
    katas = ladder()
    wanted = []
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        path = path.resolve()
        if path == HERE:
            wanted += [kata for kata in [workplace.next_of(katas)] if kata]
        elif path.is_relative_to(HERE):
            wanted.append(find(path.relative_to(HERE).parts[0], katas))
    return wanted


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers, and delete the copies of the app."""
    if POOL in config.stash:
        config.stash[POOL].close()
        config.stash[SCRATCH].cleanup()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Look into the katas that are wanted, and at nothing else here."""
    if not collection_path.is_relative_to(HERE) or collection_path == HERE:
        return None
    wanted = [kata.folder for kata in config.stash[WANTED]]
    return not any(collection_path in (each, each / "kata.toml") for each in wanted) or None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a kata's folder as a kata."""
    for kata in parent.config.stash[WANTED]:
        if kata.folder == path:
            folder = KataFolder.from_parent(parent, path=path)
            folder.kata = kata
            return folder
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the learner's tests first, in their own order, and the variants after them."""
    mine: list[pytest.Item] = [item for item in items if not isinstance(item, VariantItem)]
    mine.sort(key=lambda item: (str(item.path), item.reportinfo()[1] or 0))
    rest = [item for item in items if isinstance(item, VariantItem)]
    rest.sort(key=lambda item: (item.kata.name, names(item.kata).index(item.name)))
    if config.stash[WANTED]:
        items[:] = [*mine, *rest]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to examine the learner's tests by all variants."""
    config = session.config
    if POOL not in config.stash or session.testsfailed:
        return
    asked: dict[Kata, set[str]] = {}
    for item in session.items:
        if isinstance(item, VariantItem):
            asked.setdefault(item.kata, set()).add(item.name)
    for kata, variants in asked.items():
        kind = KeepCheck if kata.refactoring else Check
        config.stash[CHECKS][kata] = kind(
            kata,
            workplace.bench(kata),
            workplace.tests(kata),
            config.stash[POOL],
            Path(config.stash[SCRATCH].name),
            leave_out={"suite"} - variants,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let the report of a variant know its verdict."""
    report = yield
    if isinstance(item, VariantItem) and item.verdict is not None and report.when == "call":
        report.kata_outcome = item.verdict.outcome
        report.user_properties.append(("title", item.title))
    return report


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Count variants in words of their own; what is said of them stands in the summary."""
    outcome = getattr(report, "kata_outcome", None)
    return (outcome, LETTERS[outcome], outcome.upper()) if outcome else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Note what was achieved."""
    for kata, check in session.config.stash[CHECKS].items():
        asked = {
            item.name: item.verdict
            for item in session.items
            if isinstance(item, VariantItem) and item.kata == kata
        }
        verdicts = [verdict for verdict in asked.values() if verdict]
        if len(verdicts) < len(names(kata)):
            continue
        caught = {each.name.partition("-")[2] for each in verdicts if each.outcome == "caught"}
        caught |= set(workplace.achieved(kata, "caught", []))
        solved = all(each.good for each in verdicts) and not session.testsfailed
        solved = solved or bool(workplace.achieved(kata, "solved"))
        workplace.achieve(check.kata, caught=sorted(caught), solved=solved)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Say what came of it, and what to do next; nothing after Ctrl-C, which ends workers too."""
    if exitstatus == pytest.ExitCode.INTERRUPTED and not errors_of_collection(terminalreporter):
        return
    katas = ladder()
    lines: list[board.Line] = []
    for kata in config.stash[WANTED]:
        if not config.option.collectonly:
            lines += summary(kata, katas, config, terminalreporter)
    if not config.stash[WANTED] and any(Path(each).name == HERE.name for each in config.args):
        lines = [board.Line("All katas are solved.", "good"), board.bar(katas, "start your own")]
    encoding = getattr(terminalreporter._tw._file, "encoding", None)
    for line in lines:
        text = board.plain(line.text, encoding)
        terminalreporter.write_line(text, **STYLES.get(line.style, {}))


def summary(
    kata: Kata, katas: list[Kata], config: pytest.Config, reporter: Any
) -> list[board.Line]:
    """Return what to say of one kata."""
    lines = [board.heading(kata)]
    lines += board.wrapped("  ", *workplace.misplaced(kata))
    check = config.stash[CHECKS].get(kata)
    if check is None:
        return [*lines, *unjudged(kata, katas, reporter)]
    try:
        verdicts = check.verdicts()
        lines += board.judged(check)
        if reminder := hand_made_changes(check):
            lines += board.wrapped("  ", reminder)
    except KataError as error:
        return [*lines, *board.wrapped("  ", str(error))]
    if all(verdict.good for verdict in verdicts):
        if len(verdicts) < len(names(kata)):
            return [*lines, board.bar(katas, f"{run_command(kata)}, with the suite")]
        return [*lines, *board.congratulation(kata, katas)]
    return [*lines, board.bar(katas, board.to_do(kata, verdicts))]


def errors_of_collection(reporter: Any) -> list[str]:
    """Return what is wrong with the learner's files."""
    errors = reporter.stats.get("error", [])
    return [each.longreprtext for each in errors if isinstance(each, pytest.CollectReport)]


def unjudged(kata: Kata, katas: list[Kata], reporter: Any) -> list[board.Line]:
    """Return what to say where no variant was judged."""
    if errors := errors_of_collection(reporter):
        to_do = f"mend this, then {run_command(kata)}"
        return [*board.wrapped("  ", *errors), board.bar(katas, to_do)]
    if not workplace.revealed(kata):
        if reporter.stats.keys() & {"error", "failed"}:
            return [board.bar(katas, board.to_do(kata, []))]
        files = ", ".join(shown(each) for each in workplace.reveal(kata))
        said = f"The first tests pass. The second are revealed: {files}. Run it again."
        return [*board.wrapped("", said, style="good"), board.bar(katas, run_command(kata))]
    said = "No variant was judged: run the kata without -k, -m and node ids to have it judged."
    return board.wrapped("  ", said)
