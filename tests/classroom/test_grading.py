"""Grading a class: every submission a row, the same as alone, whatever its neighbours do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grader.classroom import grading
from grader.classroom.grading import Tally
from grader.classroom.handed_in import Refused
from grader.classroom.lanes import Lanes, processors_for, settings_of
from grader.course import Course
from grader.errors import GradeError, UsageError
from grader.gradebook import runs, tables
from grader.gradebook.database import Database
from grader.submission import Submission
from grader.verdict import Ungradable
from tests.classroom.conftest import (
    ANSWERS,
    CHAPTER,
    KINDS,
    POLICY,
    SECRET,
    Grade,
    cards_of,
    class_of,
    entry,
    scores_of,
    timeless,
)
from tests.conftest import Checkout


def test_every_kind_gets_its_points_and_its_neighbours_theirs(grade: Grade, book: Database) -> None:
    seen: list[int] = []
    found = class_of(entry(f"{kind} {n}", kind) for n in range(2) for kind in KINDS)
    tally = grade(found, on_progress=lambda t: seen.append(t.done))
    assert tally.counts == {"graded": 2 * len(KINDS) - 4, "ungradable": 2, "grader_error": 2}
    points = {student: score.points for student, score in scores_of(book).items()}
    assert points == {f"{kind} {n}": None if kind == "breaks" else KINDS[kind][1] for n in range(2) for kind in KINDS}
    assert seen == sorted(seen)
    assert seen[-1] == tally.total == 2 * len(KINDS)


def test_what_breaks_the_grader_is_marked_after_it_was_tried_alone(grade: Grade, book: Database) -> None:
    grade(class_of([entry("eve", "breaks"), entry("ada", "right"), entry("bob", "right")]))
    assert {s: score.status for s, score in scores_of(book).items()} == {
        "eve": "grader_error", "ada": "graded", "bob": "graded",
    }  # fmt: skip
    with book.read() as connection:
        row = connection.execute(select(tables.run).where(tables.run.c.state == runs.LOST)).one()
        others = connection.execute(select(tables.run.c.tries).where(tables.run.c.state == runs.DONE)).scalars().all()
    assert (row.tries, row.points) == (grading.ENOUGH_LOSSES, None)
    assert "each of the 4 times" in row.note
    assert max(others) == 1  # nobody else was graded twice


def test_a_crash_is_believed_when_it_comes_again(grade: Grade, book: Database) -> None:
    grade(class_of([entry("eve", "crashes"), entry("ada", "right")]))
    with book.read() as connection:
        tries = connection.execute(select(tables.run.c.tries).order_by(tables.run.c.id)).scalars().all()
    assert tries == [grading.ENOUGH_CRASHES, 1]
    assert scores_of(book)["eve"].points == KINDS["crashes"][1]


def test_a_crash_is_not_believed_the_sooner_for_lanes_that_were_lost_before(grade: Grade, book: Database) -> None:
    grade(class_of([entry("eve", "crashes")]), lost=2)
    with book.read() as connection:
        assert connection.execute(select(tables.run.c.tries)).scalar_one() == 2 + grading.ENOUGH_CRASHES


def test_a_run_that_crashed_once_is_done_when_it_goes_well(
    grade: Grade, book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubts = iter([True, False])  # a worker that was killed from outside, and one that was not
    monkeypatch.setattr(grading, "is_doubtful", lambda card: next(doubts))
    grade(class_of([entry("ada", "right")]))
    with book.read() as connection:
        assert connection.execute(select(tables.run.c.tries)).scalar_one() == 2


def test_lanes_that_were_lost_with_a_coordinator_count_for_nothing(grade: Grade, book: Database) -> None:
    grade(class_of([entry("ada", "right")]), lost=grading.ENOUGH_LOSSES)
    assert scores_of(book)["ada"].status == "graded"


def test_a_crash_of_one_more_check_is_tried_again(
    grade: Grade, book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter([{"b"}, {"b"}, {"a", "b"}, {"b"}])
    monkeypatch.setattr(grading, "is_doubtful", lambda card: True)
    monkeypatch.setattr(grading, "crashed_checks", lambda card: frozenset(next(seen)))
    grade(class_of([entry("ada", "right")]))
    with book.read() as connection:
        assert connection.execute(select(tables.run.c.tries)).scalar_one() == 4


def test_a_card_is_the_same_as_from_grading_alone(
    grade: Grade, book: Database, tiny: Course, checkout: Checkout, tmp_path: Path
) -> None:
    kinds = [kind for kind in KINDS if kind != "breaks"]
    found = class_of(entry(kind.replace(" ", ""), kind, quiz=ANSWERS.encode()) for kind in kinds)
    grade(found)
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "quiz.toml").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "tiny.py").touch()
    together = cards_of(book)
    checks = tiny.folder / CHAPTER / "checks.py"
    (checkout.root / "solutions" / CHAPTER / "checks.py").write_bytes(checks.read_bytes())
    for one in found.handed_in:
        assert isinstance(one.module, Submission)
        (tmp_path / "tiny.py").write_bytes(one.module.source)
        options = ["--submission", tmp_path / "tiny.py", "--secret", tmp_path / "secret", "--json"]
        alone = json.loads(checkout.grade("chapter1", *options, "--isolation", "kernel").out)
        alone["submission"] |= {"student": one.student, "submitted_at": "2026-11-20T12:00:00Z"}
        assert timeless(alone) == together[one.student]


def test_a_quiz_that_is_missing_costs_the_quiz_only(grade: Grade, book: Database) -> None:
    refusal = Ungradable("NOT_WRITTEN", "quiz.toml is larger than 256 kB")
    grade(
        class_of(
            [
                entry("with", "right", quiz=ANSWERS.encode()),
                entry("without", "right"),
                entry("refused", "right", quiz=refusal),
                entry("only", "right", module=Ungradable("NOT_WRITTEN", "no tiny.py"), quiz=ANSWERS.encode()),
            ]
        )
    )
    assert {s: score.points for s, score in scores_of(book).items()} == {
        "with": 20, "without": 16, "refused": 16, "only": 0,
    }  # fmt: skip


def test_everybody_has_a_row_and_every_refused_file_is_listed(grade: Grade, book: Database) -> None:
    nothing = entry("bob", "right", module=Ungradable("NOT_WRITTEN", "no Python file"))
    grade(class_of([nothing], [Refused("bob/x.pdf", "no Python file", "bob")], roster=["ada", "bob"]))
    assert {s: (score.status, score.points) for s, score in scores_of(book).items()} == {
        "ada": ("missing", 0), "bob": ("ungradable", 0),
    }  # fmt: skip
    with book.read() as connection:
        rows = connection.execute(select(tables.refused.c.path, tables.refused.c.reason)).all()
        assert [tuple(row) for row in rows] == [("bob/x.pdf", "no Python file")]


def test_only_what_is_new_is_graded(grade: Grade, book: Database) -> None:
    assert grade(class_of([entry("ada", "right")])).done == 1
    before = cards_of(book)
    assert grade(class_of([entry("ada", "right"), entry("bob", "squares")])).done == 1
    assert grade(class_of([entry("ada", "right"), entry("bob", "squares")])).done == 0
    assert cards_of(book)["ada"] == before["ada"]


def test_a_large_file_and_many_words_do_not_block_a_lane(grade: Grade, book: Database) -> None:
    wordy = "\n\n".join(
        [KINDS["right"][0], "_halves = halves\ndef halves(v):\n    print('x' * 10**6)\n    return _halves(v)"]
    )
    large = wordy + "\n#" + "x" * 900_000
    found = [entry(f"s{n}", "right", module=Submission("tiny.py", f"# {n}\n{large}".encode())) for n in range(6)]
    assert grade(class_of(found)).counts == {"graded": 6}


@pytest.fixture
def settings(tiny: Course) -> dict[str, Any]:
    return settings_of(tiny.folder, tiny.kind, [CHAPTER], SECRET, None, POLICY)


def test_below_level_kernel_a_class_is_refused_and_the_way_named(settings: dict[str, Any]) -> None:
    settings["policy"] = POLICY | {"without": ["seccomp"]}
    with pytest.raises(UsageError, match=r"Linux machine(.|\n)*WSL2"), Lanes(settings, 1) as lanes:
        lanes.require_ready()


def test_checks_that_are_broken_are_the_course_authors_fault(settings: dict[str, Any], checkout: Checkout) -> None:
    folder = checkout.root / "solutions"
    (folder / CHAPTER / "checks.py").write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(GradeError, match="ZeroDivisionError"), Lanes(settings | {"course": str(folder)}, 1) as lanes:
        lanes.require_ready()


def test_lanes_that_never_start_are_given_up(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.classroom import lanes as module

    monkeypatch.setattr(module, "COMMAND", "import sys; sys.exit('no such thing')")
    with pytest.raises(GradeError, match=r"does not start(.|\n)*no such thing"), Lanes(settings, 2) as lanes:
        lanes.require_ready()


@pytest.fixture
def two_processors() -> Iterator[list[int]]:
    """Let this process and all that it starts run on two processors (or the only one) and yield them."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("a process cannot choose its processors here")
    usable = os.sched_getaffinity(0)
    few = sorted(usable)[:2]
    os.sched_setaffinity(0, few)
    yield few
    os.sched_setaffinity(0, usable)


def test_a_lane_keeps_to_a_processor_where_each_has_one(settings: dict[str, Any], two_processors: list[int]) -> None:
    with Lanes(settings, len(two_processors)) as lanes:
        lanes.require_ready()
        lanes.replace(lanes.lanes[-1])
        pids = [lane.process.pid for lane in lanes.lanes]
        assert [os.sched_getaffinity(pid) for pid in pids] == [{one} for one in two_processors]
        assert {os.sched_getscheduler(pid) for pid in pids} == {os.SCHED_BATCH}


def test_lanes_keep_to_processors_in_turn_and_stay_free_where_some_have_none(two_processors: list[int]) -> None:
    count = len(two_processors)
    assert processors_for(count) == two_processors
    assert processors_for(2 * count + 1) == [*two_processors, *two_processors, two_processors[0]]
    assert processors_for(count - 1) == [None] * (count - 1)


def test_a_tally_counts_what_has_ended() -> None:
    tally = Tally(3)
    for status in ("graded", "graded", "ungradable"):
        tally.add(status)
    assert (tally.done, tally.counts) == (3, {"graded": 2, "ungradable": 1})
