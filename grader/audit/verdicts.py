"""What became of an answer: the facts of a scorecard that an audit looks at, small enough to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.course import Chapter
from grader.scorecard import Scorecard


@dataclass(frozen=True)
class Failure:
    """A check that ran and did not pass; ``hint`` is the check's own, not one of chapter.toml."""

    task: str
    check: str
    status: str
    code: str | None
    message: str | None
    misconception: str | None
    hint: str | None

    @property
    def words(self) -> str:
        """The check, what it says and how it ended, in one line."""
        return f"{self.check} ({self.status}, {self.code}): {self.message}"


@dataclass(frozen=True)
class Verdict:
    """One grading of one answer.

    Attributes:
        problem: why it could not be graded, "" if it was.
        points: points earned, None where the grader failed.
        ran: the checks that were run, each with its task.
        failures: those of them that did not pass, in their order.
        seconds: for each task the longest time that one of its checks took.
    """

    problem: str
    points: int | None
    ran: Mapping[str, str]
    failures: tuple[Failure, ...]
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, card: Scorecard, chapter: Chapter) -> Verdict:
        """Return the facts of a scorecard; hints of chapter.toml, on which nothing depends, are left out."""
        known = (*(task.hint for task in chapter.tasks), *(known.hint for known in chapter.misconceptions))
        rows = [(task.name, check) for task in card.tasks for check in task.checks if check.status != "not_run"]
        failures = tuple(
            Failure(
                task, check.name, check.status, check.code, check.message,
                check.misconception.id if check.misconception else None,
                check.hint if check.hint and not check.hint.startswith(known) else None,
            )
            for task, check in rows
            if check.status != "passed"
        )  # fmt: skip
        seconds: dict[str, float] = {}
        for task, check in rows:
            seconds[task] = max(seconds.get(task, 0.0), check.duration_s or 0.0)
        problem = f"{card.status}: {card.reason.message}" if card.reason else ""
        return cls(problem, card.points, {check.name: task for task, check in rows}, failures, seconds)

    def of_task(self, task: str) -> tuple[Failure, ...]:
        """Return the failures of one task."""
        return tuple(failure for failure in self.failures if failure.task == task)

    def named(self, task: str) -> str | None:
        """Return the first misconception that is said of a task."""
        return next((failure.misconception for failure in self.of_task(task) if failure.misconception), None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Verdict:
        """Return the verdict that plain data stands for."""
        failures = tuple(Failure(**failure) for failure in facts["failures"])
        return cls(facts["problem"], facts["points"], facts["ran"], failures, facts["seconds"])
