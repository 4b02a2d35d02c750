"""A quiz is read strictly from its author, kindly from its student, and never costs more than itself."""

import json
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.quiz import (
    LARGEST_FILE,
    Judgement,
    Question,
    hide_questions,
    judge,
    judge_quiz,
    parse_questions,
    questions_as_json,
    reveal_questions,
)
from grader.quiz.form import write_form

TEXT = (Path(__file__).parent / "tiny_course" / "chapter01_tiny" / "quiz.toml").read_text(encoding="utf-8")
QUESTIONS = parse_questions(TEXT, "quiz.toml", 10)
ONE, SEVERAL, NUMBER, FORMULA = QUESTIONS


def question(**changes: object) -> str:
    """Return a quiz of one question, as TOML, with some of its keys changed or, by None, left out."""
    fields: dict[str, object] = {
        "id": "q1",
        "kind": "one",
        "text": "Which?",
        "choices": {"a": "this", "b": "that"},
        "answer": "a",
        "lesson": "1.1",
        "why": "It is.",
    }
    rows = {key: value for key, value in (fields | changes).items() if value is not None}
    return "format = 1\n[[question]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in rows.items())


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)


NO_CHOICES: dict[str, object] = {"choices": None}


class TestAnAuthorsQuiz:
    def test_questions_are_what_the_file_says(self) -> None:
        assert [found.id for found in QUESTIONS] == ["q1", "q2", "q3", "q4"]
        assert [found.kind for found in QUESTIONS] == ["one", "several", "number", "formula"]
        assert [found.answer for found in QUESTIONS] == ["b", ("a", "c"), 0.25, "2*x"]
        assert SEVERAL.text == "Which are even?\nMark all of them."
        assert NUMBER.tolerance == 0.001
        assert FORMULA.variables == ("x",)

    @pytest.mark.parametrize(
        ("own", "total", "shares"),
        [
            ([0, 0, 0], 10, [4, 3, 3]),
            ([0, 0, 0], 9, [3, 3, 3]),
            ([0, 0, 0, 0], 10, [3, 3, 2, 2]),
            ([4, 0, 0], 10, [4, 3, 3]),
            ([0, 5, 0], 10, [3, 5, 2]),
            ([5, 5], 10, [5, 5]),
            ([0], 10, [10]),
        ],
    )
    def test_points_are_shared_out(self, own: list[int], total: int, shares: list[int]) -> None:
        parts = [question(id=f"q{n}", points=points or None) for n, points in enumerate(own)]
        text = "format = 1\n" + "".join(part.removeprefix("format = 1\n") for part in parts)
        assert [found.points for found in parse_questions(text, "quiz.toml", total)] == shares

    @pytest.mark.parametrize(("own", "total"), [([0, 0], 1), ([5, 6], 10), ([5, 4], 10), ([10, 0], 10), ([11, 0], 10)])
    def test_points_that_do_not_add_up_are_an_error(self, own: list[int], total: int) -> None:
        parts = [question(id=f"q{n}", points=points or None) for n, points in enumerate(own)]
        text = "format = 1\n" + "".join(part.removeprefix("format = 1\n") for part in parts)
        with pytest.raises(CourseError, match="every question needs at least 1 point and all together"):
            parse_questions(text, "quiz.toml", total)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"kind": "single"}, '"q1": kind is \'single\'; write "one" or "several" or "number" or "formula".'),
            ({"id": "Q 1"}, "id is 'Q 1'; write a small letter followed by small letters or digits, such as q1."),
            ({"id": None}, "question 1: kind"),
            ({"text": None}, 'question "q1": text is missing'),
            ({"why": None}, 'question "q1": why is missing'),
            ({"lesson": ""}, 'question "q1": lesson must be text'),
            ({"answr": "a"}, "'answr' is no key here; take it out or correct it. Did you mean 'answer'?"),
            ({"answer": None}, "answer is missing"),
            ({"answer": 3}, "answer must be text"),
            ({"answer": "c"}, "answer names 'c', which is not among the choices: add it or correct it."),
            ({"choices": {"a": "this"}}, "choices must be at least two for kind 'one'"),
            ({"choices": {"a": "this", "B": "that"}}, "choices has the key 'B'; write small letters."),
            ({"choices": ["this", "that"]}, "choices must be a table of texts"),
            ({"choices": {"a": "this", "b": 3}}, "choices must be a table of texts"),
            ({"text": "bell \x07"}, "text holds a control character: take it out."),
            ({"wrong": {"c": "no"}}, "wrong names 'c', which is not among the choices"),
            ({"wrong": {"a": "no"}}, "wrong has a hint for 'a', which is the answer: take it out."),
            ({"wrong": "no"}, "wrong must be a table of texts"),
            ({"tolerance": 0.1}, "tolerance does not belong to kind 'one': take it out."),
            ({"variables": ["x"]}, "variables does not belong to kind 'one': take it out."),
            ({"points": 0}, "points must be a whole number of at least 1, not 0."),
            ({"kind": "several", "answer": []}, "answer is empty: name at least one choice."),
            ({"kind": "several", "answer": "a"}, "answer must be a list of different texts"),
            ({"kind": "several", "answer": ["a", "a"]}, "answer must be a list of different texts"),
            ({"kind": "several", "answer": ["a", "d"]}, "answer names 'd', which is not among the choices"),
            ({"kind": "number"} | NO_CHOICES, "answer must be a number, such as 0.25."),
            ({"kind": "number", "answer": True} | NO_CHOICES, "answer must be a number, such as 0.25."),
            ({"kind": "number", "answer": 3}, "choices does not belong to kind 'number': take it out."),
            ({"kind": "number", "answer": 3, "tolerance": -1} | NO_CHOICES, "tolerance must be a number of at least 0"),
            (
                {"kind": "number", "answer": 3, "wrong": {"x": "n"}} | NO_CHOICES,
                "wrong has the key 'x', which is no number",
            ),
            (
                {"kind": "formula", "answer": "x"} | NO_CHOICES,
                "variables is missing: name what the formula is written in",
            ),
            ({"kind": "formula", "answer": 2} | NO_CHOICES, "answer must be text"),
        ],
    )
    def test_a_mistake_is_named(self, changes: dict[str, object], said: str) -> None:
        with pytest.raises(CourseError) as error:
            parse_questions(question(**changes), "quiz.toml of chapter01_x", 1)
        assert error.value.message.startswith("quiz.toml of chapter01_x: ")
        assert said in error.value.message or (changes.get("id", "") is None and "id is missing" in error.value.message)

    def test_nan_is_no_answer(self) -> None:
        text = question(kind="number", answer=3, choices=None).replace("answer = 3", "answer = nan")
        with pytest.raises(CourseError, match="answer must be a number"):
            parse_questions(text, "quiz.toml", 1)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "quiz.toml: format must be 1"),
            ("format = 1", r"quiz.toml: question must be a list of tables: write each below a line [[question]]."),
            (question() + question().removeprefix("format = 1\n"), "two questions have the id 'q1': rename one."),
            ("title = 3\n" + question(), "quiz.toml: 'title' is no key here"),
        ],
    )
    def test_a_mistake_of_the_whole_file_is_named(self, text: str, said: str) -> None:
        with pytest.raises(CourseError, match=re.escape(said)):
            parse_questions(text, "quiz.toml", 2)


class TestThePacksQuestions:
    def test_they_come_back_without_why(self) -> None:
        revealed = reveal_questions(hide_questions(QUESTIONS), "quiz.answers")
        assert [found.answer for found in revealed] == [found.answer for found in QUESTIONS]
        assert {found.why for found in revealed} == {""}
        assert questions_as_json(revealed) == questions_as_json(QUESTIONS)

    def test_no_answer_stands_there_in_clear(self) -> None:
        hidden = hide_questions(QUESTIONS)
        assert hidden == hide_questions(QUESTIONS)
        assert hidden.isascii()
        assert "2*x" not in hidden
        assert "Which" not in hidden

    @pytest.mark.parametrize("hidden", ["", "?", "AAAA", hide_questions(QUESTIONS)[:40], "eJyLBQAAdgB2", "é"])
    def test_damage_is_an_error(self, hidden: str) -> None:
        with pytest.raises(CourseError, match=r"quiz.answers is damaged \(.*\): install micrograde again."):
            reveal_questions(hidden, "quiz.answers")


class TestTheForm:
    FORM = write_form(QUESTIONS, "Quiz of chapter 1: Tiny")

    def test_it_is_toml_with_empty_answers(self) -> None:
        assert tomllib.loads(self.FORM) == {"format": 1, "answers": {"q1": "", "q2": [], "q3": "", "q4": ""}}

    def test_it_shows_the_questions_and_no_answer(self) -> None:
        assert "# Quiz of chapter 1: Tiny\n" in self.FORM
        assert "# q1 (3 points)\n# What is twice 2?\n#   a  3\n#   b  4\n#   c  5\n" in self.FORM
        assert "# Which are even?\n# Mark all of them.\n" in self.FORM
        assert 'such as q4 = "3*x"' in self.FORM  # 2*x is the answer
        for secret in ("0.25", '"2*x"', "Two and two", "That is"):
            assert secret not in self.FORM

    def test_long_lines_are_wrapped(self) -> None:
        text = question(text="word " * 100, choices={"a": "long " * 100, "b": "b"})
        form = write_form(parse_questions(text, "quiz.toml", 1), "Quiz")
        assert max(map(len, form.splitlines())) <= 100
        assert "# q1 (1 point)\n" in form

    def test_an_untouched_form_is_not_answered(self) -> None:
        judged = judge_quiz(self.FORM.encode(), QUESTIONS)
        assert {(found.status, found.code) for found in judged} == {("todo", "NOT_WRITTEN")}
        assert judged[0].message == "q1 is not answered yet."

    def test_a_filled_in_form_is_judged(self) -> None:
        form = self.FORM.replace('\nq1 = ""', '\nq1 = "b"').replace("\nq2 = []", '\nq2 = ["c", "a"]')
        form = form.replace('\nq3 = ""', "\nq3 = 0.2505").replace('\nq4 = ""', '\nq4 = "x + x"')
        expected = [Judgement("passed")] * 3 + [Judgement("formula", formula="x + x")]
        assert judge_quiz(form.encode(), QUESTIONS) == expected
        assert judge_quiz(b"\xef\xbb\xbf" + form.replace("\n", "\r\n").encode(), QUESTIONS) == expected


class TestJudging:
    @pytest.mark.parametrize(
        ("asked", "value", "status", "code", "message", "hint"),
        [
            (ONE, "b", "passed", None, "", ""),
            (ONE, " B ", "passed", None, "", ""),
            (ONE, "a", "wrong", "WRONG_VALUE", 'q1: "a" is not right.', "That is 2 + 1."),
            (ONE, "d", "wrong", "WRONG_TYPE", "q1 has no choice 'd': choose a, b or c.", ""),
            (ONE, "d\x1b[31m" * 99, "wrong", "WRONG_TYPE", "q1 has no choice 'dd", ""),
            (ONE, ["b"], "wrong", "WRONG_TYPE", 'q1: answer with one letter, such as q1 = "a".', ""),
            (ONE, 2, "wrong", "WRONG_TYPE", "q1: answer with one letter", ""),
            (ONE, True, "wrong", "WRONG_TYPE", "q1: answer with one letter", ""),
            (ONE, {"b": "b"}, "wrong", "WRONG_TYPE", "q1: answer with one letter", ""),
            (ONE, "", "todo", "NOT_WRITTEN", "q1 is not answered yet.", ""),
            (ONE, "  ", "todo", "NOT_WRITTEN", "q1 is not answered yet.", ""),
            (ONE, [], "todo", "NOT_WRITTEN", "q1 is not answered yet.", ""),
            (SEVERAL, ["a", "c"], "passed", None, "", ""),
            (SEVERAL, ["C ", "a", "a"], "passed", None, "", ""),
            (SEVERAL, ["a"], "wrong", "WRONG_VALUE", "q2: something is missing, or does not belong.", ""),
            (SEVERAL, ["a", "b", "c"], "wrong", "WRONG_VALUE", "q2: something is missing", "Can you cut 3 in two"),
            (SEVERAL, ["a", "x"], "wrong", "WRONG_TYPE", "q2 has no choice 'x': choose a, b or c.", ""),
            (SEVERAL, "a", "wrong", "WRONG_TYPE", 'q2: answer with every letter that is right, such as q2 = ["a",', ""),
            (SEVERAL, ["a", 3], "wrong", "WRONG_TYPE", "q2: answer with every letter", ""),
            (SEVERAL, ["a", ["c"]], "wrong", "WRONG_TYPE", "q2: answer with every letter", ""),
            (SEVERAL, [], "todo", "NOT_WRITTEN", "q2 is not answered yet.", ""),
            (NUMBER, 0.25, "passed", None, "", ""),
            (NUMBER, 0.251, "passed", None, "", ""),
            (NUMBER, "0.25", "passed", None, "", ""),
            (NUMBER, " 2.5e-1 ", "passed", None, "", ""),
            (NUMBER, 0.252, "wrong", "WRONG_VALUE", "q3: 0.252 is not right.", ""),
            (NUMBER, 4, "wrong", "WRONG_VALUE", "q3: 4 is not right.", "That is one divided by a quarter."),
            (NUMBER, float("nan"), "wrong", "WRONG_VALUE", "q3: a finite number is asked for.", ""),
            (NUMBER, float("-inf"), "wrong", "WRONG_VALUE", "q3: a finite number is asked for.", ""),
            (NUMBER, 10**400, "wrong", "WRONG_VALUE", "q3: a finite number is asked for.", ""),
            (NUMBER, "1e9999", "wrong", "WRONG_VALUE", "q3: a finite number is asked for.", ""),
            (NUMBER, "0,25", "wrong", "WRONG_TYPE", "q3: answer with a number without quotes, such as q3 = 1.5.", ""),
            (NUMBER, "1/4", "wrong", "WRONG_TYPE", "q3: answer with a number", ""),
            (NUMBER, "nan", "wrong", "WRONG_TYPE", "q3: answer with a number", ""),
            (NUMBER, True, "wrong", "WRONG_TYPE", "q3: answer with a number", ""),
            (NUMBER, [0.25], "wrong", "WRONG_TYPE", "q3: answer with a number", ""),
            (NUMBER, "", "todo", "NOT_WRITTEN", "q3 is not answered yet.", ""),
            (FORMULA, "x + x", "formula", None, "", ""),
            (FORMULA, " ", "todo", "NOT_WRITTEN", "q4 is not answered yet.", ""),
            (FORMULA, 2, "wrong", "WRONG_TYPE", 'q4: answer with a formula in x, such as q4 = "3*x".', ""),
            (
                FORMULA,
                "x" * 2001,
                "wrong",
                "REFUSED",
                "q4: the formula has 2001 characters; at most 2000 are read.",
                "",
            ),
        ],
    )
    def test_an_answer(self, asked: Question, value: Any, status: str, code: str, message: str, hint: str) -> None:
        judged = judge(asked, value)
        assert (judged.status, judged.code) == (status, code)
        assert judged.message.startswith(message)
        assert bool(judged.message) == bool(message)
        assert judged.hint.startswith(hint)
        assert bool(judged.hint) == bool(hint)
        assert judged.formula == (value if status == "formula" else "")
        assert len(judged.message) < 200
        assert "\x1b" not in judged.message

    def test_an_answer_left_out_has_its_hint(self) -> None:
        changes: dict[str, object] = {"kind": "several", "answer": ["a"], "wrong": {"a": "left out", "b": "chosen"}}
        (asked,) = parse_questions(question(**changes), "quiz.toml", 1)
        assert [judge(asked, value).hint for value in (["b"], ["a", "b"], ["b", "b"])] == ["chosen"] * 3
        (asked,) = parse_questions(question(**(changes | {"answer": ["a", "b"]})), "quiz.toml", 1)
        assert judge(asked, ["b"]).hint == "left out"

    def test_rounding_is_forgiven(self) -> None:
        (asked,) = parse_questions(question(kind="number", answer=0.3, choices=None), "quiz.toml", 1)
        assert judge(asked, 0.1 + 0.2).status == "passed"
        assert judge(asked, 0.3001).status == "wrong"


HEAD = "format = 1\n[answers]\n"


class TestAStudentsFile:
    def test_no_file_leaves_all_to_do(self) -> None:
        assert judge_quiz(None, QUESTIONS) == [Judgement("todo", "NOT_WRITTEN", "There is no quiz.toml.")] * 4

    @pytest.mark.parametrize(
        ("data", "message", "line"),
        [
            (
                b"#" * (LARGEST_FILE + 1),
                "quiz.toml has 65537 bytes; at most 65536 are read. Start from a new form.",
                None,
            ),
            (b"q1 = '\xff'", "quiz.toml is not UTF-8 at byte 6. Save it as UTF-8.", None),
            (b"format = 1\n[answers]\nq1 = b\n", "quiz.toml cannot be read: Invalid value (at line 3, column 6).", 3),
            (b"format = 1\n[answers]\nq1 = 'b'\nq1 = 'b'\n", "quiz.toml cannot be read: Cannot overwrite a value", 4),
            (b"a = " + b"[" * 3000, "quiz.toml has too many brackets inside each other.", None),
            (b"a = " + b"{a=" * 1300, "quiz.toml has too many brackets inside each other.", None),
            (b"format = 1\nq1 = '" + b"a" * 5000 + b"'", "quiz.toml has a line that is too long for an answer.", 2),
            (b".".join([b"a"] * 20_000) + b" = 1", "quiz.toml has a line that is too long for an answer.", 1),
            (b"[" + b".".join([b"a"] * 100) + b"]", "quiz.toml has a line that is too long for an answer.", 1),
            ('"\u2028".a.a.a.a.'.encode() * 500 + b"a = 1", "quiz.toml has a line that is too long for an answer.", 1),
            (b"a = " + b"9" * 4090, "quiz.toml has no line `format = 1`.", None),
            (
                b"[answers]\nq1 = 'b'",
                "quiz.toml has no line `format = 1`. Keep it above [answers], as in the form.",
                None,
            ),
            (b"format = 2\n[answers]", "quiz.toml has no line `format = 1`.", None),
            (b"format = true\n[answers]", "quiz.toml has no line `format = 1`.", None),
            (
                b"format = 1\nq1 = 'b'",
                "quiz.toml has no line [answers]. Keep it above the answers, as in the form.",
                None,
            ),
            (b"format = 1\nanswers = 3", "quiz.toml has no line [answers].", None),
            (b"", "quiz.toml has no line `format = 1`.", None),
        ],
    )
    def test_a_broken_file_costs_the_quiz_and_says_why(self, data: bytes, message: str, line: int | None) -> None:
        judged = judge_quiz(data, QUESTIONS)
        assert len(judged) == 4
        assert len(set(judged)) == 1
        assert (judged[0].status, judged[0].code, judged[0].line) == ("wrong", "REFUSED", line)
        assert judged[0].message.startswith(message)

    def test_the_file_is_called_by_its_name(self) -> None:
        assert judge_quiz(b"x", QUESTIONS, "tiny_quiz.toml")[0].message.startswith("tiny_quiz.toml cannot be read")
        assert judge_quiz(None, QUESTIONS, "tiny_quiz.toml")[0].message == "There is no tiny_quiz.toml."

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (HEAD + 'Q1 = "b"', "q1 is not answered. quiz.toml answers 'Q1', which is no question."),
            (HEAD + 'q_1 = "b"', "q1 is not answered. quiz.toml answers 'q_1', which is no question."),
            ('format = 1\nq1 = "b"\n[answers]', "q1 stands outside [answers] in quiz.toml: move it below that line."),
            (HEAD, "q1 is not answered yet."),
            (HEAD + "zebra = 1", "q1 is not answered yet."),
        ],
    )
    def test_an_answer_in_the_wrong_place_is_pointed_out(self, text: str, message: str) -> None:
        judged = judge_quiz(text.encode(), QUESTIONS)[0]
        assert (judged.status, judged.message) == ("todo", message)

    def test_unknown_keys_cost_nothing(self) -> None:
        text = 'format = 1\nname = "Ada"\n[answers]\nq1 = "b"\nq9 = "b"\n[more]\nx = [[1]]'
        assert [found.status for found in judge_quiz(text.encode(), QUESTIONS)] == ["passed", "todo", "todo", "todo"]

    def test_one_bad_answer_costs_itself(self) -> None:
        text = HEAD + 'q1 = 2020-01-01\nq2 = ["a", "c"]\nq3.x.y = 3\nq4 = [[], {}]'
        assert [found.status for found in judge_quiz(text.encode(), QUESTIONS)] == ["wrong", "passed", "wrong", "wrong"]

    @pytest.mark.parametrize(
        "data",
        [
            "".join(f"a.{n}.{'.'.join('b' * 60)} = 1\n" for n in range(480)),
            "".join(f"[[a.{'b.' * 60}k{n}]]\n" for n in range(400)),
            "[[a]]\n" * 10_000,
            HEAD + "".join(f"k{n} = 1\n" for n in range(6_000)),
            HEAD + "q1 = 0x" + "f" * 4000,
            HEAD + "q3 = 0x" + "f" * 4000,
            "#" * 60_000,
        ],
    )
    def test_no_file_keeps_it_busy(self, data: str) -> None:
        started = time.process_time()
        assert len(judge_quiz(data.encode(), QUESTIONS)) == 4
        assert time.process_time() - started < 2  # seconds; about 0.1 of them are needed

    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode(errors="replace")))
    @settings(deadline=None)
    def test_anything_gets_a_judgement_for_every_question(self, data: bytes) -> None:
        judged = judge_quiz(data, QUESTIONS)
        assert len(judged) == 4
        assert all(found.status in ("passed", "wrong", "todo", "formula") for found in judged)
