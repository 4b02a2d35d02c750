"""Warm processes that grade answers side by side, one for each core."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any, Protocol, TypeVar

from grader.course import Chapter, Course, load_course
from grader.errors import GradeError
from grader.run import Job, Settings, grade
from grader.scorecard import Scorecard
from grader.student.connection import Launcher
from grader.student.launch import make_launcher, usable_cores

AUDIT_POLICY: dict[str, Any] = {"cpu_seconds": 120}
WAITING = 4  # errands that lie ready for each process, so that none waits for the next


class Errand(Protocol):
    """Something to find out about a chapter by grading."""

    @property
    def chapter_name(self) -> str:
        """The chapter's folder name."""

    @property
    def only(self) -> frozenset[str] | None:
        """The checks that are run, and tasks whose checks are run; None for all."""

    @property
    def key(self) -> str:
        """What the answer follows from, as a hash, but for the checks and the engine."""

    def jobs(self, chapter: Chapter, launcher: Launcher) -> Iterator[Job]:
        """Yield what has to be graded; each one is graded before the next is asked for."""

    def note(self, job: Job, card: Scorecard) -> None:
        """Take the scorecard of a job."""

    def answer(self) -> Any:
        """Return what was found out as plain data, when all jobs are done."""


E = TypeVar("E", bound=Errand)


@dataclass(frozen=True)
class _Failed:
    """What ended a process: an author's mistake, or a fault of ours."""

    error: BaseException


class Crew:
    """Processes that run errands, one on each core; a context that ends them."""

    def __init__(self, course: Course, chapters: Sequence[Chapter]) -> None:
        context = multiprocessing.get_context("spawn")
        self.requests: Queue[Any] = context.Queue()
        self.answers: Queue[Any] = context.Queue()
        names = [chapter.name for chapter in chapters]
        arguments = (course.folder, names, self.requests, self.answers)
        self.processes = [context.Process(target=work, args=arguments, daemon=True) for _ in range(usable_cores())]
        for process in self.processes:
            process.start()

    def run(self, errands: Iterable[E]) -> Iterator[tuple[E, Any]]:
        """Yield each errand with its answer, in the order in which they are done.

        Raises:
            GradeError: a chapter's own files are broken, or a process ended.
        """
        source = iter(errands)
        under_way: dict[int, E] = {}
        number = 0
        while True:
            while len(under_way) < WAITING * len(self.processes):
                errand = next(source, None)
                if errand is None:
                    break
                under_way[number] = errand
                self.requests.put((number, errand))
                number += 1
            if not under_way:
                return
            done, answer = self._next_answer()
            yield under_way.pop(done), answer

    def _next_answer(self) -> tuple[int, Any]:
        while True:
            try:
                number, answer = self.answers.get(timeout=1.0)
            except Empty:
                if not all(process.is_alive() for process in self.processes):
                    raise GradeError("A process of the audit ended before its work was done.") from None
                continue
            if isinstance(answer, _Failed):
                raise answer.error
            return number, answer

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: object, *exc: object) -> None:
        for process in self.processes:
            if kind is None:
                self.requests.put(None)
            else:
                process.terminate()
        for process in self.processes:
            process.join()
        for queue in (self.requests, self.answers):
            queue.cancel_join_thread()
            queue.close()


def work(folder: Path, names: list[str], requests: Queue[Any], answers: Queue[Any]) -> None:
    """Run errands until there are no more: what a process of the crew does."""
    try:
        course = load_course(folder)
        chapters = [course.chapter(name) for name in names]
        with make_launcher() as launcher:
            run_errands(course, chapters, launcher, iter(requests.get, None), lambda *done: answers.put(done))
    except BaseException as error:
        answers.put((-1, _Failed(error if isinstance(error, GradeError) else GradeError(repr(error)))))


def run_errands(
    course: Course, chapters: Sequence[Chapter], launcher: Launcher, numbered: Iterable[tuple[int, Errand]],
    on_answer: Callable[[int, Any], None],
) -> None:  # fmt: skip
    """Run errands one after the other in this process and hand each answer on."""
    current: list[Errand] = []
    by_name = {chapter.name: chapter for chapter in chapters}

    def jobs() -> Iterator[Job]:
        for number, errand in numbered:
            current[:] = [errand]
            yield from errand.jobs(by_name[errand.chapter_name], launcher)
            on_answer(number, errand.answer())

    grade(
        course, jobs(), launcher, Settings(policy=AUDIT_POLICY), lambda job, card: current[0].note(job, card), chapters
    )
