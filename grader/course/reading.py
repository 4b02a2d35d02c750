"""Reads chapter.toml and says the first thing that is wrong with it, or with the files beside it."""

import keyword
import re
from collections.abc import Iterable
from pathlib import Path

from grader.course.chapter import (
    CPU_SECONDS,
    HIDDEN_ANSWERS,
    Chapter,
    DeclaredFormula,
    Kind,
    Misconception,
    Quiz,
    Task,
)
from grader.errors import CourseError, Table, did_you_mean, read_author_text

FUNCTION_POINTS, QUIZ_POINTS = 90, 10
"""What a chapter's tasks and its quiz are worth, unless course.toml gives chapters another total."""

_FOLDER = re.compile(r"chapter([0-9]{2})_([a-z][a-z0-9_]*)")
_SECTION = re.compile(r"[0-9]+(\.[0-9]+)*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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
    number, module = number_and_module(folder.name)
    table = Table.parse(read_author_text(folder / "chapter.toml", where), where)
    table.only("format", "title", "module", "cpu_seconds", "quiz", "task", "misconceptions")
    seconds = positive_seconds(table, "cpu_seconds", cpu_seconds)
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
    refuse_twins(where, "task", (task.name for task in chapter.tasks))
    _require_points(chapter, points, where)
    _require_files(chapter)
    return chapter


def number_and_module(name: str) -> tuple[int, str]:
    """Return the number and the module that a chapter's folder is named for; raises CourseError if it is not."""
    match = _FOLDER.fullmatch(name)
    if match is None:
        raise CourseError(f"course.toml: the folder {name} beside it has a wrong name: write one like chapter01_name.")
    return int(match[1]), match[2]


def positive_seconds(table: Table, key: str, default: float) -> float:
    """Return a number of seconds above 0; raises CourseError for 0."""
    seconds = table.number(key, default)
    if seconds == 0:
        raise CourseError(f"{table.where}: {key} is 0; write a number of seconds above 0.")
    return seconds


def refuse_twins(where: str, what: str, names: Iterable[str]) -> None:
    """Raise CourseError if a name is there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CourseError(f"{where}: two of {what} are called {name!r}: rename or remove one.")
        seen.add(name)


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
        cpu_seconds=positive_seconds(table, "cpu_seconds", cpu_seconds),
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
