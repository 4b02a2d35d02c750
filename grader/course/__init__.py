"""Courses: chapters, tasks and misconceptions as their TOML files say, and where the course in use is found.

A course is a folder with ``course.toml`` and one folder a chapter. It is either a checkout's ``solutions/`` or the
pack that an installed grader carries, which holds stubs where a checkout holds solutions. Chapters are named by their
folders, so nothing of a chapter is read until it is asked for.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.course.chapter import (
    ACCURACY_FILE,
    CPU_SECONDS,
    HIDDEN_ANSWERS,
    Chapter,
    DeclaredFormula,
    Kind,
    Misconception,
    Task,
)
from grader.course.reading import load_chapter, number_and_module, positive_seconds, refuse_twins
from grader.errors import CourseError, Table, UsageError, did_you_mean, read_author_text

__all__ = [
    "ACCURACY_FILE", "COURSE_VARIABLE", "HIDDEN_ANSWERS", "PACK", "Chapter", "Course", "DeclaredFormula", "Misconception",
    "Task", "find_course", "load_chapter", "load_course",
]  # fmt: skip

COURSE_VARIABLE = "MICROGRADE_COURSE"
"""Environment variable that names a course's folder and so decides which course is used."""

PACK = Path(__file__).parents[1] / "pack"
"""Where the wheel carries its course."""


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
        modules = [number_and_module(name)[1] for name in self.names]
        return did_you_mean(
            wanted, [*modules, *self.names, *(f"chapter{number_and_module(name)[0]}" for name in self.names)]
        )

    def _chapters_there_are(self) -> str:
        names = [f"chapter{number} ({module})" for number, module in map(number_and_module, self.names)]
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
        cpu_seconds=positive_seconds(table, "cpu_seconds", CPU_SECONDS),
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
    package = Path(__file__).resolve().parents[1]
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


def _chapter_names(folder: Path) -> tuple[str, ...]:
    names = sorted(path.name for path in folder.glob("chapter*") if path.is_dir())
    if not names:
        raise CourseError(
            f"course.toml: no chapter stands beside it: add a folder such as {folder / 'chapter01_name'}."
        )
    refuse_twins("course.toml", "the chapters beside it", (f"chapter{number_and_module(name)[0]}" for name in names))
    refuse_twins("course.toml", "the chapters' modules", (number_and_module(name)[1] for name in names))
    return tuple(names)


def _fits(name: str, wanted: str) -> bool:
    number, module = number_and_module(name)
    if wanted in (name, module):
        return True
    digits = re.fullmatch(r"(?:chapter[ _]?)?([0-9]{1,9})", wanted)
    return digits is not None and int(digits[1]) == number


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
