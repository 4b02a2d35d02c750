"""What a lane is given: a module of its own, since a lane needs nothing of the gradebook's library."""

from __future__ import annotations

from dataclasses import dataclass

from grader.submission import Submission
from grader.verdict import Ungradable


@dataclass(frozen=True)
class Work:
    """A run to be made: its number, and what it grades."""

    run: int
    chapter: str
    student: str
    module: Submission | Ungradable
    quiz: bytes | Ungradable | None
    submitted_at: str | None
