"""What learning platforms put around the name of a student's file: one small function each.

A function takes the name of a file or folder and returns a Label, or None if the name is not of its platform. Add yours
to PLATFORMS; the first that knows a name decides. What a student calls a file stands in ``rest`` and never says whose
it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?(anon_[A-Za-z0-9]+)_[0-9]+_(.+)", re.DOTALL)
_CANVAS = re.compile(r"(?:(.*?)_)?(?:LATE_)?([0-9]+)_[0-9]+_(.+)", re.DOTALL)
_MOODLE = re.compile(r"([^_/]*)_([0-9]+)_(?:assignsubmission|assignfeedback)_[a-z]+_?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Label:
    """Whose something is, as its name says.

    Attributes:
        found: what tells students apart; the id of somebody who is not on the roster.
        keys: what to look for among the roster's ids and aliases, the surest first.
        name: the student's name; two students may share it.
        rest: what the student called the file, "" for a folder.
        words: where an id may stand among other words; a platform's own form leaves nothing to guess.
    """

    found: str
    keys: tuple[str, ...]
    name: str
    rest: str = ""
    words: str = ""


def canvas(name: str) -> Label | None:
    """Know ``lovelaceada_40101_900001_chapter1.py``: name, user and attachment, the leftmost numbers."""
    if match := _CANVAS_ANONYMOUS.fullmatch(name):
        return Label(match[1], (match[1],), match[1], match[2])
    match = _CANVAS.fullmatch(name)
    if match is None:
        return None
    student, user, rest = match.groups()
    found = f"{student}_{user}" if student else user
    return Label(found, (found, user), student or user, rest)


def moodle(name: str) -> Label | None:
    """Know ``Ada Lovelace_2201_assignsubmission_file``; the number is the assignment's own, so never an id alone."""
    match = _MOODLE.fullmatch(name)
    if match is None:
        return None
    student, number, rest = match.groups()
    found = f"{student}_{number}"
    return Label(found, (found, f"Participant {number}"), student or found, rest)


PLATFORMS: tuple[Callable[[str], Label | None], ...] = (moodle, canvas)
