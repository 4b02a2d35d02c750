"""Which file of a hand-in answers a chapter: the rules of a student's own folder, with a reason for every other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grader.classroom.handed_in import HandedIn, Refused
from grader.classroom.intake.identity import Identity
from grader.classroom.intake.labels import ARCHIVES
from grader.classroom.intake.names import readable
from grader.classroom.intake.parcels import File, Parcel
from grader.course import Chapter, Course
from grader.submission import MAX_BYTES, Submission, submission_of
from grader.verdict import Ungradable
from grader.workspace import QUIZ_BYTES, RULES, chapters_named, is_among_words, quiz_names

MAX_LISTED = 1000
"""Ignored files of one hand-in that are listed one by one; the rest is a number."""

YEAR_10000 = 253_402_300_800
"""Seconds since 1970 that no calendar here holds any more."""


@dataclass(frozen=True)
class _Fit:
    """A file, the place among RULES of the one that it fits by, and the chapters that it fits."""

    file: File
    rule: int
    chapters: tuple[Chapter, ...]

    @property
    def order(self) -> tuple[bool, int, int, float, str]:
        """What decides between files; the least is chosen, and _WHY says so in words."""
        file = self.file
        return file.refused is not None, self.rule, len(file.parts), -(file.time or 0.0), "/".join(file.parts)


_WHY = ("it can be read", "its name fits better", "it lies nearer the top", "it is newer", "its name comes first")


def choose(
    parcel: Parcel, identity: Identity, course: Course, chapters: Sequence[Chapter]
) -> Iterator[HandedIn | Refused]:
    """Yield one hand-in for each of these chapters that a parcel answers, and every other file with the reason.

    Args:
        parcel: what was handed in together.
        identity: whose it is.
        course: all chapters that a file may be of.
        chapters: those that are graded.
    """
    student = identity.student
    refused = [replace(refused, student=student) for refused in parcel.refused]
    fits = [fit for file in parcel.files if (fit := _fit(file, course))]
    used: set[File] = {fit.file for fit in fits}
    for chapter in course.chapters:
        fitting = sorted((fit for fit in fits if fit.chapters == (chapter,)), key=lambda fit: fit.order)
        torn = [fit for fit in fits if len(fit.chapters) > 1 and chapter in fit.chapters]
        if not fitting and not torn:
            continue
        best, *others = fitting or torn
        quiz = _quiz_beside(best.file, chapter, parcel, course)
        used |= {quiz} if quiz else set()
        if chapter not in chapters:
            reason = f"ignored: it is of {chapter.name}, which is not graded now"
            refused += [Refused(file.shown, reason, student) for file in (*(fit.file for fit in fitting), quiz) if file]
            continue
        is_fuzzy = RULES[best.rule] is is_among_words
        flags = (*identity.flags, *(["fuzzy_name"] * is_fuzzy), *(["duplicate_name"] * bool(others)))
        module = read_module(best.file) if fitting else Ungradable("NOT_WRITTEN", _torn(best))
        answer = handed_in(best.file, module, quiz, student, chapter, flags)
        yield answer
        refused += faults(answer, best.file, quiz) if fitting else []
        refused += [Refused(fit.file.shown, _set_aside(fit, best), student) for fit in others if fitting]
    refused += [Refused(fit.file.shown, f"refused: {_torn(fit)}", student) for fit in fits if len(fit.chapters) > 1]
    refused += [Refused(file.shown, why_unused(file), student) for file in parcel.files if file not in used]
    yield from refused[:MAX_LISTED]
    if len(refused) > MAX_LISTED:
        yield Refused(parcel.shown, f"ignored: {len(refused) - MAX_LISTED} more files of this hand-in", student)


def handed_in(
    file: File,
    module: Submission | Ungradable,
    quiz: File | None,
    student: str,
    chapter: Chapter,
    flags: tuple[str, ...],
) -> HandedIn:
    """Return what a file hands in for a chapter."""
    when = iso_time(file.time)
    return HandedIn(
        student=student,
        chapter=chapter.name,
        module=module,
        quiz=_read_quiz(quiz),
        submitted_at=when,
        time_source=file.time_source if when else None,
        source=file.shown,
        flags=(*flags, *file.flags),
    )


def faults(answer: HandedIn, module: File, quiz: File | None) -> list[Refused]:
    """Return the files of a hand-in that cannot be read, with the reason."""
    pairs = [(module, answer.module), *([(quiz, answer.quiz)] if quiz else [])]
    return [
        Refused(file.shown, f"refused: {value}", answer.student)
        for file, value in pairs
        if isinstance(value, Ungradable)
    ]


def read_module(file: File) -> Submission | Ungradable:
    """Return the submission in a file, or why there is none."""
    try:
        return submission_of(readable(file.name), file.read(MAX_BYTES))
    except Ungradable as reason:
        return reason


def why_unused(file: File) -> str:
    """Return why a file was left alone."""
    name = file.name.casefold()
    if file.ignored:
        return f"ignored: {file.ignored}"
    if file.refused:
        return f"refused: {file.refused}"
    if name.endswith(ARCHIVES):
        return "refused: an archive of a kind that is not read; a zip is"
    if name.endswith(".ipynb"):
        return "ignored: a notebook; the chapter's .py file is what is graded"
    if name.endswith(".toml"):
        return "ignored: answers of a quiz count beside their chapter's module alone, or as MODULE_quiz.toml"
    if name.endswith(".py"):
        return "ignored: its name is of no chapter"
    return "ignored: no Python file" + (", its name must end in .py" if ".py" in name else "")


def iso_time(seconds: float | None) -> str | None:
    """Return a time in ISO 8601, UTC, whole seconds; None for none and for one before 1970 or after 9999."""
    if seconds is None or not 0 <= seconds < YEAR_10000:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fit(file: File, course: Course) -> _Fit | None:
    if file.ignored or not file.name.casefold().endswith(".py"):
        return None
    rule, chapters = chapters_named(file.name, course)
    return _Fit(file, rule, chapters) if chapters else None


def _torn(fit: _Fit) -> str:
    names = " or ".join(chapter.name for chapter in fit.chapters)
    return f"{readable(fit.file.name)} could be of {names}; rename it"


def _set_aside(loser: _Fit, best: _Fit) -> str:
    differ = (why for why, a, b in zip(_WHY, best.order, loser.order, strict=True) if a != b)
    why = next(differ, "it comes first in its archive")
    return f"set aside: {best.file.shown} was chosen, for {why}"


def _quiz_beside(module: File, chapter: Chapter, parcel: Parcel, course: Course) -> File | None:
    """Return the answers beside a module, None where there are none."""
    beside = {file.name.casefold(): file for file in parcel.files if file.parts[:-1] == module.parts[:-1]}
    found = (beside.get(name) for name in quiz_names(beside, chapter, course))
    return next((file for file in found if file and not file.ignored), None)


def _read_quiz(file: File | None) -> bytes | Ungradable | None:
    try:
        return None if file is None else file.read(QUIZ_BYTES)
    except Ungradable as reason:
        return reason
