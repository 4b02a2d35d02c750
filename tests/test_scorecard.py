"""A scorecard says what happened, adds up, and can be read by anyone with the schema."""

import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.scorecard import (
    CODES,
    CheckResult,
    CourseInfo,
    FileInfo,
    GraderInfo,
    Isolation,
    MisconceptionInfo,
    Reason,
    Run,
    Scorecard,
    SubmissionInfo,
    TaskResult,
    Where,
    load_schema,
)
from grader.text import clean_text
from grader.verdict import STATUS_OF
from tests.cards import spoilt, ungradable

SCHEMA = jsonschema.Draft202012Validator(load_schema())

STATUS_AND_CODE = [(status, code) for status, codes in CODES.items() for code in sorted(codes, key=str)]


def row(status: Any, code: str | None = None, max_points: int = 2, **fields: Any) -> CheckResult:
    default = min(CODES[status], key=str)
    return CheckResult.ended("check_it", "It works.", status, max_points, code=code or default, **fields)


def task(*checks: CheckResult, name: str = "dense") -> TaskResult:
    return TaskResult(name, "A layer", sum(check.max_points for check in checks), checks)


def card(*tasks: TaskResult, **fields: Any) -> Scorecard:
    submission = SubmissionInfo("ada", (FileInfo("tiny.py", "a" * 64, 12),), "2026-11-20T11:00:00Z")
    run = Run("2026-11-20T12:00:00Z", 0.41, 7, Isolation("kernel", ("landlock", "seccomp")))
    grader, course = GraderInfo("1.0", "3.11.7", "2.4.6", "Linux x86_64"), CourseInfo("Tiny", "1.0")
    return Scorecard(grader, course, "chapter01_tiny", "b" * 64, submission, run, tasks, **fields)


WRONG = row(
    "wrong",
    "WRONG_SHAPE",
    message="db has shape (5, 2), expected (2,)",
    where=Where("tiny.py", 41),
    misconception=MisconceptionInfo("db-not-summed", "one bias gradient per sample"),
    hint="What happens to gradients when one value is used in several places?",
    output="hello\n",
    duration_s=0.003,
)
GRADED = card(task(row("passed"), WRONG), task(row("todo"), name="neuron"), extra={"seed_id": "x"})
UNGRADABLE = ungradable(GRADED, Reason("SYNTAX", "line 3: invalid syntax", Where("tiny.py", 3)))


def grader_error() -> Scorecard:
    faulty = replace(row("error", "GRADER"), points=None)
    tasks = task(replace(row("passed"), points=None), faulty), task(replace(row("not_run"), points=None), name="neuron")
    return card(*tasks, status="grader_error", reason=Reason("GRADER", "check_it raised NameError"))


CARDS = {"graded": GRADED, "ungradable": UNGRADABLE, "grader_error": grader_error()}


@pytest.mark.parametrize("made", CARDS.values(), ids=CARDS.keys())
def test_every_card_fits_the_schema_and_comes_back(made: Scorecard) -> None:
    plain = json.loads(made.to_json())
    SCHEMA.validate(plain)
    assert Scorecard.from_dict(plain) == made
    assert Scorecard.from_dict(made.to_dict()) == made
    assert plain == made.to_dict()


@pytest.mark.parametrize("made", CARDS.values(), ids=CARDS.keys())
def test_json_is_one_line_of_ascii(made: Scorecard) -> None:
    tasks = (replace(made.tasks[0], title="Σ … 𝟙"), *made.tasks[1:])
    text = replace(made, tasks=tasks).to_json()
    assert text.isascii()
    assert "\n" not in text
    assert json.loads(text)["tasks"][0]["title"] == "Σ … 𝟙"
    assert len(replace(made, tasks=tasks).to_json(indent=1).splitlines()) > 50


def test_keys_stand_in_the_format_s_order() -> None:
    assert list(GRADED.to_dict()) == [
        *("format", "grader", "course", "chapter", "checks_sha256", "submission", "run", "status", "reason"),
        *("points", "max_points", "tasks", "extra"),
    ]
    assert "extra" not in grader_error().to_dict()


def test_verdicts_end_in_the_statuses_of_a_card() -> None:
    for code, status in STATUS_OF.items():
        assert code in CODES[status]


def test_points_add_up() -> None:
    assert [found.points for found in GRADED.tasks] == [2, 0]
    assert (GRADED.points, GRADED.max_points) == (2, 6)
    assert (UNGRADABLE.points, UNGRADABLE.max_points) == (0, 6)
    assert (grader_error().points, grader_error().max_points) == (None, 6)


def test_an_ungradable_card_keeps_every_row() -> None:
    rows = [check for found in UNGRADABLE.tasks for check in found.checks]
    assert len(rows) == 3
    assert {(check.status, check.points, check.code, check.message) for check in rows} == {("not_run", 0, None, None)}
    assert {found.status for found in UNGRADABLE.tasks} == {"not_run"}


def test_a_grader_error_costs_nobody_points() -> None:
    reason = Reason("GRADER", "ours")
    failed = spoilt(GRADED, reason)
    SCHEMA.validate(failed.to_dict())
    assert failed.points is None
    assert {found.points for found in failed.tasks} == {None}
    assert [check.status for check in failed.tasks[0].checks] == ["passed", "wrong"]
    assert ungradable(failed, reason).points == 0


@pytest.mark.parametrize(
    ("made", "status"),
    [(card(task(row("passed"))), 0), (GRADED, 1), (UNGRADABLE, 3), (grader_error(), 4), (card(task(row("todo"))), 1)],
)
def test_the_exit_status_follows(made: Scorecard, status: int) -> None:
    assert made.exit_status == status


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "wrong"], "partial"),
        (["passed", "todo"], "partial"),
        (["passed", "not_run"], "partial"),
        (["passed", "blocked"], "partial"),
        (["todo", "todo"], "todo"),
        (["todo", "blocked"], "todo"),
        (["todo", "not_run"], "todo"),
        (["wrong", "todo"], "wrong"),
        (["wrong", "error"], "wrong"),
        (["wrong", "blocked"], "wrong"),
        (["error", "error"], "error"),
        (["error", "todo"], "error"),
        (["timeout", "blocked"], "error"),
        (["timeout", "not_run"], "error"),
        (["not_run", "not_run"], "not_run"),
        (["blocked", "not_run"], "not_run"),
        ([], "not_run"),
    ],
)
def test_a_task_s_status_follows_from_its_checks(statuses: list[str], status: str) -> None:
    assert task(*map(row, statuses)).status == status


def test_a_fault_of_ours_makes_the_task_an_error() -> None:
    assert grader_error().tasks[0].status == "error"


def test_a_task_without_collected_checks_keeps_its_points() -> None:
    broken = card(TaskResult("dense", "A layer", 10, ()), status="grader_error", reason=Reason("CHECKS", "broken"))
    assert broken.max_points == 10
    assert broken.tasks[0].points is None
    SCHEMA.validate(broken.to_dict())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: CheckResult("c", "t", "wrong", 2, 2, "WRONG_VALUE"), "check 'c' is wrong and has 2 points, not 0"),
        (lambda: CheckResult("c", "t", "passed", 0, 2), "check 'c' is passed and has 0 points, not 2"),
        (lambda: CheckResult("c", "t", "not_run", 2, 2), "check 'c' is not_run and has 2 points, not 0"),
        (lambda: CheckResult("c", "t", "passed", 2, 2, "GRADER"), "check 'c' is passed and has the code 'GRADER'"),
        (lambda: CheckResult("c", "t", "wrong", 0, 2), "check 'c' is wrong and has the code None"),
        (
            lambda: card(task(row("passed")), status="ungradable", reason=Reason("X", "y")),
            "ungradable and a check was run",
        ),
        (lambda: card(task(row("passed")), reason=Reason("X", "y")), "it is graded and its reason is"),
        (lambda: card(task(row("not_run")), status="ungradable"), "it is ungradable and its reason is None"),
        (lambda: card(task(row("passed")), status="grader_error", reason=Reason("X", "y")), "some checks have points"),
        (lambda: card(task(replace(row("passed"), points=None))), "it is graded and some checks have no points"),
        (lambda: card(task(row("error", "GRADER"))), "failed by a fault of the grader, so it cannot be graded"),
        (lambda: card(TaskResult("a", "t", 5, (row("passed"),))), "task 'a' is worth 5 points and its checks 2"),
        (lambda: card(TaskResult("a", "t", 5, ())), "task 'a' is worth 5 points and its checks 0"),
    ],
)
def test_a_card_cannot_contradict_itself(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        make()


def changed(**changes: Any) -> dict[str, Any]:
    return GRADED.to_dict() | changes


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        (changed(format=2), "its format is not 1"),
        ({key: value for key, value in changed().items() if key != "course"}, "it has no 'course'"),
        (changed(colour="red"), "colour"),
        (changed(points=100), "its totals are [100, 6"),
        (changed(max_points=None), "its totals are [2, None"),
        (changed(tasks=[GRADED.to_dict()["tasks"][0] | {"points": 4}]), "its totals are"),
        (changed(tasks=[GRADED.to_dict()["tasks"][0] | {"status": "passed"}]), "its totals are"),
        (changed(tasks=None), "not iterable"),
        (changed(status="fine"), "it is fine and its reason is None"),
        ([], "not a scorecard"),
    ],
)
def test_what_is_no_scorecard_is_refused(plain: Any, said: str) -> None:
    with pytest.raises(UsageError, match="This is not a scorecard of format 1: ") as error:
        Scorecard.from_dict(plain)
    assert said in error.value.message


class TestSchema:
    def test_it_is_a_schema(self) -> None:
        jsonschema.Draft202012Validator.check_schema(load_schema())

    def test_every_object_in_it_is_closed(self) -> None:
        def objects(node: Any) -> Any:
            if isinstance(node, dict):
                if "properties" in node and node.get("type") == "object":
                    yield node
                for value in node.values():
                    yield from objects(value)
            elif isinstance(node, list):
                for value in node:
                    yield from objects(value)

        found = list(objects(load_schema()))
        assert len(found) >= 10
        for node in found:
            assert node["additionalProperties"] is False
            assert set(node["properties"]) - set(node["required"]) <= {"extra"}

    @pytest.mark.parametrize(("status", "code"), STATUS_AND_CODE)
    def test_every_status_and_code_has_its_card(self, status: str, code: str | None) -> None:
        made = card(task(row(status, code))) if code != "GRADER" else grader_error()
        SCHEMA.validate(made.to_dict())

    @pytest.mark.parametrize("status", CODES)
    def test_it_knows_the_codes_of_each_status(self, status: str) -> None:
        for code in {code for codes in CODES.values() for code in codes} - CODES[status] - {"GRADER"}:
            plain = card(task(row(status))).to_dict()
            plain["tasks"][0]["checks"][0]["code"] = code
            assert not SCHEMA.is_valid(plain), (status, code)

    @pytest.mark.parametrize("kind", CARDS)
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda card: card.update(colour=1),
            lambda card: card.pop("chapter"),
            lambda card: card.update(format=2),
            lambda card: card.update(status="fine"),
            lambda card: card.update(max_points=99.5),
            lambda card: card.update(points=-1),
            lambda card: card.update(tasks=[]),
            lambda card: card.update(extra=3),
            lambda card: card.update(checks_sha256="xyz"),
            lambda card: card.update(chapter="chapter4"),
            lambda card: card["run"].update(graded_at="yesterday"),
            lambda card: card["run"].update(seed=-1),
            lambda card: card["run"]["isolation"].update(level="none"),
            lambda card: card["submission"]["files"][0].update(bytes=-1),
            lambda card: card["tasks"][0].update(colour=1),
            lambda card: card["tasks"][0]["checks"][0].update(colour=1),
            lambda card: card["tasks"][0]["checks"][0].update(title="a\x1b[31m"),
            lambda card: card["tasks"][0]["checks"][0].update(message="a\u202eb"),
            lambda card: card["tasks"][0]["checks"][0].update(output="\ud800"),
            lambda card: card["tasks"][0]["checks"][0].update(where={"file": "a", "line": 0}),
            lambda card: card["tasks"][0]["checks"][0].update(misconception={"id": "A B", "title": "t"}),
        ],
    )
    def test_it_refuses_what_is_no_card(self, kind: str, spoil: Any) -> None:
        plain = json.loads(CARDS[kind].to_json())
        SCHEMA.validate(plain)
        spoil(plain)
        assert not SCHEMA.is_valid(plain)

    @pytest.mark.parametrize(
        ("kind", "spoil"),
        [
            ("graded", lambda card: card.update(points=None)),
            ("graded", lambda card: card.update(reason={"code": "X", "message": "m", "where": None})),
            ("graded", lambda card: card["tasks"][0].update(points=None)),
            ("ungradable", lambda card: card.update(reason=None)),
            ("ungradable", lambda card: card.update(points=3)),
            ("ungradable", lambda card: card["tasks"][0].update(status="wrong")),
            ("grader_error", lambda card: card.update(points=0)),
            ("grader_error", lambda card: card["tasks"][0].update(points=0)),
            ("grader_error", lambda card: card["tasks"][0]["checks"][0].update(points=0)),
        ],
    )
    def test_it_ties_points_and_reason_to_the_status(self, kind: str, spoil: Any) -> None:
        plain = json.loads(CARDS[kind].to_json())
        spoil(plain)
        assert not SCHEMA.is_valid(plain)


class TestCleanText:
    @pytest.mark.parametrize(
        ("dirty", "clean"),
        [
            ("plain\ttext\nΣ é 中 🙂", "plain\ttext\nΣ é 中 🙂"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b[2J\x1b[1;1Htop", "top"),
            ("a\x1b]0;title\x07b", "ab"),
            ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
            ("a\x9b31mb", "ab"),
            ("a\x1bPq#0\x1b\\b", "ab"),
            ("a\x1b(Bb\x1b7c", "abc"),
            ("end\x1b", "end"),
            ("a\x00\x07\x08b\x7f", "ab"),
            ("100%\rwrong", "100%\nwrong"),
            ("a\r\nb\x85c\u2028d\u2029e", "a\nb\nc\nd\ne"),
            ("a\u202eb\u2066c\u200fd", "abcd"),
            ("a\u200b\ufeff\u2060b", "ab"),
            ("a\U000e0041b", "ab"),
            ("a\ud800b\udfff", "a\ufffdb\ufffd"),
            ("", ""),
        ],
    )
    def test_nothing_in_it_acts_or_hides(self, dirty: str, clean: str) -> None:
        assert clean_text(dirty) == clean

    @pytest.mark.parametrize("text", ["x" * 5000, "é" * 5000, "🙂" * 5000, "\x1b[0m" * 50_000 + "x"])
    def test_long_text_is_cut_with_a_mark(self, text: str) -> None:
        cut = clean_text(text, 100)
        assert cut.endswith(" … (cut)")
        assert len(cut.encode()) <= 100

    def test_text_at_the_limit_is_whole(self) -> None:
        assert clean_text("x" * 100, 100) == "x" * 100
        assert clean_text("x" * 101, 100) == "x" * 90 + " … (cut)"

    def test_a_tiny_limit_is_kept(self) -> None:
        assert clean_text("xxxxxxxxxxx", 3) == " "

    def test_a_million_escapes_take_no_time(self) -> None:
        assert len(clean_text("\x1b]" * 1_000_000)) < 2000

    @given(st.text(st.characters(), max_size=300), st.integers(20, 400))
    def test_any_text_fits_the_schema_and_the_limit(self, text: str, limit: int) -> None:
        clean = clean_text(text, limit)
        assert len(clean.encode()) <= limit
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in clean if char not in "\t\n")
        made = card(task(replace(WRONG, message=clean, output=clean)))
        SCHEMA.validate(made.to_dict())
        assert Scorecard.from_dict(json.loads(made.to_json())) == made
