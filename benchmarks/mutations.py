"""The mutants of a file: mutmut's mutations and four more, of all that can matter."""

from __future__ import annotations

import ast
import difflib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import libcst as cst
from libcst import matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string


def is_wording(node: cst.CSTNode) -> bool:
    """Return whether a node is a string of several words: for people, in a log, error or page.

    Its letters are left alone. That it is said, and of what, is not.
    """
    return isinstance(node, cst.SimpleString) and " " in str(node.evaluated_value).strip()


# What cannot matter when the code runs: types and docstrings, which mypy and ruff see to, and what
# a job is called in RQ's log. Imports are no mutants of use: a name that is missed is an error.
NOT_MUTATED = (
    m.Annotation()
    | m.Import()
    | m.ImportFrom()
    | m.Assign(value=m.Call(func=m.Name("TypeVar")) | m.Subscript(value=m.Name("tuple")))
    | m.Expr(value=m.SimpleString() | m.ConcatenatedString())
    | m.Arg(keyword=m.Name("description"), value=m.FormattedString())
)
TYPE_FIRST = m.Call(func=m.Name("cast"))


Lines = tuple[int, int]  # the first and the last


class Mutant(NamedTuple):
    """A file with one thing changed."""

    file: str
    function: str  # "" for what runs on import
    change: str  # the lines that go, and those that come
    lines: Lines  # of what is changed, in the file as it is
    statement: Lines  # in which it is, as far as to its colon, if it has one
    code: str

    @property
    def key(self) -> str:
        """What tells it from all others, while the file stays as it is."""
        return hashlib.sha256(f"{self.file}\n{self.code}".encode()).hexdigest()[:16]


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Return the mutants of a file, in its order, each of which says something else than it."""
    text = (root / file).read_text(encoding="utf-8")
    finder = _Finder()
    module = MetadataWrapper(cst.parse_module(text)).visit(finder)
    found = {ast.dump(ast.parse(text)): Mutant(file, "", "", (0, 0), (0, 0), text)}
    for function, lines, statement, old, new in finder.found:
        code = cst.ensure_type(module.deep_replace(old, new), cst.Module).code
        try:
            says = ast.dump(ast.parse(code))
        except SyntaxError:
            continue
        change = _change(text, code)
        found.setdefault(says, Mutant(file, function, change, lines, statement, code))
    return list(found.values())[1:]


def _change(before: str, after: str) -> str:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    changed = [line for line in lines if line[:2] in ("- ", "+ ")]
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in changed)


class _Finder(cst.CSTVisitor):
    """Finds (function, lines, statement, old node, new node) of each mutant of a module."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Lines, Lines, cst.CSTNode, cst.CSTNode]] = []
        self.names: list[str] = []
        self.lines = self.statement = (1, 1)

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collect the mutants of a node, unless neither it nor what is in it matters."""
        if m.matches(node, NOT_MUTATED):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.names.append(node.name.value)
        self._note_statement(node)
        for old, new in _mutations(node):
            # An operator has no place of its own: that of its expression stands.
            self.lines = self._lines_of(old) or self.lines
            self.found.append((".".join(self.names), self.lines, self.statement, old, new))
        if m.matches(node, TYPE_FIRST):
            cst.ensure_type(node, cst.Call).args[1].visit(self)
            return False
        return True

    def _note_statement(self, node: cst.CSTNode) -> None:
        lines, body = self._lines_of(node), getattr(node, "body", None)
        if lines and isinstance(node, cst.SimpleStatementLine):
            self.statement = lines
        elif lines and isinstance(body, cst.IndentedBlock):
            inside = self._lines_of(body.body[0]) or lines
            self.statement = (lines[0], max(lines[0], inside[0] - 1))

    def _lines_of(self, node: cst.CSTNode) -> Lines | None:
        where = self.get_metadata(PositionProvider, node, None)
        return (where.start.line, where.end.line) if isinstance(where, CodeRange) else None

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Leave a function or a class."""
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self.names.pop()


def _mutations(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and not (operator is operator_string and is_wording(node)):
            yield from ((node, new) for new in operator(node) if _matters(node, new))
    for more in MORE:
        yield from more(node)


def _matters(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Return whether a call has lost, or got None for, nothing that cannot matter."""
    if not (isinstance(old, cst.Call) and isinstance(new, cst.Call)):
        return True
    lost = [arg for arg in old.args if not any(arg is kept for kept in new.args)]
    unread = m.matches(old, TYPE_FIRST) and old.args[0] in lost
    return not unread and not any(m.matches(arg, NOT_MUTATED) for arg in lost)


Pairs = Iterable[tuple[cst.CSTNode, cst.CSTNode]]


def drop_a_statement(node: cst.CSTNode) -> Pairs:
    """`f(x)` and `raise` become `pass`, `return x` becomes `return`."""
    if isinstance(node, cst.Expr | cst.Raise):
        yield node, cst.Pass()
    elif isinstance(node, cst.Return) and node.value and not m.matches(node.value, m.Name("None")):
        yield node, cst.Return()


def negate_a_condition(node: cst.CSTNode) -> Pairs:
    """`if x` becomes `if not (x)`."""
    if isinstance(node, cst.If | cst.While | cst.CompIf):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.test, cst.UnaryOperation(cst.Not(), test)


def catch_nothing(node: cst.CSTNode) -> Pairs:
    """`except X` becomes `except ()`."""
    if isinstance(node, cst.ExceptHandler) and node.type is not None:
        yield node.type, cst.Tuple(elements=[])


def drop_a_decorator(node: cst.CSTNode) -> Pairs:
    """`@f` goes."""
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        for decorator in node.decorators:
            yield decorator, cst.RemoveFromParent()


MORE: list[Callable[[Any], Pairs]] = [
    drop_a_statement,
    negate_a_condition,
    catch_nothing,
    drop_a_decorator,
]
