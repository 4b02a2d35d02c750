"""A chapter's texts: the lesson's examples and the solution's docstrings run, and no hint gives an answer away."""

from __future__ import annotations

import ast
import doctest
import io
import textwrap
import types
from collections.abc import Iterable, Iterator
from contextlib import chdir, redirect_stdout

from grader.course import Chapter
from grader.errors import read_author_text
from grader.stubs import solution_blocks

TELLING = 8  # nodes of a syntax tree from which an expression says more than its names: X @ W has 7
_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def lesson_findings(chapter: Chapter) -> Iterator[str]:
    """Yield a sentence for every example that does not give what the text says, and for every solution in the lesson."""
    lesson = read_author_text(chapter.lesson_path, f"README.md of {chapter.name}")
    examples = doctest.DocTestParser().get_doctest(python_only(lesson), {}, "lesson", str(chapter.lesson_path), 0)
    if not examples.examples:
        yield "lesson: has no worked example to run"
    with chdir(chapter.folder):  # where the data of an example lies
        yield from _run(examples)
    yield from _docstrings(chapter)


def python_only(markdown: str) -> str:
    """Return a Markdown text with every line outside its Python blocks made blank, so that line numbers stay."""
    kept, inside = [], False
    for line in markdown.splitlines():
        is_fence = line.lstrip().startswith("```")
        kept.append(line if inside and not is_fence else "")
        if is_fence:
            inside = not inside and line.strip().removeprefix("```").startswith("python")
    return "\n".join(kept) + "\n"


def hint_findings(chapter: Chapter, said: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for every hint that contains a line of the solution, or what stands there behind ``return`` or ``=``.

    Args:
        chapter: its hints, titles and to-dos are looked through.
        said: hints that checks gave.
    """
    hints = {f"the hint of {task.name}": task.hint for task in chapter.tasks}
    for known in chapter.misconceptions:
        hints |= {f"the hint of {known.id}": known.hint, f"the title of {known.id}": known.title}
    blocks = solution_blocks(read_author_text(chapter.solution_path, chapter.file_name), chapter.file_name)
    hints |= {f"the to-do of {block.name}": block.todo for block in blocks}
    hints |= {f"the hint {textwrap.shorten(hint, 50)!r}": hint for hint in sorted(said)}
    for block in blocks:
        for statement in block.statements:
            for line in _telling_parts(statement):
                for what, hint in hints.items():
                    if "".join(line.split()) in "".join(hint.split()):
                        yield f"{what} contains a line of the solution of {block.name}: {line}"


def _telling_parts(statement: ast.stmt) -> Iterator[str]:
    """Yield the text of the value of each simple statement, and of each of several, if it is more than a few names."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else []
            if _is_telling(node.value):  # a tuple as it is written, without brackets
                yield ", ".join(map(ast.unparse, parts)) if parts else ast.unparse(node.value)
            yield from (ast.unparse(part) for part in parts if _is_telling(part))
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                yield node.value.value


def _is_telling(value: ast.expr) -> bool:
    return sum(1 for _ in ast.walk(value)) >= TELLING


def _docstrings(chapter: Chapter) -> Iterator[str]:
    text = read_author_text(chapter.solution_path, f"{chapter.file_name} of {chapter.name}")
    module = types.ModuleType(chapter.module)
    exec(compile(text, chapter.file_name, "exec"), module.__dict__)
    finder = doctest.DocTestFinder(exclude_empty=True)
    for test in finder.find(module, chapter.module, module=False, globs=module.__dict__):
        if test.examples:
            yield from _run(test)


def _run(test: doctest.DocTest) -> Iterator[str]:
    out = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=_OPTIONS)
    with redirect_stdout(io.StringIO()):
        runner.run(test, out=out.write, clear_globs=False)
    if runner.failures:
        yield f"{test.name}: an example does not hold:\n{out.getvalue().strip()}"
