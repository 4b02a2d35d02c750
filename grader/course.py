"""Courses: chapters, tasks and misconceptions as their TOML files say, and where the course in use is found.

A course is a folder with ``course.toml`` and one folder a chapter. It is either a checkout's ``solutions/`` or the
pack that an installed grader carries, which holds stubs where a checkout holds solutions. Chapters are named by their
folders, so nothing of a chapter is read until it is asked for.
"""

import hashlib
import json
import keyword
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from grader.errors import CourseError, Table, UsageError, did_you_mean, read_author_text
from grader.quiz import Question, parse_questions, questions_as_json, reveal_questions

Kind = Literal["checkout", "pack"]

COURSE_VARIABLE = "MICROGRADE_COURSE"
"""Environment variable that names a course's folder and so decides which course is used."""

PACK = Path(__file__).parent / "pack"
"""Where the wheel carries its course."""

HIDDEN_ANSWERS = "quiz.answers"
"""The pack's file with the questions and their answers, out of plain sight only."""

ACCURACY_FILE = "accuracy.json"
"""The file beside the checks that says how often they were right when the course was audited."""

FUNCTION_POINTS, QUIZ_POINTS = 90, 10
"""What a chapter's tasks and its quiz are worth, unless course.toml gives chapters another total."""

CPU_SECONDS = 2.0
"""CPU seconds that one call into a submission may take where neither course nor chapter says otherwise."""

_FOLDER = re.compile(r"chapter([0-9]{2})_([a-z][a-z0-9_]*)")
_SECTION = re.compile(r"[0-9]+(\.[0-9]+)*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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


@dataclass(frozen=True)
class Course:
    """A course: what its course.toml says and the names of its chapters; the chapters are read when asked for.

    Attributes:
        names: the chapters' folder names, in order.
        points: what each chapter is worth, if course.toml says so; None for 90 and 10.
    """

    title: str
    version: str
    folder: Path
    names: tuple[str, ...]
    kind: Kind
    points: int | None = None
    cpu_seconds: float = CPU_SECONDS

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """All chapters, read when first asked for."""
        return tuple(self._load(name) for name in self.names)

    def chapter(self, text: str) -> Chapter:
        """Return the chapter called ``chapter4``, ``4``, ``chapter04``, ``backward_pass`` or by its folder's name.

        Case is ignored. Raises UsageError if there is none, with the names that are close.
        """
        wanted = text.strip().lower().replace("-", "_")
        for name in self.names:
            if _fits(name, wanted):
                return self._load(name)
        raise UsageError(f"No such chapter {_shown(text)}.{self._close(wanted)} {self._chapters_there_are()}")

    def select(self, names: Sequence[str]) -> tuple[Chapter, ...]:
        """Return the chapters with these names, each once and in the order given; ``all`` stands for every one."""
        chosen: dict[str, Chapter] = {}
        for text in names:
            every = text.strip().lower() == "all"
            for chapter in self.chapters if every else (self.chapter(text),):
                chosen.setdefault(chapter.name, chapter)
        if not chosen:
            raise UsageError(f"No chapter was named. {self._chapters_there_are()}")
        return tuple(chosen.values())

    def _load(self, name: str) -> Chapter:
        return load_chapter(self.folder / name, self.kind, points=self.points, cpu_seconds=self.cpu_seconds)

    def _close(self, wanted: str) -> str:
        if re.fullmatch(r"(chapter_?)?[0-9]*", wanted):  # one digit away from every chapter: no help
            return ""
        modules = [_split(name)[1] for name in self.names]
        return did_you_mean(wanted, [*modules, *self.names, *(f"chapter{_split(name)[0]}" for name in self.names)])

    def _chapters_there_are(self) -> str:
        names = [f"chapter{number} ({module})" for number, module in map(_split, self.names)]
        return f"The course has {', '.join(names)}."


def load_course(folder: Path, kind: Kind = "checkout") -> Course:
    """Return the course in a folder; raises CourseError if course.toml or a chapter folder's name is wrong."""
    table = Table.parse(read_author_text(folder / "course.toml", "course.toml"), "course.toml")
    table.only("format", "title", "version", "points", "cpu_seconds")
    return Course(
        title=table.text("title"),
        version=table.text("version"),
        folder=folder,
        names=_chapter_names(folder),
        kind=kind,
        points=table.whole("points") if table.has("points") else None,
        cpu_seconds=_positive(table, "cpu_seconds", CPU_SECONDS),
    )


def find_course(start: Path | None = None, pack: Path | None = None) -> Course:
    """Return the course in use; raises UsageError with every place that was looked in if there is none.

    The first of these that is there:

    1. the folder that the variable MICROGRADE_COURSE names;
    2. ``solutions/`` in ``start`` or a folder above it;
    3. ``solutions/`` beside this package, which is then a checkout's own;
    4. the installed pack, or ``pack`` instead of it.

    Args:
        start: give it only where the person is the course's author. Checks run in the grader's own process, so grading
            must not pick up a ``solutions/`` that somebody's submission brought along.
        pack: another place for the pack.
    """
    named = os.environ.get(COURSE_VARIABLE)
    if named:
        return _named_course(Path(named))
    package = Path(__file__).resolve().parent
    above = [] if start is None else [folder / "solutions" for folder in (start.resolve(), *start.resolve().parents)]
    looked_in = [*above, package.parent / "solutions", pack or PACK]
    for folder in looked_in:
        if (folder / "course.toml").is_file():
            return load_course(folder, "pack" if folder == looked_in[-1] else "checkout")
    places = "\n".join(f"  {folder}" for folder in looked_in)
    raise UsageError(
        f"No course found. I looked for course.toml in\n{places}\nInstall micrograde again, or run this in a checkout."
    )


def _named_course(folder: Path) -> Course:
    if not (folder / "course.toml").is_file():
        raise UsageError(f"{COURSE_VARIABLE} names {folder}, which holds no course.toml: correct it or unset it.")
    is_pack = any(folder.glob(f"chapter*/{HIDDEN_ANSWERS}"))
    return load_course(folder, "pack" if is_pack else "checkout")


def load_chapter(
    folder: Path, kind: Kind = "checkout", *, points: int | None = None, cpu_seconds: float = CPU_SECONDS
) -> Chapter:
    """Return the chapter in a folder; raises CourseError for the first mistake in its chapter.toml or files missing.

    Args:
        folder: the chapter's folder.
        kind: what the course is.
        points: what the chapter must be worth in all; None for 90 points of tasks and 10 of the quiz.
        cpu_seconds: the course's CPU seconds of one call, where the chapter says nothing.
    """
    where = f"chapter.toml of {folder.name}"
    number, module = _split(folder.name)
    table = Table.parse(read_author_text(folder / "chapter.toml", where), where)
    table.only("format", "title", "module", "cpu_seconds", "quiz", "task", "misconceptions")
    seconds = _positive(table, "cpu_seconds", cpu_seconds)
    chapter = Chapter(
        name=folder.name,
        number=number,
        title=table.text("title"),
        module=table.text("module"),
        folder=folder,
        kind=kind,
        tasks=tuple(_task(row, seconds) for row in table.tables("task")),
        misconceptions=tuple(_misconceptions(table.table("misconceptions"), where)),
        quiz=_quiz(table.table("quiz")) if table.has("quiz") else None,
        cpu_seconds=seconds,
    )
    if chapter.module != module:
        raise CourseError(f'{where}: module is {chapter.module!r}, not as the folder says: write module = "{module}".')
    _refuse_twins(where, "task", (task.name for task in chapter.tasks))
    _require_points(chapter, points, where)
    _require_files(chapter)
    return chapter


def _task(table: Table, cpu_seconds: float) -> Task:
    table.only(
        "name", "points", "title", "hint", "lesson", "takes", "returns", "opaque", "collect", "kind", "cpu_seconds", "formula"
    )  # fmt: skip
    task = Task(
        name=table.text("name"),
        points=table.whole("points"),
        title=table.text("title"),
        hint=table.text("hint"),
        lesson=_section(table),
        takes=table.words("takes"),
        returns=table.words("returns"),
        opaque=table.words("opaque"),
        collect=table.flag("collect", False),
        kind=table.one_of("kind", ("function", "class"), "function"),
        cpu_seconds=_positive(table, "cpu_seconds", cpu_seconds),
        formulas=tuple(_formula(row) for row in table.tables("formula")) if table.has("formula") else (),
    )
    if task.name == "quiz":
        raise CourseError(f"{table.where}: name is that of the quiz: give the function another name.")
    for key, names in (("name", (task.name,)), ("takes", task.takes), ("returns", task.returns)):
        for name in names:
            if not name.isidentifier() or keyword.iskeyword(name) or (key == "returns" and name.startswith("_")):
                raise CourseError(f"{table.where}: {key} has {name!r}, which is no name in Python: correct it.")
    for name in task.opaque:
        if name not in task.returns:
            close = did_you_mean(name, task.returns)
            raise CourseError(f"{table.where}: opaque names {name!r}, which is not in returns: correct it.{close}")
    if task.kind == "class" and (task.returns or task.collect):
        raise CourseError(f"{table.where}: a class has no returns and no collect: take them out.")
    if task.collect and task.returns:
        raise CourseError(f"{table.where}: collect is for one result and returns for several: take one of them out.")
    return task


def _formula(table: Table) -> DeclaredFormula:
    table.only("key", "function", "variables", "with_respect_to")
    formula = DeclaredFormula(
        key=table.text("key", ""),
        function=table.text("function"),
        variables=table.words("variables") or ("x",),
        with_respect_to=table.text("with_respect_to", ""),
    )
    if formula.with_respect_to and formula.with_respect_to not in formula.variables:
        raise CourseError(f"{table.where}: with_respect_to is {formula.with_respect_to!r}, which is not in variables.")
    return formula


def _misconceptions(table: Table, where: str) -> Iterable[Misconception]:
    for id in table.values:
        row = table.table(id, f"{where}: [misconceptions.{id}]")
        row.only("title", "hint", "lesson")
        if not _ID.fullmatch(id):
            raise CourseError(f"{row.where}: the id must be small letters with dashes, such as db-not-summed.")
        yield Misconception(id, row.text("title"), row.text("hint"), _section(row))


def _quiz(table: Table) -> Quiz:
    table.only("points", "title")
    return Quiz(table.text("title", "Quiz"), table.whole("points"))


def _section(table: Table) -> str:
    section = table.text("lesson")
    if not _SECTION.fullmatch(section):
        raise CourseError(f'{table.where}: lesson is {section!r}; write the number of a section, such as "4.3".')
    return section


def _positive(table: Table, key: str, default: float) -> float:
    seconds = table.number(key, default)
    if seconds == 0:
        raise CourseError(f"{table.where}: {key} is 0; write a number of seconds above 0.")
    return seconds


def _refuse_twins(where: str, what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CourseError(f"{where}: two of {what} are called {name!r}: rename or remove one.")
        seen.add(name)


def _require_points(chapter: Chapter, total: int | None, where: str) -> None:
    if total is not None:
        if chapter.max_points != total:
            found = chapter.max_points
            raise CourseError(
                f"{where}: tasks and quiz add up to {found} points; make them the {total} of course.toml."
            )
        return
    in_tasks = sum(task.points for task in chapter.tasks)
    if in_tasks != FUNCTION_POINTS:
        raise CourseError(f"{where}: the tasks' points add up to {in_tasks}; make them {FUNCTION_POINTS}.")
    if chapter.quiz is None or chapter.quiz.points != QUIZ_POINTS:
        raise CourseError(f"{where}: the quiz must be worth {QUIZ_POINTS}: write points = {QUIZ_POINTS} below [quiz].")


def _require_files(chapter: Chapter) -> None:
    files = ["README.md", "checks.py", chapter.file_name]
    if chapter.quiz is not None:
        files += ["quiz.toml"] + ([HIDDEN_ANSWERS] if chapter.kind == "pack" else [])
    for file in files:
        if not (chapter.folder / file).is_file():
            raise CourseError(f"{file} of {chapter.name} is missing: write {chapter.folder / file}.")


def _chapter_names(folder: Path) -> tuple[str, ...]:
    names = sorted(path.name for path in folder.glob("chapter*") if path.is_dir())
    if not names:
        raise CourseError(
            f"course.toml: no chapter stands beside it: add a folder such as {folder / 'chapter01_name'}."
        )
    _refuse_twins("course.toml", "the chapters beside it", (f"chapter{_split(name)[0]}" for name in names))
    _refuse_twins("course.toml", "the chapters' modules", (_split(name)[1] for name in names))
    return tuple(names)


def _split(name: str) -> tuple[int, str]:
    match = _FOLDER.fullmatch(name)
    if match is None:
        raise CourseError(f"course.toml: the folder {name} beside it has a wrong name: write one like chapter01_name.")
    return int(match[1]), match[2]


def _fits(name: str, wanted: str) -> bool:
    number, module = _split(name)
    if wanted in (name, module):
        return True
    digits = re.fullmatch(r"(?:chapter[ _]?)?([0-9]{1,9})", wanted)
    return digits is not None and int(digits[1]) == number


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
