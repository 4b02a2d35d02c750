"""Scores as others read them: no formula, valid XML, nothing hidden, and the figures of a class that can be worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.gradebook.items import Item, analyse, correlate
from grader.gradebook.scores import CheckRow, Score, read_cards, read_check_rows, read_scores
from grader.report.feedback import feedback, file_name
from grader.report.junit import junit_xml
from grader.report.sheets import checks_csv, safe_cell, scores_csv, scores_json
from tests.gradebook.conftest import ADA, CHAPTER, Filled, make_card

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\tx", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0", "|calc", "%0A=1", "＝1+1", "－1",
    "\u200b=1", "\x1b[31m=1", '=HYPERLINK("http://x","y")',
)  # fmt: skip


def score(**fields: Any) -> Score:
    return Score(
        **{"student": "ada", "name": "Ada", "chapter": CHAPTER, "status": "graded", "points": 1, "max_points": 20}
        | fields
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    for where in ("student", "name", "source", "override", "rule"):
        rows = list(csv.DictReader(io.StringIO(scores_csv([score(**{where: text})]), newline="")))
        assert rows[0][where].startswith("'")
    rows = list(csv.DictReader(io.StringIO(scores_csv([score(flags=(text,))]), newline="")))
    assert rows[0]["flags"].startswith("'")
    line = CheckRow(text, CHAPTER, 1, "t", "c", "passed", 1, 1, None, text, 2, None, "a")
    row = list(csv.reader(io.StringIO("".join(checks_csv([line])), newline="")))[1]
    assert row[0].startswith("'")
    assert row[9].startswith("'")


@pytest.mark.parametrize("text", ["Ada", "O'Neill", "Müller, Jörg", 'a "b"', "3-4", "mueller@uni.example", "名前"])
def test_other_cells_are_as_they_are(text: str) -> None:
    assert safe_cell(text) == text
    (row,) = csv.DictReader(io.StringIO(scores_csv([score(name=text)]), newline=""))
    assert row["name"] == text


@pytest.fixture
def graded(filled: Filled) -> Filled:
    """Return a gradebook with Ada (a slip, and words that are no XML and no Markdown), Bob (missing) and Eve."""
    filled.enter(ADA, type(ADA)("bob", "Bob", (), True))
    filled.hand_in("ada", "x = 1\n")
    filled.hand_in("<e&v]]>", "x = 2\n")
    filled.grade({"x = 1\n": {"halves"}, "x = 2\n": {"numbers", "arrays", "halves"}})
    return filled


def test_csv_json_and_the_long_file_say_the_same(graded: Filled) -> None:
    with graded.database.read() as connection:
        scores = read_scores(connection)
        long = list(csv.DictReader(io.StringIO("".join(checks_csv(read_check_rows(connection, scores))), newline="")))
    flat = {row["student"]: row for row in csv.DictReader(io.StringIO(scores_csv(scores), newline=""))}
    plain = {row["student"]: row for row in json.loads(scores_json(scores))["scores"]}
    assert {s: int(row["points"]) for s, row in flat.items()} == {s: row["points"] for s, row in plain.items()}
    assert {s: row["points"] for s, row in plain.items()} == {"ada": 4, "bob": 0, "<e&v]]>": 20}
    assert sum(int(row["points"]) for row in long if row["student"] == "ada") == 4
    assert [row["check"] for row in long if row["misconception"] == "double-squares"] == ["numbers"]
    assert len(long) == 6


def test_junit_is_valid_and_adds_up(graded: Filled) -> None:
    with graded.database.read() as connection:
        cards = list(read_cards(connection, read_scores(connection)))
    for _, card in cards:
        if card is not None:
            card["tasks"][0]["checks"][0]["message"] = "a \x00\x0b\ufffe\ud800 <b> & ]]> \U0001f600"
    root = ElementTree.fromstring(junit_xml(cards).encode())
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert {child.tag for child in suite} == {"testcase"}
        assert int(suite.attrib["tests"]) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == sum(case.find(tag) is not None for case in cases)
        assert float(suite.attrib["time"]) == pytest.approx(sum(float(case.attrib["time"]) for case in cases))
        for case in cases:
            assert {"classname", "name", "time"} <= case.attrib.keys()
            assert len(case) <= 1
    assert {k: int(v) for k, v in root.attrib.items()} == {"tests": 7, "failures": 2, "errors": 0, "skipped": 1}
    failure = root.find(".//failure")
    assert failure is not None
    assert "<b> & ]]> \U0001f600" in failure.attrib["message"]


def test_feedback_says_what_a_scorecard_says_and_shows_text_as_text(graded: Filled) -> None:
    with graded.database.read() as connection:
        pairs = [(s, card) for s, card in read_cards(connection, read_scores(connection)) if s.student == "ada"]
    card = pairs[0][1]
    assert card is not None
    check = card["tasks"][0]["checks"][0]
    check["message"] = "```\n<script>alert(1)</script>\n# heading"
    check["output"] = "\x1b[2Jpwned\n```sh\nrm -rf\n```"
    text = feedback("<b>Ada</b> [x](javascript:1)", pairs)
    assert "4 of 20 points" in text
    assert "squaring for doubling" in text
    assert "Look again" in text
    assert "\x1b" not in text
    outside = blocks_removed(text)
    for harmful in ("<script", "<b>", "[x](", "# heading", "rm -rf"):
        assert harmful not in outside
    assert card["extra"]["seed_id"] not in text
    assert card["checks_sha256"] not in text


def blocks_removed(text: str) -> str:
    """Return Markdown without its fenced blocks, by the rule of CommonMark: a fence ends with one at least as long."""
    kept, fence = [], ""
    for line in text.splitlines():
        bare = line.strip()
        ticks = len(bare) - len(bare.lstrip("`"))
        if fence:
            fence = "" if ticks >= len(fence) and bare == "`" * ticks else fence
        elif ticks >= 3:
            fence = "`" * ticks
        else:
            kept.append(line)
    return "\n".join(kept)


def test_feedback_has_a_word_for_every_status() -> None:
    for status, said in (
        ("missing", "Nothing was handed in"),
        ("waiting", "not graded yet"),
        ("grader_error", "lose no points"),
    ):
        assert said in feedback("Ada", [(score(status=status, points=None), None)])
    ungradable = make_card(set()).to_dict() | {"status": "ungradable", "reason": {"message": "line 3: *x*"}}
    assert "line 3: \\*x\\*" in feedback("Ada", [(score(status="ungradable", points=0), ungradable)])


@pytest.mark.parametrize(
    "student", ["../../etc/passwd", "/abs", "..", ".", "", "a/b", "a\\b", "con\x00", "é" * 300, "A" * 300, "-rf"]
)
def test_a_feedback_file_stays_in_its_folder(student: str, tmp_path: Path) -> None:
    name = file_name(student)
    assert (tmp_path / name).resolve().parent == tmp_path
    assert len(name) < 100
    (tmp_path / name).write_text("x")
    assert file_name("ada") == "ada.md"
    assert file_name("a/b") != file_name("a.b")


def rows_of(answers: list[tuple[str, dict[str, bool]]]) -> list[CheckRow]:
    """Return the rows of students and which checks they pass, one point each."""
    return [
        CheckRow(student, CHAPTER, 1, "task", check, "passed" if good else "wrong", int(good), 1, None,
                 None if good else "slip", 5, None, "a")
        for student, checks in answers
        for check, good in checks.items()
    ]  # fmt: skip


def test_items_of_a_planted_class_are_flagged() -> None:
    chance = random.Random(3)
    answers = []
    for number in range(200):
        able = number / 200
        answers.append((f"s{number}", {
            "good": chance.random() < able, "fine": chance.random() < able, "also": chance.random() < able,
            "backwards": chance.random() > able, "coin": chance.random() < 0.5, "all": True, "none": False,
        }))  # fmt: skip
    items = {item.check: item for item in analyse(rows_of(answers))}
    assert items["all"].flag == "nobody fails"
    assert items["none"].flag == "nobody passes"
    assert "check the check" in items["backwards"].flag
    assert items["coin"].flag != ""
    assert [items[name].flag for name in ("good", "fine", "also")] == ["", "", ""]
    assert items["none"].misconceptions == (("slip", 200),)
    assert items["none"].correlation is None
    assert items["all"].milliseconds == 5


def test_the_correlation_is_with_the_other_checks_only() -> None:
    """Twelve students, two checks: the item itself must not be in the rest it is compared with."""
    answers = [(f"s{n}", {"a": n % 2 == 0, "b": n < 6}) for n in range(12)]
    a, b = analyse(rows_of(answers))
    expected = correlate([float(n % 2 == 0) for n in range(12)], [float(n < 6) for n in range(12)])
    assert a.correlation == pytest.approx(expected)
    assert b.correlation == pytest.approx(expected)
    assert correlate([1.0, 1.0], [1.0, 2.0]) is None


def test_few_submissions_have_no_correlation() -> None:
    item: Item = analyse(rows_of([(f"s{n}", {"a": n % 2 == 0, "b": n < 2}) for n in range(4)]))[0]
    assert (item.submissions, item.passed, item.correlation) == (4, 0.5, None)
