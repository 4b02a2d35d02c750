"""An author's questions: read strictly from quiz.toml, and hidden in a pack."""

import base64
import binascii
import json
import math
import re
import textwrap
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.errors import CourseError, Table

Answer = str | float | tuple[str, ...]

KINDS = ("one", "several", "number", "formula")

LARGEST_HIDDEN = 4 * 1024 * 1024
"""Bytes of a pack's questions."""

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
"""A number as text."""

_ID = re.compile(r"[a-z][a-z0-9_]*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Question:
    """A question with its answer.

    Attributes:
        kind: "one" or "several" of the choices, a "number" or a "formula".
        choices: letter → text; empty for numbers and formulas.
        answer: a letter, letters, a number or a formula.
        tolerance: how far a number may be off.
        variables: what a formula is written in.
        why: why the answer is right; the author's file only, empty in a pack.
        wrong: hints for wrong answers: by letter, by number, or by formula. For "several" a letter of the answer has
            the hint for leaving it out.
    """

    id: str
    kind: str
    text: str
    answer: Answer
    points: int
    lesson: str
    choices: Mapping[str, str] = field(default_factory=dict)
    tolerance: float = 0.0
    variables: tuple[str, ...] = ()
    why: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def parse_questions(text: str, where: str, points: int) -> tuple[Question, ...]:
    """Return the questions of an author's quiz.toml, worth ``points`` together.

    Questions without points of their own share the rest equally, the first ones getting the remainder. Raises
    CourseError for the first mistake; ``where`` names the file in it.
    """
    table = Table.parse(text, where)
    table.only("format", "question")
    rows = table.tables("question")
    shares = _share(rows, points, where)
    questions = tuple(_question(row, share) for row, share in zip(rows, shares, strict=True))
    ids = [question.id for question in questions]
    for id in ids:
        if ids.count(id) > 1:
            raise CourseError(f"{where}: two questions have the id {id!r}: rename one.")
    return questions


def _share(rows: Sequence[Table], points: int, where: str) -> list[int]:
    own = [row.whole("points") if row.has("points") else 0 for row in rows]
    rest, sharers = points - sum(own), own.count(0)
    if rest < sharers or (rest and not sharers):
        raise CourseError(
            f"{where}: the questions' points add up to {sum(own)}, with {sharers} questions to share the rest of the "
            f"quiz's {points}: every question needs at least 1 point and all together {points}."
        )
    extra = iter([1] * (rest % sharers) if sharers else [])
    return [value or rest // sharers + next(extra, 0) for value in own]


def _question(table: Table, points: int) -> Question:
    table.only(
        "id", "kind", "text", "choices", "answer", "tolerance", "variables", "points", "lesson", "why", "wrong"
    )  # fmt: skip
    question = Question(
        id=table.text("id"),
        kind=table.one_of("kind", KINDS),
        text=table.text("text"),
        choices=table.texts("choices"),
        answer=_answer(table),
        tolerance=table.number("tolerance", 0.0),
        variables=table.words("variables"),
        points=points,
        lesson=table.text("lesson"),
        why=table.text("why"),
        wrong=table.texts("wrong"),
    )
    for complaint in _complaints(question, table):
        raise CourseError(f"{table.where}: {complaint}")
    return question


def _answer(table: Table) -> Answer:
    kind = table.one_of("kind", KINDS)
    if kind == "several":
        return tuple(sorted(table.words("answer")))
    if kind == "number":
        value = table.values.get("answer")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise CourseError(f"{table.where}: answer must be a number, such as 0.25.")
        return float(value)
    return table.text("answer")


def _complaints(question: Question, table: Table) -> Iterable[str]:
    if not _ID.fullmatch(question.id):
        yield f"id is {question.id!r}; write a small letter followed by small letters or digits, such as q1."
    for text in (question.text, *question.choices.values()):
        if _UNPRINTABLE.search(text):
            yield "text holds a control character: take it out."
    by_choice = question.kind in ("one", "several")
    if by_choice and len(question.choices) < 2:
        yield f'choices must be at least two for kind {question.kind!r}, such as {{ a = "…", b = "…" }}.'
    belongs = {"choices": by_choice, "tolerance": question.kind == "number", "variables": question.kind == "formula"}
    for key, fits in belongs.items():
        if table.has(key) and not fits:
            yield f"{key} does not belong to kind {question.kind!r}: take it out."
    if question.kind == "formula" and not question.variables:
        yield 'variables is missing: name what the formula is written in, such as ["x"].'
    if by_choice:
        yield from _complaints_about_choices(question)
    elif question.kind == "number":
        for key in question.wrong:
            if not NUMBER.fullmatch(key):
                yield f"wrong has the key {key!r}, which is no number: write the wrong number in quotes."


def _complaints_about_choices(question: Question) -> Iterable[str]:
    answers = letters_of(question)
    for letter in question.choices:
        if not _ID.fullmatch(letter):
            yield f"choices has the key {letter!r}; write small letters."
    if not answers:
        yield "answer is empty: name at least one choice."
    for key, letters in (("answer", answers), ("wrong", question.wrong)):
        for letter in letters:
            if letter not in question.choices:
                yield f"{key} names {letter!r}, which is not among the choices: add it or correct it."
    if question.kind == "one" and question.answer in question.wrong:
        yield f"wrong has a hint for {question.answer!r}, which is the answer: take it out."


def letters_of(question: Question) -> tuple[str, ...]:
    """Return the letters of the choices that are right."""
    return question.answer if isinstance(question.answer, tuple) else (str(question.answer),)


def questions_as_json(questions: Sequence[Question]) -> str:
    """Return the questions as JSON, always the same text for the same questions; ``why`` is left out."""
    rows = [asdict(question) for question in questions]
    for row in rows:
        del row["why"]
    return json.dumps(rows, sort_keys=True, separators=(",", ":"))


def hide_questions(questions: Sequence[Question]) -> str:
    """Return the questions as a pack holds them: out of plain sight, which is all; whoever wants to can read them."""
    hidden = base64.b64encode(zlib.compress(questions_as_json(questions).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(hidden, 100)) + "\n"


def reveal_questions(hidden: str, where: str) -> tuple[Question, ...]:
    """Return the questions that ``hide_questions`` hid; raises CourseError if the text is none of its."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.b64decode("".join(hidden.split()), validate=True), LARGEST_HIDDEN)
        return tuple(_from_json(row) for row in json.loads(text))
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise CourseError(f"{where} is damaged ({type(error).__name__}): install micrograde again.") from None


def _from_json(row: dict[str, Any]) -> Question:
    answer = row["answer"]
    return Question(
        **{**row, "answer": tuple(answer) if isinstance(answer, list) else answer, "variables": tuple(row["variables"])}
    )


def example_of(question: Question) -> str:
    """Return how an answer to a question is written, with an example that is not the answer."""
    if question.kind == "one":
        return f'one letter, such as {question.id} = "{next(iter(question.choices))}"'
    if question.kind == "several":
        two = ", ".join(f'"{letter}"' for letter in list(question.choices)[:2])
        return f"every letter that is right, such as {question.id} = [{two}]"
    if question.kind == "number":
        return f"a number without quotes, such as {question.id} = {_unlike(question.answer, 1.5, 2.5)}"
    x = question.variables[0]
    formula = _unlike(question.answer, f"2*{x}", f"3*{x}")
    return f'a formula in {", ".join(question.variables)}, such as {question.id} = "{formula}"'


def _unlike(answer: Answer, example: Answer, other: Answer) -> Answer:
    """Return the example, or the other one if the example happens to be the answer."""
    alike = answer == example if isinstance(answer, float) else _squeezed(answer) == _squeezed(example)
    return other if alike else example


def _squeezed(formula: Answer) -> str:
    return "".join(str(formula).split())
