"""``grade course check``: grades every specimen of a chapter and gathers what should not be so."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from grader.audit import ChapterAudit
from grader.audit.findings import findings
from grader.audit.lessons import lesson_findings
from grader.audit.specimens import Specimen, specimens, tasks_calling
from grader.course import Chapter, Course
from grader.run import Job, Settings, grade
from grader.scorecard import Scorecard
from grader.seeds import from_seed
from grader.student.launch import Launcher, make_launcher
from grader.submission import Submission

Progress = Callable[[int, int, str], None]


def audit_chapters(
    course: Course, chapters: Sequence[Chapter], seeds: int, on_progress: Progress
) -> list[ChapterAudit]:
    """Return the audit of each chapter; several are audited side by side, one process for each core.

    Args:
        course: the checkout's course.
        chapters: which of its chapters.
        seeds: how many different inputs every answer is graded on.
        on_progress: called with the number of answers done, of how many, and the chapter.
    """
    if len(chapters) == 1:
        return [audit_alone(course, chapters[0].name, seeds, on_progress)]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        pending = [pool.submit(audit_alone, course, chapter.name, seeds) for chapter in chapters]
        for done, _ in enumerate(as_completed(pending), start=1):
            on_progress(done, len(pending), "chapters")
        return [audit.result() for audit in pending]


def audit_alone(course: Course, name: str, seeds: int, on_progress: Progress = lambda *done: None) -> ChapterAudit:
    """Return the audit of one chapter in warm processes of its own."""
    with make_launcher() as launcher:
        return check_chapter(course, course.chapter(name), launcher, seeds, on_progress)


def check_chapter(
    course: Course, chapter: Chapter, launcher: Launcher, seeds: int, on_progress: Progress
) -> ChapterAudit:
    """Grade every specimen of a chapter with each seed and return what was found.

    Raises:
        CourseError: the chapter's files cannot be read as a chapter.
    """
    started = time.perf_counter()
    audit = ChapterAudit(chapter.name)
    found = list(specimens(chapter))
    solution = next(s.source for s in found if s.name == "solution")
    callers = tasks_calling(chapter, solution)
    failed_checks: set[str] = set()
    done = [0]
    by_source: dict[int, Specimen] = {}

    def jobs() -> Iterable[Job]:
        for seed in range(1, seeds + 1):
            for specimen in found:
                submission = Submission(chapter.file_name, specimen.source.encode())
                in_order = specimen.kind != "wrong"  # a check that waits for another must be seen to fail by itself
                job = Job(
                    chapter,
                    submission,
                    specimen.quiz.encode() or None,
                    from_seed(seed),
                    only=reach(specimen, callers),
                    in_order=in_order,
                )
                by_source[id(job)] = specimen
                yield job

    def judge(job: Job, card: Scorecard) -> None:
        specimen = by_source.pop(id(job))
        problems = list(findings(specimen, card))
        audit.findings += problems
        if specimen.kind == "wrong":
            failed_checks.update(
                c.name for task in card.tasks for c in task.checks if c.status not in ("passed", "not_run")
            )
        count(audit, specimen, card, problems)
        done[0] += 1
        on_progress(done[0], seeds * len(found), chapter.short_name)

    grade(course, jobs(), launcher, Settings(policy=AUDIT_POLICY), judge, [chapter])
    audit.findings += dead_checks(audit, failed_checks)
    audit.findings += lesson_findings(chapter)
    audit.seconds = round(time.perf_counter() - started, 2)
    return audit


AUDIT_POLICY: dict[str, Any] = {"cpu_seconds": 120}


def reach(specimen: Specimen, callers: dict[str, set[str]]) -> frozenset[str] | None:
    """Return the tasks that a wrong answer can have an effect on, None for all: the others are the solution's."""
    return frozenset(callers[specimen.task]) if specimen.kind == "wrong" else None


def count(audit: ChapterAudit, specimen: Specimen, card: Scorecard, problems: list[str]) -> None:
    """Add one graded specimen to the figures."""
    audit.tasks = len(card.tasks)
    audit.checks = sum(len(task.checks) for task in card.tasks)
    audit.check_names = [c.name for task in card.tasks if task.name != "quiz" for c in task.checks]
    if specimen.kind == "right":
        audit.variants += 1
        audit.variants_passing += not problems
    elif specimen.kind == "wrong":
        audit.misconceptions += 1
        task = next(task for task in card.tasks if task.name == specimen.task)
        audit.caught += task.points != task.max_points
        audit.named += any(c.misconception and c.misconception.id == specimen.misconception for c in task.checks)


def dead_checks(audit: ChapterAudit, failed: set[str]) -> list[str]:
    """Return a sentence for each check that no wrong answer fails."""
    dead = [name for name in audit.check_names if name not in failed]
    return [f"{name}: fails for no wrong answer of misconceptions.py" for name in dead]
