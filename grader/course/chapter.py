"""A chapter as its files say: tasks, misconceptions, quiz, and where each file is."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from grader.errors import CourseError, UsageError, did_you_mean, read_author_text
from grader.quiz import Question, parse_questions, questions_as_json, reveal_questions

Kind = Literal["checkout", "pack"]

HIDDEN_ANSWERS = "quiz.answers"
"""The pack's file with the questions and their answers, out of plain sight only."""

ACCURACY_FILE = "accuracy.json"
"""The file beside the checks that says how often they were right when the course was audited."""

CPU_SECONDS = 2.0
"""CPU seconds that one call into a submission may take where neither course nor chapter says otherwise."""


@dataclass(frozen=True)
class Misconception:
    """A named wrong answer: the idea behind it, as the student reads it, and where the lesson sets it right."""

    id: str
    title: str
    hint: str
    lesson: str


@dataclass(frozen=True)
class DeclaredFormula:
    """A formula that a task asks for, told by the function it comes from; no answer is stored.

    Attributes:
        key: its key in the dict that the task returns, "" if the task returns the formula itself.
        function: what the formula is, or is the derivative of, in Python's syntax.
        variables: the names that an answer may use.
        with_respect_to: the variable to derive by, "" if the function itself is asked for.
    """

    key: str
    function: str
    variables: tuple[str, ...]
    with_respect_to: str


@dataclass(frozen=True)
class Task:
    """A function or class that the student fills in.

    Attributes:
        takes: names of the parameters, in order; a task's last check calls it by them.
        returns: names of several results, in order; empty for a task with one result.
        opaque: those of ``returns`` that stay in the student's process and are only handed back.
        collect: the result is an iterable and is passed through ``list``.
        kind: "function" or "class".
        cpu_seconds: CPU seconds of one call.
        formulas: what it answers in formulas.
    """

    name: str
    points: int
    title: str
    hint: str
    lesson: str
    takes: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    collect: bool = False
    kind: str = "function"
    cpu_seconds: float = CPU_SECONDS
    formulas: tuple[DeclaredFormula, ...] = ()


@dataclass(frozen=True)
class Quiz:
    """What a chapter's quiz is called and worth; its questions are ``Chapter.questions``."""

    title: str
    points: int


@dataclass(frozen=True)
class Chapter:
    """One chapter: what its chapter.toml says, and where its files are.

    Attributes:
        name: name of its folder, ``chapter04_backward_pass``.
        number: 4.
        module: name of the module a student fills in, ``backward_pass``.
        folder: where its files are.
        kind: "checkout" or "pack".
        quiz: None if the chapter has none.
    """

    name: str
    number: int
    title: str
    module: str
    folder: Path
    kind: Kind
    tasks: tuple[Task, ...]
    misconceptions: tuple[Misconception, ...]
    quiz: Quiz | None
    cpu_seconds: float

    @property
    def short_name(self) -> str:
        """The name to type: ``chapter4``."""
        return f"chapter{self.number}"

    @property
    def file_name(self) -> str:
        """The name of the student's file: ``backward_pass.py``."""
        return f"{self.module}.py"

    @property
    def max_points(self) -> int:
        """The points of all tasks and the quiz."""
        return sum(task.points for task in self.tasks) + (self.quiz.points if self.quiz else 0)

    @property
    def lesson_path(self) -> Path:
        """The lesson."""
        return self.folder / "README.md"

    @property
    def checks_path(self) -> Path:
        """The hidden checks."""
        return self.folder / "checks.py"

    @property
    def solution_path(self) -> Path:
        """The solution; raises UsageError for a pack, which holds none."""
        if self.kind == "pack":
            raise UsageError("The installed course holds no solutions: run this in a checkout of the course.")
        return self.folder / self.file_name

    @property
    def stub_path(self) -> Path:
        """The stub as a pack holds it; raises UsageError for a checkout, where it is made from the solution."""
        if self.kind == "checkout":
            raise UsageError("A checkout holds solutions: stubs are made from them by `grade course release`.")
        return self.folder / self.file_name

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The quiz's questions with their answers and points, read when first asked for; none without a quiz."""
        if self.quiz is None:
            return ()
        if self.kind == "pack":
            return reveal_questions(self._text(HIDDEN_ANSWERS), self._where(HIDDEN_ANSWERS))
        return parse_questions(self._text("quiz.toml"), self._where("quiz.toml"), self.quiz.points)

    @cached_property
    def checks_sha256(self) -> str:
        """The SHA-256 of what decides a score: checks, chapter.toml, quiz answers. The same in checkout and pack."""
        digest = hashlib.sha256()
        for text in (self._text("checks.py"), self._text("chapter.toml"), questions_as_json(self.questions)):
            part = text.encode()
            digest.update(b"%d:" % len(part) + part)
        return digest.hexdigest()

    @cached_property
    def accuracy(self) -> dict[str, Any]:
        """What an audit found out about these very checks, by the figures' names; nothing if they were changed since."""
        try:
            figures = json.loads((self.folder / ACCURACY_FILE).read_bytes())
            return dict(figures) if figures["checks_sha256"] == self.checks_sha256 else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def task(self, name: str) -> Task:
        """Return the task of this name; raises CourseError, for only a chapter's own files ask for one."""
        for task in self.tasks:
            if task.name == name:
                return task
        close = did_you_mean(name, (task.name for task in self.tasks))
        raise CourseError(f"{self._where('chapter.toml')} has no task {name!r}: add it or correct the name.{close}")

    def misconception(self, id: str) -> Misconception:
        """Return the misconception with this id; raises CourseError, for only a chapter's own files ask for one."""
        for misconception in self.misconceptions:
            if misconception.id == id:
                return misconception
        close = did_you_mean(id, (known.id for known in self.misconceptions))
        where = self._where("chapter.toml")
        raise CourseError(f"{where} has no [misconceptions.{id}]: add it or correct the name.{close}")

    def _where(self, file: str) -> str:
        return f"{file} of {self.name}"

    def _text(self, file: str) -> str:
        return read_author_text(self.folder / file, self._where(file))
