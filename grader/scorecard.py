"""The scorecard, format 1: the facts of one submission graded by one chapter, which every report is a view of.

Totals and statuses are derived from the rows, never stored beside them, so that a card cannot contradict itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from grader.errors import UsageError

CardStatus = Literal["graded", "ungradable", "grader_error"]
TaskStatus = Literal["passed", "partial", "wrong", "todo", "error", "not_run"]
CheckStatus = Literal["passed", "wrong", "todo", "error", "timeout", "blocked", "not_run"]

CODES: Mapping[str, frozenset[str | None]] = {
    "passed": frozenset({None}),
    "todo": frozenset({"NOT_WRITTEN"}),
    "wrong": frozenset(
        {
            "WRONG_VALUE",
            "WRONG_SHAPE",
            "WRONG_TYPE",
            "NOT_FINITE",
            "MUTATED_INPUT",
            "NOT_REPEATABLE",
            "WARNED",
            "REFUSED",
        }
    ),
    "error": frozenset({"EXCEPTION", "EXIT", "CRASH", "MEMORY", "FORBIDDEN", "NOT_WRITTEN", "GRADER"}),
    "timeout": frozenset({"TIMEOUT"}),
    "blocked": frozenset({"BLOCKED"}),
    "not_run": frozenset({None}),
}
"""The codes that each status of a check may carry."""

EXIT_STATUS_UNGRADABLE, EXIT_STATUS_GRADER_ERROR = 3, 4

LONGEST_OUTPUT = 4096
"""Bytes that are kept of what a student's code printed."""


@dataclass(frozen=True)
class GraderInfo:
    """What graded."""

    version: str
    python: str
    numpy: str
    platform: str


@dataclass(frozen=True)
class CourseInfo:
    """The course that the chapter belongs to."""

    title: str
    version: str


@dataclass(frozen=True)
class FileInfo:
    """A file of a submission as it was read: name, SHA-256 in hexadecimal, size in bytes."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class SubmissionInfo:
    """What was handed in, and by whom and when if that is known; times as in ``Run``."""

    student: str | None = None
    files: tuple[FileInfo, ...] = ()
    submitted_at: str | None = None


@dataclass(frozen=True)
class Isolation:
    """How far the worker was confined: "kernel", "process", or None if no worker was started."""

    level: str | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """When and how it ran: UTC as ``2026-11-20T12:00:00Z``, seconds, and the seed unless a secret was used."""

    graded_at: str
    duration_s: float
    seed: int | None = None
    isolation: Isolation = Isolation()


@dataclass(frozen=True)
class Where:
    """A place in a submission; the line counts from 1 and is None if the whole file is meant."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Reason:
    """Why a card is not graded."""

    code: str
    message: str
    where: Where | None = None


@dataclass(frozen=True)
class MisconceptionInfo:
    """The misconception that explains a wrong value."""

    id: str
    title: str


@dataclass(frozen=True)
class CheckResult:
    """One check's row. Raises ValueError if its points or code do not fit its status.

    Attributes:
        points: ``max_points`` if passed, else 0; None on a card that is a grader_error.
        code: see CODES; None for passed and not_run.
    """

    name: str
    title: str
    status: CheckStatus
    points: int | None
    max_points: int
    code: str | None = None
    message: str | None = None
    where: Where | None = None
    misconception: MisconceptionInfo | None = None
    hint: str | None = None
    output: str | None = None
    duration_s: float | None = None

    def __post_init__(self) -> None:
        earned = self.max_points if self.status == "passed" else 0
        if self.points not in (None, earned):
            raise ValueError(f"check {self.name!r} is {self.status} and has {self.points} points, not {earned}")
        if self.code not in CODES[self.status]:
            raise ValueError(f"check {self.name!r} is {self.status} and has the code {self.code!r}")

    @classmethod
    def ended(cls, name: str, title: str, status: CheckStatus, max_points: int, **fields: Any) -> "CheckResult":
        """Return the row of a check that ended with a status: its points follow from that."""
        return cls(name, title, status, max_points if status == "passed" else 0, max_points, **fields)


@dataclass(frozen=True)
class TaskResult:
    """A task's row: its status and points follow from its checks'.

    Attributes:
        max_points: what the chapter says the task is worth, whatever ran.
        checks: a row for each declared check; empty only if the chapter's checks could not be collected.
    """

    name: str
    title: str
    max_points: int
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> int | None:
        """The sum of the checks' points; None if they have none."""
        earned = [check.points for check in self.checks if check.points is not None]
        return sum(earned) if earned and len(earned) == len(self.checks) else None

    @property
    def status(self) -> TaskStatus:
        """What its checks add up to, by the first of these that holds.

        1. no check, or none that was reached: not_run
        2. a fault of ours (code GRADER): error
        3. all passed: passed; some passed: partial
        4. some wrong: wrong
        5. some ended with an error or a timeout: error
        6. some not written yet: todo; else not_run.
        """
        seen = {check.status for check in self.checks}
        if seen <= {"not_run"}:
            return "not_run"
        if any(check.code == "GRADER" for check in self.checks):
            return "error"
        if "passed" in seen:
            return "passed" if seen == {"passed"} else "partial"
        if "wrong" in seen:
            return "wrong"
        if seen & {"error", "timeout"}:
            return "error"
        return "todo" if "todo" in seen else "not_run"


@dataclass(frozen=True)
class Scorecard:
    """One submission graded by one chapter. Raises ValueError if its parts contradict each other.

    Attributes:
        chapter: name of the chapter's folder.
        checks_sha256: which checks graded it.
        status: "graded", "ungradable" (nothing to run) or "grader_error" (a fault of ours).
        reason: why it is not graded; None if it is.
        extra: what format 1 does not know.
    """

    grader: GraderInfo
    course: CourseInfo
    chapter: str
    checks_sha256: str
    submission: SubmissionInfo
    run: Run
    tasks: tuple[TaskResult, ...]
    status: CardStatus = "graded"
    reason: Reason | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for complaint in _contradictions(self):
            raise ValueError(f"scorecard of {self.chapter}: {complaint}")

    @property
    def points(self) -> int | None:
        """The sum of the tasks' points; None for a grader_error."""
        if self.status == "grader_error":
            return None
        return sum(task.points or 0 for task in self.tasks)

    @property
    def max_points(self) -> int:
        """The sum of what the chapter says its tasks are worth."""
        return sum(task.max_points for task in self.tasks)

    @property
    def exit_status(self) -> int:
        """What ``grade`` exits with: 0 full marks, 1 points missing, 3 ungradable, 4 a fault of the grader."""
        if self.status == "ungradable":
            return EXIT_STATUS_UNGRADABLE
        if self.status == "grader_error":
            return EXIT_STATUS_GRADER_ERROR
        return 0 if self.points == self.max_points else 1

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain data, keys in the format's order."""
        card: dict[str, Any] = {
            "format": 1,
            "grader": asdict(self.grader),
            "course": asdict(self.course),
            "chapter": self.chapter,
            "checks_sha256": self.checks_sha256,
            "submission": asdict(self.submission) | {"files": [asdict(file) for file in self.submission.files]},
            "run": asdict(self.run) | {"isolation": {"level": self.run.isolation.level}},
            "status": self.status,
            "reason": None if self.reason is None else asdict(self.reason),
            "points": self.points,
            "max_points": self.max_points,
            "tasks": [_task_as_dict(task) for task in self.tasks],
        }
        card["run"]["isolation"]["features"] = list(self.run.isolation.features)
        return card | ({"extra": dict(self.extra)} if self.extra else {})

    def to_json(self, indent: int | None = None) -> str:
        """Return the card as JSON in ASCII, which any console and any file takes: one line unless indented."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    @classmethod
    def from_dict(cls, card: Mapping[str, Any]) -> "Scorecard":
        """Return the card that plain data stands for; raises UsageError if it is not a scorecard of format 1."""
        try:
            made = _card_from_dict(card)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"This is not a scorecard of format 1: {_explain(error)}.") from None
        stored, derived = _totals(card), _totals(made.to_dict())
        if stored != derived:
            raise UsageError(f"This is not a scorecard of format 1: its totals are {stored}, its rows make {derived}.")
        return made


def load_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the scorecard."""
    from importlib.resources import files

    schema: dict[str, Any] = json.loads(files("grader").joinpath("scorecard.schema.json").read_text(encoding="utf-8"))
    return schema


def _contradictions(card: Scorecard) -> Iterable[str]:
    checks = [check for task in card.tasks for check in task.checks]
    if (card.status == "graded") != (card.reason is None):
        yield f"it is {card.status} and its reason is {card.reason}"
    if any((check.points is None) != (card.status == "grader_error") for check in checks):
        yield f"it is {card.status} and some checks have {'no ' * (card.status != 'grader_error')}points"
    if card.status == "ungradable" and any(check.status != "not_run" for check in checks):
        yield "it is ungradable and a check was run"
    if card.status == "graded" and any(check.code == "GRADER" for check in checks):
        yield "a check failed by a fault of the grader, so it cannot be graded"
    for task in card.tasks:
        declared = sum(check.max_points for check in task.checks)
        if declared != task.max_points and (task.checks or card.status == "graded"):
            yield f"task {task.name!r} is worth {task.max_points} points and its checks {declared}"


def _task_as_dict(task: TaskResult) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "status": task.status,
        "points": task.points,
        "max_points": task.max_points,
        "checks": [_check_as_dict(check) for check in task.checks],
    }


def _check_as_dict(check: CheckResult) -> dict[str, Any]:
    """Return what ``asdict`` does, which copies every value deeply: most of the time that a card takes."""
    where, misconception = check.where, check.misconception
    return vars(check) | {
        "where": None if where is None else dict(vars(where)),
        "misconception": None if misconception is None else dict(vars(misconception)),
    }


def _card_from_dict(card: Mapping[str, Any]) -> Scorecard:
    fields = dict(card)
    if fields.pop("format") != 1:
        raise ValueError("its format is not 1")
    for total in ("points", "max_points"):
        fields.pop(total)
    submission, run = dict(fields.pop("submission")), dict(fields.pop("run"))
    files = tuple(FileInfo(**file) for file in submission.pop("files"))
    isolation = run.pop("isolation")
    reason = fields.pop("reason")
    return Scorecard(
        grader=GraderInfo(**fields.pop("grader")),
        course=CourseInfo(**fields.pop("course")),
        submission=SubmissionInfo(files=files, **submission),
        run=Run(isolation=Isolation(isolation["level"], tuple(isolation["features"])), **run),
        reason=None if reason is None else Reason(**{**reason, "where": _where(reason["where"])}),
        tasks=tuple(_task_from_dict(task) for task in fields.pop("tasks")),
        **fields,
    )


def _task_from_dict(task: Mapping[str, Any]) -> TaskResult:
    fields = {key: value for key, value in task.items() if key not in ("status", "points")}
    return TaskResult(checks=tuple(_check_from_dict(check) for check in fields.pop("checks")), **fields)


def _check_from_dict(check: Mapping[str, Any]) -> CheckResult:
    named = check["misconception"]
    misconception = None if named is None else MisconceptionInfo(**named)
    return CheckResult(**{**check, "where": _where(check["where"]), "misconception": misconception})


def _where(where: Mapping[str, Any] | None) -> Where | None:
    return None if where is None else Where(**where)


def _totals(card: Mapping[str, Any]) -> list[Any]:
    tasks = [[task.get(key) for key in ("name", "status", "points", "max_points")] for task in card["tasks"]]
    return [card.get("points"), card.get("max_points"), *tasks]


def _explain(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)
