"""A student's folder: where the exercises are, which file answers a chapter, where scorecards go."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course import Chapter, Course
from grader.errors import UsageError
from grader.submission import Submission, read_plain_file, read_submission
from grader.verdict import Ungradable

MAX_FILES = 5000  # entries looked at when a module is searched in a folder
MAX_DEPTH = 6
JUNK = frozenset(
    {"__pycache__", "__MACOSX", ".git", ".ipynb_checkpoints", "venv", ".venv", "env", "site-packages", "node_modules"}
)
QUIZ_BYTES = 256 * 1024


@dataclass(frozen=True)
class Workspace:
    """The folder that holds ``exercises/`` and gets ``scorecards/``."""

    folder: Path

    @property
    def exercises(self) -> Path:
        """The chapters' folders."""
        return self.folder / "exercises"

    def module(self, chapter: Chapter) -> Path:
        """Return where the student's file of a chapter is."""
        return self.exercises / chapter.name / chapter.file_name

    def quiz(self, chapter: Chapter) -> Path:
        """Return where the student's answers to a chapter's quiz are."""
        return self.exercises / chapter.name / "quiz.toml"

    def scorecard(self, chapter: Chapter) -> Path:
        """Return where a chapter's scorecard goes."""
        return self.folder / "scorecards" / f"{chapter.name}.json"


def find_workspace(course: Course, start: Path) -> Workspace:
    """Return the workspace that start is in: the folder itself or one above it.

    Raises:
        UsageError: there is none; the message lists where it was looked for.
    """
    folders = [start, *start.parents]
    for folder in folders:
        if any((folder / "exercises" / name).is_dir() for name in course.names):
            return Workspace(folder)
    looked = "\n  ".join(str(folder / "exercises") for folder in folders)
    raise UsageError(
        f"There are no exercises here. I looked for chapter folders in\n  {looked}\n"
        "Run `grade start` to get the exercises, or name a file with --submission."
    )


def read_module(path: Path) -> Submission | Ungradable:
    """Return the submission in a file, or why there is none."""
    try:
        return read_submission(path)
    except Ungradable as reason:
        reason.file = path.name
        return reason


def read_quiz(path: Path | None) -> bytes | Ungradable | None:
    """Return the bytes of a quiz's answers, None where there are none, or why they cannot be read."""
    if path is None or not os.path.lexists(path):
        return None
    try:
        return read_plain_file(path, QUIZ_BYTES)
    except Ungradable as reason:
        return reason


def find_module(folder: Path, chapter: Chapter, course: Course) -> Path:
    """Return the file in a folder that answers a chapter: by exact name, by number, by the name among other words.

    Of several the shallowest, then the newest.

    Raises:
        Ungradable: none fits, or the one that fits best also fits another chapter.
    """
    files, is_whole = python_files(folder)
    for fits in RULES:
        found = [path for path in files if fits(path.name, chapter)]
        if found:
            best = min(found, key=lambda path: (len(path.relative_to(folder).parts), -path.lstat().st_mtime, path.name))
            refuse_ambiguous(best, chapter, course, fits is is_among_words)
            return best
    if not is_whole:
        raise Ungradable(
            "NOT_WRITTEN", f"{folder.name or folder} holds more than {MAX_FILES} files; name {chapter.file_name} itself"
        )
    listed = ", ".join(str(path.relative_to(folder)) for path in files[:8]) or "no Python file"
    raise Ungradable("NOT_WRITTEN", f"{folder.name or folder} holds no {chapter.file_name}; it holds {listed}")


def find_quiz(module: Path, chapter: Chapter, course: Course) -> Path | None:
    """Return the quiz answers beside a module, None where there are none."""
    names = quiz_names(names_in(module.parent), chapter, course)
    return next((path for name in names if os.path.lexists(path := module.parent / name)), None)


def quiz_names(beside: Iterable[str], chapter: Chapter, course: Course) -> Iterator[str]:
    """Yield what the answers beside a module may be called, the surest first.

    ``MODULE_quiz.toml``, then ``quiz.toml`` where no other chapter's module lies beside it.
    """
    yield f"{chapter.module}_quiz.toml"
    there = {name.casefold() for name in beside}
    if not any(other.file_name in there for other in course.chapters if other.name != chapter.name):
        yield "quiz.toml"


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, none where it cannot be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def python_files(folder: Path) -> tuple[list[Path], bool]:
    """Return the Python files below a folder, the shallowest first, and whether all of it was looked at.

    No link is followed and no junk entered.
    """
    found: list[Path] = []
    level, seen = [folder], 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Path] = []
        for place in level:
            entries = sorted(entries_of(place), key=lambda entry: entry.name)
            seen += len(entries)
            if seen > MAX_FILES:
                return found, False
            kept = [entry for entry in entries if entry.name not in JUNK and not entry.name.startswith("._")]
            below += [Path(entry.path) for entry in kept if entry.is_dir(follow_symlinks=False)]
            found += [Path(entry.path) for entry in kept if is_python(entry)]
        level = below
    return found, True


def entries_of(folder: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds, as far as one looks; nothing where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return list(itertools.islice(entries, MAX_FILES))
    except OSError:
        return []


def is_python(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is called like a Python file; what it is shows when it is read."""
    return entry.name.casefold().endswith(".py") and not entry.is_dir(follow_symlinks=False)


def is_exact(name: str, chapter: Chapter) -> bool:
    """Return whether a file has the module's name."""
    return name.casefold() == chapter.file_name


def is_numbered(name: str, chapter: Chapter) -> bool:
    """Return whether a file is called chapterN.py or N.py."""
    return re.fullmatch(rf"(chapter_?)?0*{chapter.number}\.py", name.casefold()) is not None


def is_among_words(name: str, chapter: Chapter) -> bool:
    """Return whether the module's name, or chapterN, stands in a file's name as a word of its own."""
    stem = name.casefold().removesuffix(".py")
    module = re.escape(chapter.module)
    return re.search(rf"(?<![a-z0-9])({module}|chapter[ _-]?0*{chapter.number})(?![a-z0-9])", stem) is not None


RULES = (is_exact, is_numbered, is_among_words)
"""By what a file's name fits a chapter, the surest first."""


def chapters_named(name: str, course: Course) -> tuple[int, tuple[Chapter, ...]]:
    """Return the first of RULES by which a file's name fits any chapter, as its place, and the chapters that it fits.

    No chapter where none does.
    """
    for place, fits in enumerate(RULES):
        if fitting := tuple(chapter for chapter in course.chapters if fits(name, chapter)):
            return place, fitting
    return len(RULES), ()


def refuse_ambiguous(path: Path, chapter: Chapter, course: Course, is_fuzzy: bool) -> None:
    """Raise Ungradable if a file named in other words fits another chapter too."""
    if not is_fuzzy:
        return
    others = [
        other.name for other in course.chapters if other.name != chapter.name and is_among_words(path.name, other)
    ]
    if others:
        raise Ungradable("NOT_WRITTEN", f"{path.name} could be of {chapter.name} or {', '.join(others)}; rename it")
