"""Mutants: wrong versions of a solution made by machine, each with one small change inside a solution block."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.audit.operators import OPERATORS
from grader.course import Chapter
from grader.errors import read_author_text
from grader.stubs import solution_blocks


@dataclass(frozen=True)
class Mutant:
    """A solution with one change.

    Attributes:
        operator: which kind of change, a name of OPERATORS.
        owner: the function or class that is changed, and so the task where it is one.
        was: the statement before, its first line.
        now: the statement after, its first line.
        line: where the statement stands in the solution.
        source: the module's text.
    """

    operator: str
    owner: str
    was: str
    now: str
    line: int
    source: str

    @property
    def name(self) -> str:
        """What a report calls it."""
        return f"{self.owner}: {self.operator}: `{self.was}` -> `{self.now}`"


@dataclass(frozen=True)
class _Place:
    """A node, where it hangs in the tree, and the statement that it is part of."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def make_mutants(chapter: Chapter) -> list[Mutant]:
    """Return all mutants of a chapter's solution that compile, each text once, in the order of the solution."""
    where = f"{chapter.file_name} of {chapter.name}"
    source = read_author_text(chapter.solution_path, where)
    in_formulas = {task.name for task in chapter.tasks if task.formulas}
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    found = []
    for block in solution_blocks(source, where):
        owner = block.name.split(".")[0]
        names = {n.id for statement in block.statements for n in ast.walk(statement) if isinstance(n, ast.Name)}
        for place in list(_places(tree, block.line, block.end)):
            changes = [*_changes(place.node, is_formula=owner in in_formulas), *_confusions(place.node, names)]
            for operator, changed in changes:
                if _is_same(place, changed):
                    continue
                was = _first_line(place.statement)
                place.put(changed)
                now = _first_line(changed if changed_is_statement(place) else place.statement)
                text = ast.unparse(tree)
                place.put(place.node)
                if text not in seen and _compiles(text):
                    seen.add(text)
                    found.append(Mutant(operator, owner, was, now, place.statement.lineno, text + "\n"))
    return found


def _is_same(place: _Place, changed: ast.AST) -> bool:
    """Return whether a change is none by arithmetic: ``(b - a) ** 2``, ``abs(b - a)``; nor is ``x = x``, where ``pass`` says the same."""
    parent = place.parent
    if isinstance(parent, ast.Assign) and place.field == "value" and isinstance(changed, ast.Name):
        return [ast.unparse(target) for target in parent.targets] == [changed.id]
    if not (
        isinstance(place.node, ast.BinOp) and isinstance(place.node.op, ast.Sub) and isinstance(changed, ast.BinOp)
    ):
        return False
    is_turned = ast.dump(changed.left) == ast.dump(place.node.right) and isinstance(changed.op, ast.Sub)
    return is_turned and (_is_even_power(parent) if place.field == "left" else _is_size(parent))


def _is_even_power(node: ast.AST) -> bool:
    is_power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant)
    return is_power and node.right.value in (2, 4)  # type: ignore[attr-defined]


def _is_size(node: ast.AST) -> bool:
    name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return name in ("abs", "fabs", "square")


def changed_is_statement(place: _Place) -> bool:
    """Return whether a place holds a whole statement, so that what stands there instead is the statement now."""
    return place.node is place.statement


def _changes(node: ast.AST, *, is_formula: bool) -> Iterator[tuple[str, ast.AST]]:
    """Yield every change of a node with its operator's name; a formula in a string is changed as what it says."""
    if is_formula and isinstance(node, ast.Constant) and isinstance(node.value, str):
        for name, text in _formula_changes(node.value):
            yield name, ast.Constant(text)
        return
    for name, operator in OPERATORS.items():
        for changed in operator(node):
            yield name, changed


def _confusions(node: ast.AST, names: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """Yield a block's other names that are easily taken for a name: ``W1`` → ``W2``, ``dW`` → ``W``."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in sorted(names - {node.id}):
            if _stem(other) == _stem(node.id) or "d" + other == node.id or other == "d" + node.id:
                yield "name-confused", ast.Name(other, node.ctx)


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _formula_changes(formula: str) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError:
        return
    statement = ast.Expr(tree.body)
    for place in list(_places_below(tree, statement)):
        for name, changed in _changes(place.node, is_formula=False):
            place.put(changed)
            yield name, ast.unparse(tree)
            place.put(place.node)


def _places(tree: ast.AST, begin: int, end: int) -> Iterator[_Place]:
    """Yield the places of all nodes between two lines, the outermost first."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if not isinstance(value, list):
                continue
            for i, node in enumerate(value):
                if isinstance(node, ast.stmt) and begin < node.lineno and (node.end_lineno or 0) < end:
                    yield _Place(node, parent, field, i, node)
                    yield from _places_below(node, node)


def _places_below(node: ast.AST, statement: ast.stmt) -> Iterator[_Place]:
    """Yield the places of what a statement is made of; statements inside it, annotations and messages are left out."""
    if isinstance(node, ast.JoinedStr | ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "ctx", "op", "ops", "decorator_list"):
            continue
        parts: list[tuple[int | None, Any]] = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, part in parts:
            if isinstance(part, ast.AST) and not isinstance(part, ast.stmt | ast.expr_context):
                yield _Place(part, node, field, index, statement)
                yield from _places_below(part, statement)


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _compiles(text: str) -> bool:
    try:
        compile(text, "a mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
