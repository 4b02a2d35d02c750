"""What a class handed in: facts about people and files, before anything is graded."""

from __future__ import annotations

from dataclasses import dataclass

from grader.submission import Submission
from grader.verdict import Ungradable


@dataclass(frozen=True)
class HandedIn:
    """One student's answer to one chapter, one attempt.

    Attributes:
        student: the id: the roster's where an alias matches, else the name that was found.
        chapter: the chapter's full name, such as ``chapter04_backward_pass``.
        module: the student's file, or why nothing can be graded.
        quiz: the bytes of the answers beside it, why they cannot be read, or None where there are none.
        submitted_at: when it was handed in, ISO 8601 in UTC, or None where nobody knows.
        time_source: what says so: ``git commit``, ``zip entry`` or ``file``.
        source: where it lay in the class's folder, for people: ``ada.zip!/backward_pass.py``.
        flags: what a teacher should know, such as ``fuzzy_name``.
    """

    student: str
    chapter: str
    module: Submission | Ungradable
    quiz: bytes | Ungradable | None
    submitted_at: str | None
    time_source: str | None
    source: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A file that was ignored or refused, and the rule that did so."""

    path: str
    reason: str
    student: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who is in the class."""

    id: str
    name: str
    aliases: tuple[str, ...]
    on_roster: bool


@dataclass(frozen=True)
class Class:
    """Everybody and everything that was found.

    Attributes:
        people: everyone on the roster and everyone found, also those with nothing gradable.
        handed_in: all attempts that are separate hand-ins; of duplicates within one hand-in, the one that was chosen.
        refused: the rest, each with its reason.
    """

    people: tuple[Person, ...]
    handed_in: tuple[HandedIn, ...]
    refused: tuple[Refused, ...]
