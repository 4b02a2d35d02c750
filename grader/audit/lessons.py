"""A chapter's texts: the lesson's examples and the solution's docstrings run, and the lesson gives no answer away."""

from __future__ import annotations

import doctest
import io
import types
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout

from grader.course import Chapter
from grader.errors import read_author_text

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
