"""A small class of the tiny course, graded into a gradebook by real lanes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from grader.classroom.grading import Tally, grade_queued
from grader.classroom.handed_in import Class, HandedIn, Person, Refused
from grader.classroom.lanes import Lanes, settings_of
from grader.course import Course, load_course
from grader.gradebook import intake, runs, tables
from grader.gradebook.database import Database, open_database
from grader.gradebook.scores import Score, read_scores
from grader.submission import Submission
from tests.conftest import TINY_COURSE

CHAPTER = "chapter01_tiny"
SECRET = b"a secret of a class in a test"
POLICY = {"level": "kernel", "cpu_seconds": 60}
BREAKS = 666.0  # what double(7.0) returns to break the grader itself

SOLUTION = (TINY_COURSE / CHAPTER / "tiny.py").read_text(encoding="utf-8")
ANSWERS = 'format = 1\n[answers]\nq1 = "b"\nq2 = ["a", "c"]\nq3 = 0.25\nq4 = "2*x"\n'


def redefined(*functions: str) -> str:
    """Return the solution with functions defined again below it."""
    return "\n\n".join([SOLUTION, *functions])


KINDS: Mapping[str, tuple[str, int]] = {
    "right": (SOLUTION, 16),
    "squares": (redefined("def double(x): return x * x"), 12),
    "uphill": (redefined("def descend(grad, w, lr, steps): return np.array(w)"), 12),
    "nothing": ("import numpy as np\n", 0),
    "no Python": ("def double(:\n", 0),
    "exits": (redefined("def halves(values): import os; os._exit(0)"), 12),
    "crashes": (redefined("def halves(values):\n    import ctypes\n    ctypes.string_at(0)"), 12),
    "breaks": (redefined(f"def double(x): return {BREAKS} if np.ndim(x) == 0 and x == 7 else x + x"), 0),
    "loops": (redefined("def halves(values):\n    while True: pass"), 12),
}
"""Kind of a submission: its text and its points without the quiz."""


def entry(student: str, kind: str, **changes: Any) -> HandedIn:
    """Return what a student handed in; its text is nobody else's."""
    source = f"# {student}\n{KINDS[kind][0]}"
    fields: dict[str, Any] = {
        "student": student, "chapter": CHAPTER, "module": Submission("tiny.py", source.encode()), "quiz": None,
        "submitted_at": "2026-11-20T12:00:00+00:00", "time_source": "file", "source": f"{student}/tiny.py",
    }  # fmt: skip
    return HandedIn(**fields | changes)


def class_of(entries: Iterable[HandedIn], refused: Iterable[Refused] = (), roster: Iterable[str] = ()) -> Class:
    """Return the class that these entries make."""
    entries = tuple(entries)
    ids = dict.fromkeys([*roster, *(e.student for e in entries)])
    people = tuple(Person(id, id.title(), (), id in set(roster)) for id in ids)
    return Class(people, entries, tuple(refused))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return the tiny course with one check that breaks the grader if a submission asks it to."""
    folder = tmp_path_factory.mktemp("course") / "solutions"
    shutil.copytree(TINY_COURSE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    checks = folder / CHAPTER / "checks.py"
    text = checks.read_text(encoding="utf-8")
    looks = "    counter = student.Counter(start)\n"
    assert looks in text
    breaking = f"{looks}    if student.double(7.0) == {BREAKS}:\n        import os\n        os.kill(os.getpid(), 9)\n"
    checks.write_text(text.replace(looks, breaking), encoding="utf-8")
    return load_course(folder)


Grade = Callable[..., Tally]


@pytest.fixture
def book(tmp_path: Path) -> Iterable[Database]:
    """Yield an empty gradebook."""
    database = open_database(tmp_path / "class.db", make=True)
    yield database
    database.close()


@pytest.fixture
def grade(tiny: Course, book: Database) -> Grade:
    """Return a function that enters a class and grades it on two lanes."""

    def enter_and_grade(
        found: Class, jobs: int = 2, on_progress: Callable[[Tally], None] = lambda tally: None, lost: int = 0
    ) -> Tally:
        with Lanes(settings_of(tiny.folder, tiny.kind, [CHAPTER], SECRET, None, POLICY), jobs) as lanes:
            lanes.require_ready()
            with book.write() as connection:
                intake.enter_class(connection, [*found.people, *found.handed_in, *found.refused], tiny.chapters)
                queued = runs.queue_class(connection, [CHAPTER], "test")
                connection.execute(update(tables.run).values(tries=lost))  # with lanes that were killed
            return grade_queued(book, lanes, queued, on_progress)

    return enter_and_grade


def scores_of(book: Database) -> dict[str, Score]:
    """Return the scores by student."""
    with book.read() as connection:
        return {score.student: score for score in read_scores(connection)}


def cards_of(book: Database) -> dict[str, dict[str, Any]]:
    """Return the card that counts for each student, without times."""
    from grader.gradebook.scores import read_cards

    with book.read() as connection:
        return {s.student: timeless(card) for s, card in read_cards(connection, read_scores(connection)) if card}


def timeless(card: dict[str, Any]) -> dict[str, Any]:
    """Return a card without what differs between two runs of the same.

    Those are times, where a runaway was when it was stopped, and which layers beyond the level there were.
    """
    card["run"] |= {"graded_at": None, "duration_s": None}
    card["run"]["isolation"]["features"] = None
    for task in card["tasks"]:
        for check in task["checks"]:
            check["duration_s"] = None
            if check["code"] == "TIMEOUT":
                check |= {"where": None, "message": check["message"].partition(" (line ")[0]}
    return card


def differences_of(one: Any, other: Any, where: str) -> list[str]:
    """Return where two pieces of plain data differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        return [d for key in sorted(keys) for d in differences_of(one.get(key), other.get(key), f"{where}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences_of(a, b, f"{where}.{i}")]
    return [] if one == other else [f"{where}: {repr(one)[:200]} and {repr(other)[:200]}"]
