"""What a student's answers are worth: quiz.toml is read kindly, within limits, and all but formulas is judged."""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.errors import did_you_mean
from grader.quiz.questions import NUMBER, Answer, Question, example_of, letters_of
from grader.text import clean_text

LARGEST_FILE = 64 * 1024
"""Bytes of a student's quiz.toml; a filled-in form has a few thousand."""

LONGEST_LINE = 4096
"""Characters of a line in it that is not a comment."""

MOST_DOTS = 64
"""Dots in such a line. A key of 20,000 dotted parts keeps tomllib busy for seconds; a formula has a handful of dots."""

LONGEST_FORMULA = 2000
"""Characters of a formula."""

ROUNDING = 1e-9
"""How far a number may be off beyond its tolerance, relative to the larger of 1 and the answer: 0.3 for 0.1 + 0.2."""

_LINE = re.compile(r"at line ([0-9]+)")


@dataclass(frozen=True)
class Judgement:
    """What a student's answer to one question is worth.

    Attributes:
        status: "passed", "wrong", "todo" (not answered), or "formula": the answer has to be judged as a formula.
        code: the check's code: None, WRONG_VALUE, WRONG_TYPE, REFUSED or NOT_WRITTEN; None for a formula.
        message: what the student reads; never the answer. Empty if passed.
        hint: the author's hint for this wrong answer, or empty.
        line: line of quiz.toml where it does not parse, or None.
        formula: what is to be judged.
    """

    status: Literal["passed", "wrong", "todo", "formula"]
    code: str | None = None
    message: str = ""
    hint: str = ""
    line: int | None = None
    formula: str = ""


@dataclass(frozen=True)
class Answers:
    """What a student's quiz.toml says.

    Attributes:
        values: question's id → what was written, unjudged.
        problem: why nothing of the file could be read, or empty.
        line: line of the problem, or None.
        notes: id of a question that has no answer → what was written in a way that could be meant for it.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    line: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


def judge_quiz(data: bytes | None, questions: Sequence[Question], file: str = "quiz.toml") -> list[Judgement]:
    """Return a judgement for each question, whatever the file holds; None stands for no file. Never raises.

    A file that cannot be read costs every question and says why; keys that are no question cost nothing.
    """
    if data is None:
        return [Judgement("todo", "NOT_WRITTEN", f"There is no {file}.") for _ in questions]
    answers = read_answers(data, questions, file)
    if answers.problem:
        return [Judgement("wrong", "REFUSED", answers.problem, line=answers.line) for _ in questions]
    return [_judge_or_note(question, answers) for question in questions]


def _judge_or_note(question: Question, answers: Answers) -> Judgement:
    if question.id in answers.notes:
        return Judgement("todo", "NOT_WRITTEN", answers.notes[question.id])
    return judge(question, answers.values.get(question.id, ""))


def read_answers(data: bytes, questions: Sequence[Question], file: str = "quiz.toml") -> Answers:
    """Return what a student's quiz.toml says, within limits of size and nesting; never raises."""
    if len(data) > LARGEST_FILE:
        return Answers(problem=f"{file} has {len(data)} bytes; at most {LARGEST_FILE} are read. Start from a new form.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Answers(problem=f"{file} is not UTF-8 at byte {error.start}. Save it as UTF-8.")
    overlong = _overlong_line(text)
    if overlong is not None:
        return Answers(problem=f"{file} has a line that is too long for an answer.", line=overlong)
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return _unparsed(error, file)
    return _sorted_out(table, [question.id for question in questions], file)


def _overlong_line(text: str) -> int | None:
    for number, line in enumerate(text.split("\n"), start=1):  # as TOML does; splitlines() knows more line ends
        if not line.lstrip().startswith("#") and (len(line) > LONGEST_LINE or line.count(".") > MOST_DOTS):
            return number
    return None


def _unparsed(error: Exception, file: str) -> Answers:
    if isinstance(error, RecursionError):
        return Answers(problem=f"{file} has too many brackets inside each other.")
    said = clean_text(str(error), 200)
    found = _LINE.search(said)
    line = int(found[1]) if found else None
    return Answers(problem=f'{file} cannot be read: {said}. Letters and formulas stand in quotes: q1 = "a".', line=line)


def _sorted_out(table: dict[str, Any], ids: Sequence[str], file: str) -> Answers:
    format, values = table.pop("format", None), table.pop("answers", None)
    if format != 1 or isinstance(format, bool):
        return Answers(problem=f"{file} has no line `format = 1`. Keep it above [answers], as in the form.")
    if not isinstance(values, dict):
        return Answers(problem=f"{file} has no line [answers]. Keep it above the answers, as in the form.")
    notes = {
        id: f"{id} stands outside [answers] in {file}: move it below that line."
        for id in ids
        if id in table and id not in values
    }
    for key in values.keys() - set(ids):
        for id in ids:
            if id not in values and did_you_mean(key, [id]):
                shown = clean_text(key, 40)
                notes.setdefault(id, f"{id} is not answered. {file} answers {shown!r}, which is no question.")
    return Answers(values={id: values[id] for id in ids if id in values}, notes=notes)


def judge(question: Question, value: object) -> Judgement:
    """Return what one answer is worth; a formula that was written comes back with the status "formula"."""
    if value == [] or (isinstance(value, str) and not value.strip()):
        return Judgement("todo", "NOT_WRITTEN", f"{question.id} is not answered yet.")
    return _JUDGES[question.kind](question, value)


def _judge_one(question: Question, value: object) -> Judgement:
    if not isinstance(value, str):
        return _wrong_type(question)
    letter = value.strip().lower()
    if letter not in question.choices:
        return _no_such_choice(question, letter)
    if letter == question.answer:
        return Judgement("passed")
    return _wrong(question, f'"{letter}" is not right.', question.wrong.get(letter, ""))


def _judge_several(question: Question, value: object) -> Judgement:
    if not isinstance(value, list) or not all(isinstance(letter, str) for letter in value):
        return _wrong_type(question)
    chosen = {letter.strip().lower() for letter in value}
    for letter in sorted(chosen - question.choices.keys()):
        return _no_such_choice(question, letter)
    amiss = chosen ^ set(letters_of(question))
    if not amiss:
        return Judgement("passed")
    by_choice = sorted(amiss, key=lambda letter: (letter not in chosen, letter))  # chosen wrongly first, then left out
    hints = [question.wrong[letter] for letter in by_choice if letter in question.wrong]
    return _wrong(question, "something is missing, or does not belong.", hints[0] if hints else "")


def _judge_number(question: Question, value: object) -> Judgement:
    number = _as_number(value)
    if number is None:
        return _wrong_type(question)
    if not math.isfinite(number):
        return _wrong(question, "a finite number is asked for.", "")
    if _close(number, question.answer, question.tolerance):
        return Judgement("passed")
    hints = [hint for wrong, hint in question.wrong.items() if _close(number, float(wrong), question.tolerance)]
    return _wrong(question, f"{number:g} is not right.", hints[0] if hints else "")


def _judge_formula(question: Question, value: object) -> Judgement:
    if not isinstance(value, str):
        return _wrong_type(question)
    if len(value) > LONGEST_FORMULA:
        message = f"{question.id}: the formula has {len(value)} characters; at most {LONGEST_FORMULA} are read."
        return Judgement("wrong", "REFUSED", message)
    return Judgement("formula", formula=value)


_JUDGES = {"one": _judge_one, "several": _judge_several, "number": _judge_number, "formula": _judge_formula}


def _as_number(value: object) -> float | None:
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _close(number: float, wanted: Answer, tolerance: float) -> bool:
    assert isinstance(wanted, float)
    return abs(number - wanted) <= tolerance + ROUNDING * max(1.0, abs(wanted))


def _wrong(question: Question, message: str, hint: str) -> Judgement:
    return Judgement("wrong", "WRONG_VALUE", f"{question.id}: {message}", hint)


def _wrong_type(question: Question) -> Judgement:
    return Judgement("wrong", "WRONG_TYPE", f"{question.id}: answer with {example_of(question)}.")


def _no_such_choice(question: Question, letter: str) -> Judgement:
    *others, last = question.choices
    shown = clean_text(letter, 40)
    return Judgement(
        "wrong", "WRONG_TYPE", f"{question.id} has no choice {shown!r}: choose {', '.join(others)} or {last}."
    )
