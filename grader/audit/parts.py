"""Which part of a chapter's checks a grading follows from: what is changed elsewhere leaves its outcome as it was."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from grader.course import Chapter
from grader.errors import read_author_text
from grader.stubs import marks

WORDING = {"title": "", "hint": "", "lesson": "", "points": 0}
"""What of a task no verdict follows from."""


class Parts:
    """The hashes of a chapter's checks, task by task.

    To a task belong its checks and every name of checks.py that they use, directly or through others; statements that
    bind no name belong to all tasks. So does what chapter.toml says of how tasks are called.
    """

    def __init__(self, chapter: Chapter) -> None:
        self.whole = chapter.checks_sha256[:16]
        text = read_author_text(chapter.checks_path, f"checks.py of {chapter.name}")
        nodes = ast.parse(text).body
        self._bound: dict[str, list[ast.stmt]] = {}
        for node in nodes:
            for name in _bound_names(node):
                self._bound.setdefault(name, []).append(node)
        self._unbound = [node for node in nodes if not any(_bound_names(node))]
        self._order = {id(node): i for i, node in enumerate(nodes)}
        calls = repr([replace(task, **WORDING) for task in chapter.tasks])  # type: ignore[arg-type]
        ids = sorted(known.id for known in chapter.misconceptions)
        nowhere = [identifier for identifier in ids if not _mentions(text, identifier)]  # put together by the checks
        tasks = {task.name for task in chapter.tasks}
        checks = {node: task for node in nodes if (task := _task_of(node)) is not None}
        self._hashes: dict[str, str] = {}
        self._task_of = {node.name: task for node, task in checks.items() if isinstance(node, ast.FunctionDef)}
        for task in tasks:
            mine = [node for node, named in checks.items() if named in (task, "")]
            part = "\n".join(ast.unparse(node) for node in self._reached(mine))
            said = [identifier for identifier in ids if _mentions(part, identifier)]
            self._hashes[task] = hashlib.sha256(repr((calls, part, said, nowhere)).encode()).hexdigest()[:16]

    def of(self, only: frozenset[str] | None) -> str:
        """Return the hash of what a run of some tasks, or checks, follows from; of everything for None."""
        if only is None:
            return self.whole
        tasks = {self._task_of.get(name, name) for name in only}
        return "+".join(sorted(self._hashes.get(task, self.whole) for task in tasks))

    def holds(self, part: str) -> bool:
        """Return whether this is a hash of the checks as they are."""
        return set(part.split("+")) <= {self.whole, *self._hashes.values()}

    def _reached(self, roots: list[ast.stmt]) -> list[ast.stmt]:
        """Return the statements that some follow from, in their order."""
        found: dict[int, ast.stmt] = {}
        pending = [*roots, *self._unbound]
        while pending:
            node = pending.pop()
            if id(node) not in found:
                found[id(node)] = node
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                pending += [other for name in names for other in self._bound.get(name, ())]
        return sorted(found.values(), key=lambda node: self._order[id(node)])


def _bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives a value to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _task_of(node: ast.stmt) -> str | None:
    """Return the task that a check is of, "" where that is computed, None for what is no check."""
    found = marks(node, "check")
    if not found:
        return None
    task = found[0].args[0] if found[0].args else None
    return task.value if isinstance(task, ast.Constant) and isinstance(task.value, str) else ""


def _mentions(text: str, identifier: str) -> bool:
    """Return whether a text holds a misconception's id, as it is or as a keyword."""
    return identifier in text or identifier.replace("-", "_") in text
