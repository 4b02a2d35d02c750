"""The scorecard of one run, made from pytest-json-report's record of it; here and nowhere else."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

import grader
from grader.course import Chapter, Course, Misconception
from grader.plugin import ROW, Finished, Item
from grader.scorecard import (
    LONGEST_OUTPUT,
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
)  # fmt: skip
from grader.text import clean_text
from grader.verdict import Ungradable

Row = Mapping[str, Any]
HINTED = frozenset({"wrong", "error", "timeout"})
RAN_LONG = (
    "What was the code doing when it was stopped: going round a loop that never ends, waiting, or taking numbers one by one "
    "that NumPy can take all at once?"
)


def make_scorecard(
    course: Course, finished: Finished, items: Iterable[Item], submission: SubmissionInfo, graded_at: str,
    extra: Mapping[str, Any],
) -> Scorecard:  # fmt: skip
    """Return the scorecard of one finished attempt, with a row for every declared item whatever happened.

    Args:
        course: the course in use.
        finished: the attempt with the record of its run.
        items: all items of its chapter, run or not.
        submission: what was handed in.
        graded_at: UTC, ``2026-11-20T12:00:00Z``.
        extra: what format 1 has no field for.
    """
    attempt = finished.attempt
    ran = rows_of(finished.record)
    rows = [ran.get(item.name, item.declared()) for item in items]
    fault = fault_reason(finished, rows)
    tasks = task_results(attempt.chapter, rows, attempt.session.submission.name)
    if fault is not None:
        tasks = tuple(without_points(task) for task in tasks)
    return Scorecard(
        grader=grader_info(),
        course=CourseInfo(course.title, course.version),
        chapter=attempt.chapter.name,
        checks_sha256=attempt.chapter.checks_sha256,
        submission=submission,
        run=Run(graded_at, round(finished.seconds, 3), attempt.source.seed, isolation_of(attempt.session.isolation)),
        tasks=tasks,
        status="grader_error" if fault else "ungradable" if finished.reason else "graded",
        extra=extra,
        reason=fault or reason_of(finished.reason, attempt.session.submission.name),
    )


def rows_of(record: Mapping[str, Any] | None) -> dict[str, Row]:
    """Return the rows that a record holds, by name."""
    tests = record["tests"] if record else []
    found = [test["metadata"][ROW] for test in tests if ROW in test.get("metadata", {})]
    return {row["name"]: row for row in found}


def task_results(chapter: Chapter, rows: Iterable[Row], file: str) -> tuple[TaskResult, ...]:
    """Return the rows gathered by task, in the chapter's order, the quiz last."""
    by_task: dict[str, list[CheckResult]] = {}
    for row in rows:
        by_task.setdefault(row["task"], []).append(check_result(chapter, row, file))
    results = [TaskResult(t.name, t.title, t.points, tuple(by_task.get(t.name, ()))) for t in chapter.tasks]
    if chapter.quiz is not None:
        results.append(TaskResult("quiz", chapter.quiz.title, chapter.quiz.points, tuple(by_task.get("quiz", ()))))
    return tuple(results)


def check_result(chapter: Chapter, row: Row, file: str) -> CheckResult:
    """Return one row of the scorecard; text from the student's side is cleaned."""
    misconception = next((m for m in chapter.misconceptions if m.id == row["misconception"]), None)
    title = misconception.title if misconception else row["misconception_title"]
    line = row["line"]
    return CheckResult.ended(
        row["name"],
        row["title"],
        row["status"],
        row["max_points"],
        code=row["code"],
        message=clean_text(row["message"]) if row["message"] else None,
        where=Where(row["file"] or file, line) if line else None,
        misconception=MisconceptionInfo(row["misconception"], title) if title else None,
        hint=hint_for(chapter, row, misconception),
        output=clean_text(row["output"], LONGEST_OUTPUT) or None,
        duration_s=row["duration_s"],
    )


def hint_for(chapter: Chapter, row: Row, misconception: Misconception | None) -> str | None:
    """Return the hint that fits best: of this failure, of the misconception, of running long, of the task."""
    if row["hint"]:
        return str(row["hint"])
    if misconception is not None:
        return f"{misconception.hint} (lesson {misconception.lesson})"
    if row["status"] not in HINTED or row["task"] == "quiz" or row["code"] == "GRADER":
        return None
    task = chapter.task(row["task"])
    return f"{RAN_LONG if row['code'] == 'TIMEOUT' else task.hint} (lesson {task.lesson})"


def without_points(task: TaskResult) -> TaskResult:
    """Return a task of a card that the grader itself spoilt."""
    return replace(task, checks=tuple(replace(check, points=None) for check in task.checks))


def fault_reason(finished: Finished, rows: Iterable[Row]) -> Reason | None:
    """Return why a card is not the submission's fault: no worker could run it, or a check is broken, which is named."""
    if finished.fault is not None:
        return Reason("GRADER", clean_text(finished.fault.message))
    broken = next((row for row in rows if row["code"] == "GRADER"), None)
    return Reason("GRADER", clean_text(f"{broken['name']}: {broken['message']}")) if broken else None


def reason_of(reason: Ungradable | None, file: str) -> Reason | None:
    """Return why nothing could be run."""
    if reason is None:
        return None
    return Reason(reason.code, clean_text(reason.message), Where(file, reason.line) if reason.line else None)


def isolation_of(report: Mapping[str, Any]) -> Isolation:
    """Return what a worker said of its confinement; nothing where none was started."""
    return Isolation(report["level"], tuple(report["features"])) if report else Isolation()


def grader_info() -> GraderInfo:
    """Return what graded."""
    python = ".".join(map(str, sys.version_info[:3]))
    return GraderInfo(grader.__version__, python, np.__version__, f"{platform.system()} {platform.machine()}")


def file_info(path: str, data: bytes) -> FileInfo:
    """Return what a card says of a file."""
    return FileInfo(path, hashlib.sha256(data).hexdigest(), len(data))
