"""Labels: whose a file or folder is and which chapter it answers, as its name alone says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from grader.classroom.intake.platforms import PLATFORMS, Label
from grader.course import Chapter, Course
from grader.workspace import chapters_named

Kind = Literal["folder", "zip", "file"]

ARCHIVES = (".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".tgz", ".rar", ".7z", ".gz", ".xz")
"""Archives that are not read, whose names still say who handed them in."""

_UUID = re.compile(r"[ _-]?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_COPY = re.compile(r" *(\([0-9]{1,2}\)|- (copy|kopie))$", re.IGNORECASE)
_VERSION = re.compile(r"\(?[0-9]{1,2}\)?|v[0-9]{1,3}|copy|kopie|final|new|last", re.IGNORECASE)
_BETWEEN = " _-.+"


@dataclass(frozen=True, slots=True)
class Flat:
    """What the name of a file among other students' files says.

    Attributes:
        label: whose it is, None if no name stands in it.
        chapters: the chapters whose names fit; more than one are too many.
        is_python: it ends in ``.py``.
        is_quiz: it holds answers to a quiz.
    """

    label: Label | None
    chapters: tuple[Chapter, ...]
    is_python: bool
    is_quiz: bool


def label_folder(name: str, course: Course) -> Label:
    """Return whose a folder or clone is; ``chapter-1-xor-octocat`` is octocat's."""
    if label := _platform(name):
        return label
    bare = name.removesuffix(".git") or name
    for chapter in course.chapters:
        if match := re.match(rf"{_numbered(chapter)}([ _-]{_spelled(chapter)})?[ _-]+(?=.)", bare, re.IGNORECASE):
            bare = bare[match.end() :]
            break
    return Label(bare, (bare, name), bare, words=bare)


def label_zip(name: str, course: Course) -> Label | None:
    """Return whose a zip is, or another archive: what is left of its name without chapters and copies' numbers."""
    stem = next((name[: -len(end)] for end in (".zip", *ARCHIVES) if name.casefold().endswith(end)), name)
    if label := _platform(stem):
        return label
    found = _around(stem, _fitting(stem, course))
    return _label(_COPY.sub("", stem) if found is None else found)


def read_flat(name: str, course: Course) -> Flat:
    """Return what a file's name says where many students' files lie side by side."""
    label = _platform(name)
    stem, _, suffix = (label.rest if label else name).rpartition(".")
    is_quiz = suffix.casefold() == "toml"
    chapters = _fitting(stem, course)
    if label is None:
        label = _label(_around(stem, chapters, *(["quiz"] if is_quiz else [])))
    return Flat(label, chapters, suffix.casefold() == "py", is_quiz)


def _platform(name: str) -> Label | None:
    return next((label for known in PLATFORMS if (label := known(name))), None)


def _label(found: str | None) -> Label | None:
    return Label(found, (found,), found, words=found) if found else None


def _fitting(stem: str, course: Course) -> tuple[Chapter, ...]:
    """Return the chapters that a Python file of this stem fits."""
    return chapters_named(f"{stem}.py", course)[1]


def _numbered(chapter: Chapter) -> str:
    return rf"chapter[ _-]?0*{chapter.number}(?![0-9])"


def _spelled(chapter: Chapter) -> str:
    return re.escape(chapter.module).replace("_", "[ _-]")


def _around(stem: str, chapters: tuple[Chapter, ...], *words: str) -> str | None:
    """Return what is left of a stem without the chapters' names or these words, and without a copy's number after them.

    None if none of them stands in it.
    """
    names = [rf"{_numbered(chapter)}(?:[ _-]{_spelled(chapter)})?|{re.escape(chapter.module)}" for chapter in chapters]
    pattern = rf"(?<![a-z0-9])(?:{'|'.join([*names, *words])})(?![a-z0-9])"
    before, *after = re.split(pattern, _UUID.sub("", stem), flags=re.IGNORECASE) if names or words else [stem]
    rest = [word for piece in after for word in re.split(r"[ _\-.+]+", piece) if not _VERSION.fullmatch(word)]
    return "_".join(filter(None, [before.strip(_BETWEEN), *rest])) if after else None
