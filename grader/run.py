"""Grades submissions: one pytest session for the chapters asked for, one scorecard for each job."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.course import Chapter, Course
from grader.errors import CourseError
from grader.quiz import Judgement, judge_quiz
from grader.scorecard import Scorecard, SubmissionInfo
from grader.seeds import Source
from grader.student.connection import Launcher
from grader.submission import LONGEST_NAME, Submission
from grader.text import clean_text
from grader.verdict import Ungradable

LOAD_SECONDS = 10.0  # CPU seconds that the top level of a submission may take
UNUSED_PLUGINS = (
    "python terminal debugging unittest capture skipping tmpdir monkeypatch recwarn pastebin nose assertion junitxml doctest "
    "cacheprovider setuponly setupplan stepwise unraisableexception threadexception warnings logging reports faulthandler "
    "subtests metadata pytest_metadata"
).split()
"""What grading needs nothing of. unraisableexception alone collects garbage for longer than the checks take."""


@dataclass(frozen=True)
class Job:
    """One submission to be graded against one chapter.

    Attributes:
        submission: what was read, or why nothing could be.
        quiz: the bytes of the quiz answers, None if there are none, or why they could not be read.
        only: names of checks, and of tasks whose checks are run; None runs all.
        in_order: whether a check waits for those it names; False runs every check, to see whether it fails by itself.
        until: what the run ends with: "end", "loss" (the first check that does not pass) or "name" (the first one that a
            misconception is named for).
        time_limit: CPU seconds of one call of this job, None for what holds for all.
        watch: told of every answer of the submission's; see grader.student.proxy.Watch.
        quiz_name: what the file with the quiz's answers is called.
    """

    chapter: Chapter
    submission: Submission | Ungradable
    quiz: bytes | Ungradable | None
    source: Source
    student: str | None = None
    submitted_at: str | None = None
    only: frozenset[str] | None = None
    in_order: bool = True
    until: str = "end"
    time_limit: float | None = None
    watch: Callable[..., None] | None = None
    quiz_name: str = "quiz.toml"


@dataclass(frozen=True)
class Settings:
    """What holds for all jobs of a run.

    Attributes:
        policy: how workers are confined (grader.worker.confine.Policy's fields).
        time_limit: CPU seconds of one call, None for the chapter's own.
        pytest_report: file for pytest-json-report's whole record, for a teacher.
    """

    policy: Mapping[str, Any] = field(default_factory=dict)
    time_limit: float | None = None
    pytest_report: Path | None = None


ACCURACY = ("right", "caught", "named", "mutants", "seeds")
"""What of an audit's figures a card holds: how many, of how many."""
Emit = Callable[[Job, Scorecard], None]


def grade(course: Course, jobs: Iterable[Job], launcher: Launcher, settings: Settings, emit: Emit,
          chapters: Sequence[Chapter]) -> None:  # fmt: skip
    """Grade each job as it comes and hand its scorecard to emit.

    Args:
        course: the course in use.
        jobs: submissions of the chapters; read one at a time.
        launcher: starts workers; started early, it imports NumPy while this process imports pytest.
        settings: what holds for all of them.
        emit: called with each job and its scorecard.
        chapters: every chapter that a job may be of; their checks are collected once.

    Raises:
        CourseError: a chapter's own files are broken.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the checks' arrays are small, and threads take time to start
    with contextlib.ExitStack() as stack:
        if any(asks_formulas(chapter) for chapter in chapters):
            from grader.symbolic.beside import formulas_beside

            stack.enter_context(formulas_beside())
        run_checks(course, jobs, launcher, settings, emit, chapters)


def run_checks(course: Course, jobs: Iterable[Job], launcher: Launcher, settings: Settings, emit: Emit,
               chapters: Sequence[Chapter]) -> None:  # fmt: skip
    """Do what grade says, in one pytest session."""
    import pytest  # a tenth of a second, spent while the launcher's process imports NumPy

    from grader.plugin import Attempt, Finished, GraderPlugin, Item
    from grader.record import file_info, make_scorecard
    from grader.student.session import Session

    current: list[tuple[Job, SubmissionInfo]] = []

    def attempts() -> Iterator[Attempt]:
        for job in jobs:
            read, reason = sorted_out(job)
            session = Session(launcher, read, job.chapter.module, settings.policy, LOAD_SECONDS)
            files = [] if reason else [file_info(read.name, read.source)]
            if isinstance(job.quiz, bytes):
                files.append(file_info(job.quiz_name, job.quiz))
            current[:] = [(job, SubmissionInfo(job.student, tuple(files), job.submitted_at))]
            yield Attempt(
                job.chapter, session, judgements(job), job.source, job.time_limit or settings.time_limit, job.only,
                job.in_order, reason, job.until, job.watch, job.quiz_name,
            )  # fmt: skip

    def finish(finished: Finished, items: list[Item]) -> None:
        job, info = current[0]
        if settings.pytest_report is not None:
            write_report(settings.pytest_report, finished)
        graded_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        emit(job, make_scorecard(course, finished, items, info, graded_at, extra_of(job)))

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the machine's plugins cost more than the grading
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    plugin = GraderPlugin(chapters, attempts(), finish)
    status = pytest.main(pytest_arguments(chapters), plugins=[plugin])
    if plugin.broken is not None:
        raise plugin.broken
    if status not in (0, 1):
        raise CourseError(f"pytest ended with status {int(status)} before everything was graded")


def asks_formulas(chapter: Chapter) -> bool:
    """Return whether a chapter's tasks answer in formulas, so that SymPy will be needed."""
    return any(task.formulas for task in chapter.tasks)


def sorted_out(job: Job) -> tuple[Submission, Ungradable | None]:
    """Return a job's submission, or an empty one and the reason why there is none."""
    if isinstance(job.submission, Submission):
        return job.submission, None
    return Submission(clean_text(job.submission.file or job.chapter.file_name, LONGEST_NAME), b""), job.submission


def extra_of(job: Job) -> dict[str, Any]:
    """Return what a card says beyond the format: which secret its inputs came from, how often its checks are right."""
    extra: dict[str, Any] = {"seed_id": job.source.secret_id} if job.source.secret_id else {}
    figures = job.chapter.accuracy
    if figures:
        extra["accuracy"] = {key: figures[key] for key in ACCURACY if key in figures}
    return extra


def require_isolation(launcher: Launcher, policy: Mapping[str, Any]) -> None:
    """Start a worker and end it again.

    Raises:
        UsageError: the policy asks for more than this system gives.
    """
    from grader.student.session import Session

    session = Session(launcher, Submission("probe.py", b""), "probe", policy, LOAD_SECONDS)
    try:
        session.load()
    finally:
        session.close()


def pytest_arguments(chapters: Sequence[Chapter]) -> list[str]:
    """Return pytest's command line: these checks, no configuration file, no plugin but ours and the record's.

    pytest looks at every entry of every folder from confcutdir down to the checks.
    """
    checks = [str(chapter.checks_path) for chapter in chapters]
    root = str(chapters[0].folder if len(chapters) == 1 else chapters[0].folder.parent)
    blocked = [argument for name in UNUSED_PLUGINS for argument in ("-p", f"no:{name}")]
    return [
        *checks, "-c", os.devnull, "--rootdir", root, "--confcutdir", root, "--noconftest",
        "-p", "pytest_jsonreport.plugin", "--json-report", "--json-report-file=none",
        "--json-report-omit", "log", "streams", "keywords", "collectors", "warnings", *blocked,
    ]  # fmt: skip


def judgements(job: Job) -> dict[str, Any]:
    """Return what the answers of a job's quiz are worth, by question."""
    questions = job.chapter.questions
    if isinstance(job.quiz, Ungradable):
        return {question.id: Judgement("wrong", "REFUSED", job.quiz.message) for question in questions}
    return dict(zip((q.id for q in questions), judge_quiz(job.quiz, questions, job.quiz_name), strict=True))


def write_report(path: Path, finished: Any) -> None:
    """Write pytest-json-report's record of one run; it holds sources of checks and is the teacher's alone."""
    record = finished.record or {"reason": str(finished.reason)}
    path.write_text(json.dumps(record, default=str, indent=2), encoding="utf-8")
