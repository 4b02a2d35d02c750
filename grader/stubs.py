"""Stubs: a solution's text with every solution block replaced by what the student has to do.

A block stands inside a function or method, between two comments on lines of their own that are indented like the
statements between them::

    # BEGIN SOLUTION one line that says what to do
    return X @ W + b
    # END SOLUTION
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.errors import CourseError

_MARKER = re.compile(r"#+[\W_]*(begin|end)[\W_]*solution\b", re.IGNORECASE)
_BEGIN, _END = "# BEGIN SOLUTION", "# END SOLUTION"
_Def = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class SolutionBlock:
    """A block of a solution.

    Attributes:
        name: the function that it stands in, ``affine_backward`` or ``Value.__add__``.
        todo: what the student reads instead of it.
        line: line of its first comment; ``end`` that of its last; both count from 1.
        indent: the spaces before both.
        statements: what stands between them.
    """

    name: str
    todo: str
    line: int
    end: int
    indent: str
    statements: tuple[ast.stmt, ...]


def make_stub(source: str, file: str = "the solution") -> str:
    """Return the stub of a solution: each block becomes ``# TODO: …`` and ``raise NotImplementedError("…")``.

    Everything else stays as it is. Raises CourseError, with file and line, for a block that is not closed or opened,
    is nested, stands outside a function, holds no whole statements or says nothing to do, and for a rest that does not
    compile.
    """
    lines = _lines(source)
    for block in reversed(solution_blocks(source, file)):
        lines[block.line - 1 : block.end] = [
            f"{block.indent}# TODO: {block.todo}",
            f'{block.indent}raise NotImplementedError("{block.name}: not written yet")',
        ]
    stub = "\n".join(lines)
    try:
        compile(stub, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise CourseError(f"{file}: without its solution blocks it does not compile: {error.msg}.") from None
    return stub


def solution_blocks(source: str, file: str = "the solution") -> list[SolutionBlock]:
    """Return the blocks of a solution in their order; raises CourseError as ``make_stub`` does."""
    try:
        tree = ast.parse("\n".join(_lines(source)), file)
        markers = list(_markers(source, file))
    except tokenize.TokenError as error:  # odd white space, since Python 3.12
        message, (line, _) = error.args
        raise CourseError(f"{file} line {line}: this is not Python: {message}.") from None
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        raise CourseError(f"{file} line {line}: this is not Python: {getattr(error, 'msg', error)}.") from None
    return [_block(tree, begin, end, file) for begin, end in _pairs(markers, file)]


def marks(node: ast.AST, name: str) -> list[ast.Call]:
    """Return the decorators ``@name(…)`` of a definition, none for anything else: read from the text, not called."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    calls = [decorator for decorator in decorators if isinstance(decorator, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


@dataclass(frozen=True)
class _Marker:
    text: str
    line: int
    indent: str

    @property
    def opens(self) -> bool:
        return self.text.startswith(_BEGIN)


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").split("\n")


def _markers(source: str, file: str) -> Iterator[_Marker]:
    for token in tokenize.generate_tokens(io.StringIO("\n".join(_lines(source))).readline):
        if token.type != tokenize.COMMENT or not _MARKER.match(token.string):
            continue
        line, indent = token.start[0], token.line[: token.start[1]]
        text = token.string.rstrip()
        if indent.strip():
            raise CourseError(f"{file} line {line}: the comment {text!r} must stand on a line of its own.")
        if text != _END and not re.match(rf"{_BEGIN}(\s|$)", text):
            raise CourseError(f"{file} line {line}: write {_BEGIN!r} with what to do, or {_END!r}, not {text!r}.")
        yield _Marker(text, line, indent)


def _pairs(markers: Sequence[_Marker], file: str) -> Iterator[tuple[_Marker, _Marker]]:
    opened: _Marker | None = None
    for marker in markers:
        if marker.opens and opened:
            raise CourseError(
                f"{file} line {marker.line}: a block begins inside the one of line {opened.line}: close that first."
            )
        if not marker.opens and not opened:
            raise CourseError(f"{file} line {marker.line}: {_END!r} closes no block: take it out or add {_BEGIN!r}.")
        if opened:
            yield opened, marker
        opened = None if opened else marker
    if opened:
        raise CourseError(f"{file} line {opened.line}: this block is not closed: add {_END!r} below it.")


def _block(tree: ast.Module, begin: _Marker, end: _Marker, file: str) -> SolutionBlock:
    where = f"{file} line {begin.line}"
    todo = begin.text.removeprefix(_BEGIN).strip()
    if not todo:
        raise CourseError(f"{where}: this block says nothing to do: write it behind {_BEGIN!r}.")
    found = list(_found(tree, [], begin.line, end.line, where))
    if not found:
        raise CourseError(f"{where}: this block holds no statement: put both comments around the lines to leave out.")
    owners, suite, first = found[0]
    if not owners or isinstance(owners[-1], ast.ClassDef):
        raise CourseError(f"{where}: a block must stand inside a function: move it into the body of one.")
    if any(other is not suite for _, other, _ in found):
        raise CourseError(f"{where}: this block goes beyond the end of an indented part: make a block of each part.")
    if not begin.indent == end.indent == " " * first.col_offset:
        raise CourseError(f"{where}: both comments must be indented like the statements between them.")
    name = ".".join(owner.name for owner in owners)
    return SolutionBlock(name, todo, begin.line, end.line, begin.indent, tuple(statement for _, _, statement in found))


def _found(
    node: ast.AST, owners: list[_Def], begin: int, end: int, where: str
) -> Iterator[tuple[list[_Def], list[ast.stmt], ast.stmt]]:
    """Yield the outermost statements between two lines, each with the definitions and the suite that it stands in."""
    for suite in _suites(node):
        for statement in suite:
            first, last = _first_line(statement), statement.end_lineno or statement.lineno
            if last < begin or end < first:
                continue
            if begin < first and last < end:
                yield owners, suite, statement
            elif first < begin and any(_suites(statement)):  # what follows in the block must then be in the same suite
                inner = [*owners, statement] if isinstance(statement, _Def) else owners
                yield from _found(statement, inner, begin, end, where)
            else:
                raise CourseError(f"{where}: this block cuts the statement of line {first} in two: take in all of it.")


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements of a compound statement, in the order they stand in the text."""
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        part = getattr(node, name, [])
        if part and isinstance(part[0], ast.stmt):
            yield part
        elif isinstance(part, list):
            yield from (inner.body for inner in part)


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
