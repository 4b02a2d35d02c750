"""Loose files: many students' side by side, each a hand-in of its own, told apart by what stands around their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.classroom.handed_in import HandedIn, Refused
from grader.classroom.intake.choose import faults, handed_in, read_module, why_unused
from grader.classroom.intake.identity import Identity
from grader.classroom.intake.labels import Flat
from grader.classroom.intake.parcels import File
from grader.course import Chapter


@dataclass(frozen=True, slots=True)
class Loose:
    """A file, what its name says, and whose it is, if anybody's."""

    file: File
    flat: Flat
    identity: Identity | None


def read_loose(files: Sequence[Loose], chapters: Sequence[Chapter]) -> Iterator[HandedIn | Refused]:
    """Yield a hand-in for each file that answers one of these chapters, and every other file with the reason."""
    quizzes = [loose for loose in files if loose.flat.is_quiz and loose.identity]
    reasons = [why_not(loose, chapters) for loose in files]
    modules = [loose for loose, reason in zip(files, reasons, strict=True) if reason is None]
    asking = {loose.identity.student for loose in quizzes if loose.identity}
    answered: dict[str, set[str]] = {}
    for loose in modules:
        assert loose.identity
        if loose.identity.student not in asking:
            continue
        answered.setdefault(loose.identity.student, set()).add(loose.flat.chapters[0].name)
    beside: dict[tuple[str, str], Loose] = {}
    for loose in sorted(quizzes, key=lambda loose: (bool(loose.flat.chapters), loose.file.time or 0.0)):
        assert loose.identity
        names = [chapter.name for chapter in loose.flat.chapters] or sorted(answered.get(loose.identity.student, ()))
        if len(names) == 1 and names[0] in answered.get(loose.identity.student, ()):
            beside[loose.identity.student, names[0]] = loose
    used = {id(loose) for loose in beside.values()}
    for loose, reason in zip(files, reasons, strict=True):
        if reason is None and loose.identity:
            chapter = loose.flat.chapters[0]
            quiz = beside.get((loose.identity.student, chapter.name))
            module = read_module(loose.file)
            student, flags = loose.identity.student, loose.identity.flags
            answer = handed_in(loose.file, module, quiz.file if quiz else None, student, chapter, flags)
            yield answer
            yield from faults(answer, loose.file, quiz.file if quiz else None)
        elif id(loose) not in used:
            yield Refused(loose.file.shown, reason or "", loose.identity.student if loose.identity else None)


def why_not(loose: Loose, chapters: Sequence[Chapter]) -> str | None:
    """Return why a file answers none of these chapters, None if it answers one."""
    flat = loose.flat
    if loose.file.ignored or not flat.is_python or not flat.chapters:
        return why_unused(loose.file)
    if len(flat.chapters) > 1:
        return f"refused: it could be of {' or '.join(chapter.name for chapter in flat.chapters)}; rename it"
    if loose.identity is None:
        return (
            "refused: no student's name stands around the module's; rename it, such as ada_"
            + flat.chapters[0].file_name
        )
    if flat.chapters[0] not in chapters:
        return f"ignored: it is of {flat.chapters[0].name}, which is not graded now"
    return None
