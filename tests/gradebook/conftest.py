"""A gradebook filled with scorecards that no grader made, so that its tests take no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.handed_in import HandedIn, Person, Refused
from grader.course import Chapter, load_course
from grader.gradebook import intake, runs
from grader.gradebook.database import Database, open_database
from grader.gradebook.scores import Score, read_scores
from grader.scorecard import (
    CheckResult,
    CourseInfo,
    FileInfo,
    GraderInfo,
    Isolation,
    MisconceptionInfo,
    Run,
    Scorecard,
    SubmissionInfo,
    TaskResult,
)
from grader.submission import Submission
from tests.conftest import TINY_COURSE

CHAPTER = "chapter01_tiny"
ADA = Person("ada", "Ada", ("ada@uni.example",), True)
SLIP = MisconceptionInfo("double-squares", "squaring for doubling")


def make_card(
    passed: set[str], checks: str = "a" * 64, source: bytes = b"x = 1\n", seed: int | None = None
) -> Scorecard:
    """Return a card of 20 points: double of numbers 12, of arrays 4, halves 4."""

    def result(name: str, points: int) -> CheckResult:
        if name in passed:
            return CheckResult.ended(name, f"title of {name}", "passed", points, duration_s=0.002)
        return CheckResult.ended(
            name, f"title of {name}", "wrong", points, code="WRONG_VALUE", message=f"{name} is off",
            misconception=SLIP if name == "numbers" else None, hint="Look again.", duration_s=0.002,
        )  # fmt: skip

    file = FileInfo("tiny.py", Submission("tiny.py", source).sha256, len(source))
    return Scorecard(
        GraderInfo("1", "3.11.0", "2.0.0", "Linux"), CourseInfo("Tiny", "1.0"), CHAPTER, checks,
        SubmissionInfo("ada", (file,)), Run("2026-11-20T12:00:00Z", 0.1, seed, Isolation("kernel")),
        (
            TaskResult("double", "Twice", 16, (result("numbers", 12), result("arrays", 4))),
            TaskResult("halves", "Halves", 4, (result("halves", 4),)),
        ),
        extra={} if seed is not None else {"seed_id": "0123456789abcdef"},
    )  # fmt: skip


ALL = {"numbers", "arrays", "halves"}


class Filled:
    """A gradebook and short ways to fill and read it."""

    def __init__(self, database: Database, chapters: tuple[Chapter, ...]) -> None:
        self.database = database
        self.chapters = chapters

    def enter(self, *facts: Person | HandedIn | Refused) -> intake.Entered:
        """Enter people, hand-ins and refusals."""
        with self.database.write() as connection:
            return intake.enter_class(connection, facts, self.chapters)

    def hand_in(self, student: str, text: str, at: str | None = "2026-11-20T12:00:00+00:00", source: str = "") -> None:
        """Enter one submission of a student who is made if new."""
        entry = HandedIn(
            student, CHAPTER, Submission("tiny.py", text.encode()), None, at, "file", source or f"{student}/tiny.py"
        )
        self.enter(Person(student, student.title(), (), False), entry)

    def grade(self, passed: dict[str, set[str]] | set[str] = ALL, **changes: Any) -> int:
        """Grade what is queued; passed is by text of the submission where it differs."""
        with self.database.write() as connection:
            return self.end(connection, runs.queue_class(connection, [CHAPTER], "test"), passed, **changes)

    def regrade(self, passed: dict[str, set[str]] | set[str] = ALL, key: str = "again", **changes: Any) -> int:
        """Grade everything again and return the round."""
        with self.database.write() as connection:
            number, queued = runs.queue_regrade(connection, [CHAPTER], key)
            self.end(connection, queued, passed, **changes)
        return number

    def end(self, connection: Any, queued: list[int], passed: dict[str, set[str]] | set[str], **changes: Any) -> int:
        """Begin and finish runs."""
        for number in queued:
            runs.start(connection, number, "lane")
            module = runs.read_works(connection, [number])[number].module
            source = module.source if isinstance(module, Submission) else b""
            mine = passed if isinstance(passed, set) else passed[source.decode()]
            assert runs.finish(
                connection, number, "lane", runs.Result.of(make_card(mine, source=source, **changes).to_json()), {}
            )
        return len(queued)

    def score(self, student: str = "ada", **options: Any) -> Score:
        """Return a student's score."""
        with self.database.read() as connection:
            return next(s for s in read_scores(connection, **options) if s.student == student)

    def count(self, table: Any) -> int:
        """Return how many rows a table has."""
        from sqlalchemy import func, select

        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    """Yield an empty gradebook of the tiny course."""
    database = open_database(tmp_path / "class.db", make=True)
    yield Filled(database, load_course(TINY_COURSE).chapters)
    database.close()
