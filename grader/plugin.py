"""The pytest plugin: a chapter's checks and quiz questions are its items, and every run of them is one record.

The items are collected once and run again for every submission. pytest-json-report keeps the record; each item adds
what it found out under ROW, and nothing else of the record is ever shown to a student.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks import Check, CheckRandom
from grader.checks.reading import read_checks
from grader.course import Chapter
from grader.errors import CourseError
from grader.quiz import Judgement, Question
from grader.seeds import Source
from grader.student.proxy import CallSettings, Student, Watch
from grader.student.session import Session, WorkerFailed
from grader.verdict import STATUS_OF, CheckFailed, Ungradable

ROW = "micrograde"
Record = dict[str, Any]


@dataclass
class Attempt:
    """One submission against one chapter while its items run."""

    chapter: Chapter
    session: Session
    judgements: Mapping[str, Judgement]
    source: Source
    time_limit: float | None = None
    only: frozenset[str] | None = None
    in_order: bool = True
    unreadable: Ungradable | None = None
    until: str = "end"
    watch: Watch | None = None
    quiz_name: str = "quiz.toml"
    student: Student = field(init=False)
    passed: set[str] = field(default_factory=set)
    streams: dict[str, np.random.PCG64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.student = Student(self.session, {task.name: task for task in self.chapter.tasks}, self.watch)


@dataclass
class Finished:
    """What a run of one attempt leaves: pytest-json-report's record, or the reason or fault why nothing could be run."""

    attempt: Attempt
    record: Record | None
    reason: Ungradable | None
    seconds: float
    fault: WorkerFailed | None = None


CURRENT = pytest.StashKey[Attempt]()


class GraderPlugin:
    """Collects the checks of some chapters, then runs them for each attempt that comes."""

    def __init__(
        self, chapters: Iterable[Chapter], attempts: Iterable[Attempt], emit: Callable[[Finished, list[Item]], None]
    ) -> None:
        self.chapters = {chapter.checks_path.resolve(): chapter for chapter in chapters}
        self.attempts = attempts
        self.emit = emit
        self.broken: BaseException | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Define what other plugins ask of the terminal reporter, which is not loaded."""
        group = parser.getgroup("grader")
        group.addoption("--tb", dest="tbstyle", default="short")
        group.addoption("--verbose", dest="verbose", type=int, default=0)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Take the checks of the chapters asked for and no other file."""
        chapter = self.chapters.get(file_path.resolve())
        if chapter is None:
            return None
        collector = ChecksFile.from_parent(parent, path=file_path)
        collector.chapter = chapter
        return collector

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note the first chapter whose checks cannot be collected: the chapter itself is broken."""
        if report.failed and self.broken is None:
            self.broken = CourseError(report.longreprtext.strip())

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep an error that is not a check's for whoever asked for the run, and print nothing."""
        self.broken = self.broken or excinfo.value
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep Ctrl-C as well."""
        self.broken = self.broken or excinfo.value

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str]:
        """Return the outcome alone; there is no terminal to write to."""
        return report.outcome, "", ""

    def pytest_json_runtest_metadata(self, item: pytest.Item, call: pytest.CallInfo[None]) -> dict[str, Any]:
        """Put what an item found out into pytest-json-report's record."""
        return {ROW: item.row} if isinstance(item, Item) and call.when == "call" else {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Report on an item that was called, without setup and teardown: it has no fixtures, and each costs as much."""
        assert isinstance(item, Item)
        hook = item.config.hook  # the same as item.ihook, which looks for conftest.py files first
        report = hook.pytest_runtest_makereport(item=item, call=item.ended)
        del item.ended  # with the traceback, and what its frames hold
        hook.pytest_runtest_logreport(report=report)
        return True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the items of its chapter for each attempt."""
        items = [item for item in session.items if isinstance(item, Item)]
        if self.broken is not None:
            return True  # a chapter's checks are not all there: nothing can be graded rightly
        for attempt in self.attempts:
            mine = [item for item in items if item.chapter.name == attempt.chapter.name]
            self.emit(run_attempt(session, attempt, mine), mine)
        return True


def run_attempt(session: pytest.Session, attempt: Attempt, items: list[Item]) -> Finished:
    """Load one submission, run its chapter's items and return the record."""
    started = time.perf_counter()
    config = session.config
    config.stash[CURRENT] = attempt
    reporter: Any = config._json_report  # type: ignore[attr-defined]
    reporter._json_tests.clear()
    chosen = [item for item in items if attempt.only is None or {item.task, item.name} & attempt.only]
    try:
        if attempt.unreadable is not None:
            raise attempt.unreadable
        attempt.streams = {item.name: item.stream(attempt) for item in chosen if isinstance(item, CheckItem)}
        attempt.session.load()
        for ended in batches(chosen, attempt.until):
            for item in ended:
                config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    except Ungradable as reason:
        return Finished(attempt, None, reason, time.perf_counter() - started)
    except WorkerFailed as fault:
        return Finished(attempt, None, None, time.perf_counter() - started, fault)
    finally:
        attempt.session.close()
    reporter.pytest_sessionfinish(session=session)
    return Finished(attempt, reporter.report, None, time.perf_counter() - started)


def batches(items: Iterable[Item], until: str) -> Iterator[list[Item]]:
    """Call each item and yield them to be reported on: in a row, since pytest's own code leaves the caches in between.

    One that failed ends a batch: its traceback holds what the check was sent.
    """
    ended = []
    for item in items:
        item.ended = pytest.CallInfo.from_call(item.runtest, "call", (KeyboardInterrupt, pytest.exit.Exception))
        ended.append(item)
        if item.ended.excinfo is not None:
            yield ended
            ended = []
        if is_enough(until, item.row):
            break
    yield ended


def is_enough(until: str, row: Mapping[str, Any]) -> bool:
    """Return whether a run that goes on until "loss" or "name" ends with this row."""
    return row["status"] != "passed" and (until == "loss" or (until == "name" and row["misconception"] is not None))


class ChecksFile(pytest.File):
    """A chapter's checks.py as a collector."""

    chapter: Chapter

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each check, then one for each question of the quiz."""
        checks = read_checks(self.chapter)
        last = {check.task: check for check in checks}
        for check in checks:
            item = CheckItem.from_parent(self, name=check.name)
            item.chapter, item.check, item.task, item.points = self.chapter, check, check.task, check.points
            item.by_name = check.task if check is last[check.task] else ""
            yield item
        for question in self.chapter.questions:
            quiz_item = QuizItem.from_parent(self, name=question.id)
            quiz_item.chapter, quiz_item.question = self.chapter, question
            quiz_item.task, quiz_item.points = "quiz", question.points
            yield quiz_item

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message of an author's mistake without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, CourseError) else super().repr_failure(excinfo)


class Item(pytest.Item):
    """One row of the scorecard."""

    chapter: Chapter
    task: str
    points: int
    row: dict[str, Any]
    ended: pytest.CallInfo[None]

    @property
    def title(self) -> str:
        """What the student reads."""
        raise NotImplementedError

    def judge(self, attempt: Attempt) -> None:
        """Raise CheckFailed if the points are not earned."""
        raise NotImplementedError

    def declared(self) -> dict[str, Any]:
        """Return the row as it stands before anything was run."""
        return {
            "name": self.name, "title": self.title, "task": self.task, "status": "not_run", "points": 0,
            "max_points": self.points, "code": None, "message": None, "file": None, "line": None, "misconception": None,
            "misconception_title": None, "hint": None, "output": "", "duration_s": 0.0,
        }  # fmt: skip

    def runtest(self) -> None:
        """Judge, and note the outcome in the row."""
        attempt = self.config.stash[CURRENT]
        self.row = self.declared()
        started = time.perf_counter()
        try:
            self.judge(attempt)
            self.row |= {"status": "passed", "points": self.points}
            attempt.passed.add(self.name)
        except CheckFailed as failed:
            self.row |= self.failure(failed)
            raise
        except MemoryError:  # the session bounds what a check may use
            too_large = CheckFailed("MEMORY", "what your code returned is too large for this check")
            self.row |= self.failure(too_large)
            raise too_large from None
        except (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception) as error:
            message = f"the check itself failed: {type(error).__name__}: {error}"
            self.row |= {"status": "error", "code": "GRADER", "message": message}
            raise
        finally:
            self.row["duration_s"] = round(time.perf_counter() - started, 6)

    def failure(self, failed: CheckFailed) -> dict[str, Any]:
        """Return what a failure changes in the row."""
        status = failed.status or STATUS_OF[failed.code]
        return {
            "status": status, "code": failed.code, "message": failed.message, "line": failed.line,
            "misconception": failed.misconception, "misconception_title": failed.misconception_title, "hint": failed.hint,
        }  # fmt: skip

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return one line for a failed check, and the whole traceback for a check that is broken."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where pytest says this item is."""
        return self.path, None, self.name


class CheckItem(Item):
    """A check of one task; by_name is that task if this is its last check."""

    check: Check
    by_name: str

    @property
    def title(self) -> str:
        """The first line of the check's docstring."""
        return self.check.title

    def judge(self, attempt: Attempt) -> None:
        """Call the check with the student's module and its own stream of inputs."""
        missed = [name for name in self.check.after if name not in attempt.passed]
        if missed and attempt.in_order:
            raise CheckFailed("BLOCKED", "waits for an earlier check of this task")
        try:
            try:
                attempt.student._begin(self.settings(attempt))
                rng = CheckRandom(attempt.streams.pop(self.name))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of the checks' own lines: odd arguments are the student's doing
                    self.check.function(attempt.student, rng)
            finally:
                attempt.session.bounds.lift()  # what bounds a check must not end pytest's own work after it
        finally:
            self.row["output"] = attempt.session.printed()

    def stream(self, attempt: Attempt) -> np.random.PCG64:
        """Return what the check draws its inputs from: all are made in a row, while the code for it is in the caches."""
        return np.random.PCG64(attempt.source.number(self.chapter.name, self.name))

    def settings(self, attempt: Attempt) -> CallSettings:
        """Return how this check's calls are made."""
        check = self.check
        seconds = attempt.time_limit or check.cpu_seconds or self.chapter.task(check.task).cpu_seconds
        return CallSettings(seconds, check.repeat, check.no_warnings, self.by_name)

    def failure(self, failed: CheckFailed) -> dict[str, Any]:
        """Return what a failure changes in the row, with the misconception that its code stands for."""
        row = super().failure(failed)
        row["misconception"] = failed.misconception or self.check.blames.get(failed.code)
        return row


class QuizItem(Item):
    """A question of the quiz."""

    question: Question

    @property
    def title(self) -> str:
        """The question's first line."""
        return self.question.text.splitlines()[0]

    def judge(self, attempt: Attempt) -> None:
        """Look up what the student's answer is worth; a formula goes through the door for formulas."""
        judgement = attempt.judgements[self.question.id]
        if judgement.status == "formula":
            judge_formula(self.question, judgement.formula, attempt.source.number(self.chapter.name, self.name))
        elif judgement.status != "passed":
            self.row["file"] = attempt.quiz_name if judgement.line else None
            raise CheckFailed(judgement.code or "WRONG_VALUE", judgement.message, judgement.line, hint=judgement.hint)


def judge_formula(question: Question, answer: str, seed: int) -> None:
    """Raise CheckFailed unless a formula is equal to the question's."""
    from grader.checks.formulas import expect_formula  # SymPy takes longer to import than a chapter to grade
    from grader.symbolic import Formula

    expect_formula(answer, Formula(str(question.answer), question.variables), question.id, seed)
