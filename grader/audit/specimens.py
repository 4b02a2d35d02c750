"""Answers whose verdict is known beforehand: the stub, the solution, its variants and parts, and the named wrong answers."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass

from grader.audit.rewrites import rewrites
from grader.course import Chapter
from grader.errors import CourseError, did_you_mean, read_author_text
from grader.quiz import Question
from grader.quiz.form import write_form
from grader.stubs import make_stub, marks


@dataclass(frozen=True)
class Specimen:
    """One answer to a chapter, and what must become of it.

    Attributes:
        name: what a report calls it: "stub", "solution", "variants/loops.py", "db-not-summed".
        kind: "stub", "right" (written), "made" (a right answer made by machine), "alone" (one task without those that it
            does not use), "odd", "wrong" or "mutant".
        source: the module's text.
        quiz: the text of its quiz.toml.
        task: the task that a wrong answer or a mutant gets wrong, or that stands alone.
        misconception: the id that must be said of it.
        unnamed: why no check names it, "" where one must.
    """

    name: str
    kind: str
    source: str
    quiz: str
    task: str = ""
    misconception: str = ""
    unnamed: str = ""


def specimens(chapter: Chapter) -> Iterator[Specimen]:
    """Yield every answer that the author of a chapter gave."""
    solution = read_author_text(chapter.solution_path, f"{chapter.file_name} of {chapter.name}")
    answered = write_answers(chapter.questions)
    form = write_form(chapter.questions, chapter.title) if chapter.questions else ""
    yield Specimen("stub", "stub", make_stub(solution), form)
    yield Specimen("solution", "right", solution, answered)
    for path in sorted(chapter.folder.glob("variants/*.py")):
        name = f"variants/{path.name}"
        yield Specimen(name, "right", read_author_text(path, f"{name} of {chapter.name}"), answered)
    for name, text in rewrites(chapter, solution):
        yield Specimen(f"solution with {name}", "made", text, answered)
    yield from lone_tasks(chapter, solution, answered)
    yield from odd_answers(chapter, solution, answered)
    yield from misconceptions(chapter, solution, answered)


def lone_tasks(chapter: Chapter, solution: str, quiz: str) -> Iterator[Specimen]:
    """Yield for each task the solution with nothing written of the tasks that it does not use: they cost it nothing."""
    callers = callers_of(chapter, solution)
    for task in chapter.tasks:
        others = [other.name for other in chapter.tasks if task.name not in callers[other.name]]
        missing = [f"def {name}(*args, **kwargs):\n    raise NotImplementedError" for name in others]
        yield Specimen(f"{task.name} alone", "alone", "\n\n\n".join([solution, *missing]), quiz, task.name)


ODD = {
    "None": "None",
    "text": "'text'",
    "object": "object()",
    "nothing": "[]",
    "dict": "{}",
    "not a number": "float('nan')",
    "complex": "1j",
    "three": "(1, 2, 3)",
    "pair of None": "(None, None)",
    "words": "__import__('numpy').array(['a', 'b'])",
    "objects": "__import__('numpy').array([None, 'x'], dtype=object)",
    "function": "len",
    "iterator": "iter([None, 'x'])",
    "empty array": "__import__('numpy').zeros((0, 3))",
    "huge": "__import__('numpy').full((2, 2), 1e308)",
}
"""What no task asks for, as expressions."""


def odd_answers(chapter: Chapter, solution: str, quiz: str) -> Iterator[Specimen]:
    """Yield modules whose every task returns something odd: no check may fail by itself over it."""
    for name, value in ODD.items():
        redefined = [f"def {task.name}(*args, **kwargs):\n    return {value}" for task in chapter.tasks]
        yield Specimen(f"every task returns {name}", "odd", "\n\n\n".join([solution, *redefined]), quiz)


def misconceptions(chapter: Chapter, solution: str, quiz: str) -> Iterator[Specimen]:
    """Yield each wrong answer of misconceptions.py as the solution with that one task redefined.

    Raises:
        CourseError: one is of no task, is not in chapter.toml, or stands there twice.
    """
    path = chapter.folder / "misconceptions.py"
    where = f"misconceptions.py of {chapter.name}"
    if not path.exists():
        return
    text = read_author_text(path, where)
    tree = ast.parse(text)
    helpers = [
        ast.unparse(node)
        for node in tree.body
        if not marks(node, "wrong") and not isinstance(node, ast.Expr | ast.ImportFrom)
    ]
    seen: set[tuple[str, str]] = set()
    for node in tree.body:
        found = marks(node, "wrong")
        if not found or not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        call = found[0]
        task, identifier = (ast.literal_eval(argument) for argument in call.args)
        _validate(chapter, where, task, identifier, seen)
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
        source = "\n\n".join([solution, *helpers, _redefinition(node, task)])
        yield Specimen(f"{task}: {identifier}", "wrong", source, quiz, task, identifier, keywords.get("unnamed", ""))
    for known in chapter.misconceptions:
        if known.id not in {identifier for _, identifier in seen}:
            raise CourseError(
                f"chapter.toml of {chapter.name}: [misconceptions.{known.id}] has no wrong answer in misconceptions.py."
            )


def _validate(chapter: Chapter, where: str, task: str, identifier: str, seen: set[tuple[str, str]]) -> None:
    tasks = [known.name for known in chapter.tasks]
    if task not in tasks:
        raise CourseError(
            f"{where}: {identifier!r} is of task {task!r}, which chapter.toml does not name.{did_you_mean(task, tasks)}"
        )
    if not chapter.task(task).formulas:  # a broken rule of differentiation has its title from grader.symbolic
        chapter.misconception(identifier)
    if (task, identifier) in seen:
        raise CourseError(f"{where}: {identifier!r} stands there twice.")
    seen.add((task, identifier))


def _redefinition(node: ast.FunctionDef | ast.ClassDef, task: str) -> str:
    """Return the text of a wrong answer under the task's name, without its mark."""
    taken_off = marks(node, "wrong")
    node.decorator_list = [decorator for decorator in node.decorator_list if decorator not in taken_off]
    node.name = task
    return ast.unparse(node)


def write_answers(questions: tuple[Question, ...]) -> str:
    """Return a quiz.toml that answers every question rightly."""
    lines = ["format = 1", "[answers]"]
    for question in questions:
        answer = list(question.answer) if isinstance(question.answer, tuple) else question.answer
        lines.append(f"{question.id} = {json.dumps(answer)}")
    return "\n".join(lines) + "\n"


def callers_of(chapter: Chapter, source: str) -> dict[str, frozenset[str]]:
    """Return for each function and class the tasks whose solution uses it, directly or through others; itself included."""
    tasks = {task.name for task in chapter.tasks}
    uses: dict[str, set[str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            uses[node.name] = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {node.name}
    return {name: frozenset(task for task in tasks if name in _reached(task, uses)) for name in {*uses, *tasks}}


def _reached(name: str, uses: dict[str, set[str]]) -> set[str]:
    found, pending = set(), [name]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(uses.get(current, ()))
    return found
