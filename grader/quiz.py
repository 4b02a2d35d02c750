"""Quizzes: an author's questions, the form a student fills in, and the judging of everything but formulas."""

import base64
import binascii
import json
import math
import re
import textwrap
import tomllib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from grader.errors import CourseError, Table, did_you_mean
from grader.scorecard import clean_text

Answer = str | float | tuple[str, ...]

KINDS = ("one", "several", "number", "formula")

LARGEST_FILE = 64 * 1024
"""Bytes of a student's quiz.toml; a filled-in form has a few thousand."""

LONGEST_LINE = 4096
"""Characters of a line in it that is not a comment."""

MOST_DOTS = 64
"""Dots in such a line. A key of 20,000 dotted parts keeps tomllib busy for seconds; a formula has a handful of dots."""

LONGEST_FORMULA = 2000
"""Characters of a formula."""

LARGEST_HIDDEN = 4 * 1024 * 1024
"""Bytes of a pack's questions."""

ROUNDING = 1e-9
"""How far a number may be off beyond its tolerance, relative to the larger of 1 and the answer: 0.3 for 0.1 + 0.2."""

_ID = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE = re.compile(r"at line ([0-9]+)")


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
            if not _NUMBER.fullmatch(key):
                yield f"wrong has the key {key!r}, which is no number: write the wrong number in quotes."


def _complaints_about_choices(question: Question) -> Iterable[str]:
    answers = _letters(question)
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


def _letters(question: Question) -> tuple[str, ...]:
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
    worth = "1 point" if question.points == 1 else f"{question.points} points"
    lines = [f"{question.id} ({worth})", *_wrapped(question.text)]
    for letter, text in question.choices.items():
        first, *rest = _wrapped(text, 92)
        lines += [f"  {letter}  {first}", *(f"     {line}" for line in rest)]
    return [*lines, f"Answer with {_example(question)}"]


def _example(question: Question) -> str:
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


def _wrapped(text: str, width: int = 97) -> list[str]:
    return [line for given in text.splitlines() for line in textwrap.wrap(given, width) or [""]]


def _comment(lines: Iterable[str]) -> list[str]:
    return [f"# {line}".rstrip() for line in lines]


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
    amiss = chosen ^ set(_letters(question))
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
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
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
    return Judgement("wrong", "WRONG_TYPE", f"{question.id}: answer with {_example(question)}.")


def _no_such_choice(question: Question, letter: str) -> Judgement:
    *others, last = question.choices
    shown = clean_text(letter, 40)
    return Judgement(
        "wrong", "WRONG_TYPE", f"{question.id} has no choice {shown!r}: choose {', '.join(others)} or {last}."
    )
