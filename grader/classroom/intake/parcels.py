"""A parcel: one hand-in as it lies there, whether a folder, a zip or a commit. Nothing in it is read yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from grader.classroom.handed_in import Refused
from grader.classroom.intake.names import is_junk
from grader.workspace import MAX_DEPTH

JUNK_REASON = "a program left it behind"
EMPTY_REASON = "there is no file in it"
SPECIAL_REASON = "it is a link, a device or a pipe, not a file"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a hand-in.

    Attributes:
        parts: its path inside the hand-in, NFC.
        shown: its whole path, for people.
        read: returns the bytes, of which there may be so many; raises Ungradable.
        time: seconds since 1970 in UTC, or None.
        time_source: what says so.
        ignored: why it is nobody's answer, such as junk.
        refused: why it cannot be read although its name may be an answer's; ``read`` then raises the same.
        flags: what a teacher should know about it.
    """

    parts: tuple[str, ...]
    shown: str
    read: Callable[[int], bytes]
    time: float | None = None
    time_source: str | None = None
    ignored: str | None = None
    refused: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parts[-1]


@dataclass
class Parcel:
    """The files of one hand-in, and what was refused at its door.

    Attributes:
        shown: its path, for people.
        files: all that have a name to go by, also those that are ignored.
        refused: the others.
        folders: of a whole class's zip, the folders that it lists, for some may be empty.
    """

    shown: str
    files: list[File] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    folders: list[tuple[str, ...]] = field(default_factory=list)

    @classmethod
    def refused_whole(cls, shown: str, why: object) -> Parcel:
        """Return what a hand-in is of which nothing can be read."""
        parcel = cls(shown)
        parcel.refuse(shown, f"refused: {why}")
        return parcel

    def refuse(self, shown: str, reason: str) -> None:
        """List a path with the reason why it is not read."""
        self.refused.append(Refused(shown, reason, None))


def why_ignored(parts: tuple[str, ...], spare: int = 0) -> str | None:
    """Return why a file is nobody's answer wherever its name would fit, if so.

    Args:
        parts: its path.
        spare: folders above the student's own.
    """
    if is_junk(parts):
        return JUNK_REASON
    return f"it lies below more than {MAX_DEPTH} folders" if len(parts) - 1 > MAX_DEPTH + spare else None
