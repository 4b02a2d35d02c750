"""The intake: who is in a class and what each of them handed in, from folders, loose files, zips and git clones.

What was handed in is hostile until shown otherwise: nothing is extracted, run, followed or believed, whatever cannot be
read costs only the student who sent it, and everything that was left out is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.handed_in import Class, HandedIn, Person, Refused
from grader.classroom.intake.choose import choose, why_unused
from grader.classroom.intake.identity import Identities, Identity
from grader.classroom.intake.labels import ARCHIVES, Flat, label_folder, label_zip, read_flat
from grader.classroom.intake.loose import Loose, read_loose
from grader.classroom.intake.platforms import Label
from grader.classroom.intake.roster import Roster, read_roster
from grader.classroom.intake.shelf import Item, opened_shelf
from grader.course import Chapter, Course


def collect(path: Path, course: Course, chapters: Sequence[Chapter], roster: Path | Iterable[Person] | None) -> Class:
    """Return a class: its people, all that they handed in for these chapters, and what was left out.

    Args:
        path: the folder or zip that holds the submissions.
        course: all chapters that a file may be of.
        chapters: those that are graded.
        roster: a CSV file with the columns id, name and aliases, or the people themselves.

    Raises:
        UsageError: there is no such folder or zip, or the roster is wrong.
    """
    facts = list(hand_ins(path, course, chapters, roster))
    return Class(
        people=tuple(fact for fact in facts if isinstance(fact, Person)),
        handed_in=tuple(fact for fact in facts if isinstance(fact, HandedIn)),
        refused=tuple(fact for fact in facts if isinstance(fact, Refused)),
    )


def hand_ins(
    path: Path, course: Course, chapters: Sequence[Chapter], roster: Path | Iterable[Person] | None
) -> Iterator[Person | HandedIn | Refused]:
    """Yield what ``collect`` returns, one by one and the people first, so that a large class needs little memory."""
    known = read_roster(roster) if isinstance(roster, Path) else Roster.of(roster or ())
    with opened_shelf(path, course) as shelf:
        found = [_Found(item, *_whose(item, course)) for item in shelf.items]
        who = Identities(known, [one.label for one in found if one.label])
        yield from who.people
        yield from shelf.refused
        for one in found:
            if one.item.parcels:
                yield from _unpack(one, who, course, chapters)
            elif one.flat is None:
                assert one.item.file
                identity = _identity(one, who)
                yield Refused(one.item.shown, why_unused(one.item.file), identity.student if identity else None)
        loose = [Loose(one.item.file, one.flat, _identity(one, who)) for one in found if one.item.file and one.flat]
        yield from read_loose(loose, chapters)


@dataclass(frozen=True, slots=True)
class _Found:
    """An item, what its name says of its chapter if it is a loose file, and whose it is."""

    item: Item
    flat: Flat | None
    label: Label | None


def _whose(item: Item, course: Course) -> tuple[Flat | None, Label | None]:
    if item.kind == "folder":
        return None, label_folder(item.name, course)
    if item.kind == "zip" or item.name.casefold().endswith((".zip", *ARCHIVES)):
        return None, label_zip(item.name, course)
    flat = read_flat(item.name, course)
    return flat, flat.label


def _unpack(one: _Found, who: Identities, course: Course, chapters: Sequence[Chapter]) -> Iterator[HandedIn | Refused]:
    identity = _identity(one, who)
    if identity is None:
        reason = "refused: no student's name stands in its own; rename it, such as ada.zip"
        yield Refused(one.item.shown, reason, None)
        return
    assert one.item.parcels
    for parcel in one.item.parcels():
        yield from choose(parcel, identity, course, chapters)


def _identity(one: _Found, who: Identities) -> Identity | None:
    return who.of(one.label) if one.label else None
