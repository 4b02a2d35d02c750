"""The form that a student fills in: the questions as comments, with a place for each answer."""

import textwrap
from collections.abc import Iterable, Sequence

from grader.quiz.questions import Question, example_of
from grader.text import count_of

_HOW_TO = """\
Write your answers between the quotes or brackets below, save, and grade the chapter.
An answer that is left empty counts as not answered yet.
Lines that begin with # are for reading only."""

_EMPTY = {"one": '""', "several": "[]", "number": '""', "formula": '""'}


def write_form(questions: Sequence[Question], heading: str) -> str:
    """Return the student's quiz.toml: the questions as comments, each above the place for its answer."""
    head = [heading, "", *_HOW_TO.splitlines()]
    lines = [*_comment(head), "", "format = 1", "", "[answers]"]
    for question in questions:
        lines += ["", *_comment(_posed(question)), f"{question.id} = {_EMPTY[question.kind]}"]
    return "\n".join(lines) + "\n"


def _posed(question: Question) -> list[str]:
    worth = count_of(question.points, "point")
    lines = [f"{question.id} ({worth})", *_wrapped(question.text)]
    for letter, text in question.choices.items():
        first, *rest = _wrapped(text, 92)
        lines += [f"  {letter}  {first}", *(f"     {line}" for line in rest)]
    return [*lines, f"Answer with {example_of(question)}"]


def _wrapped(text: str, width: int = 97) -> list[str]:
    return [line for given in text.splitlines() for line in textwrap.wrap(given, width) or [""]]


def _comment(lines: Iterable[str]) -> list[str]:
    return [f"# {line}".rstrip() for line in lines]
