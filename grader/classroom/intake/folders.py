"""Folders of a student: every plain file near the top, no link followed, no clone's work tree entered."""

from __future__ import annotations

import io
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from grader.classroom.intake.git import is_clone, read_clone
from grader.classroom.intake.names import readable
from grader.classroom.intake.parcels import EMPTY_REASON, SPECIAL_REASON, File, Parcel, why_ignored
from grader.classroom.intake.zips import MAX_ZIPS, read_zip
from grader.submission import read_plain_file
from grader.verdict import Ungradable
from grader.workspace import MAX_FILES

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_Place = tuple[Path, tuple[str, ...], str]  # where it is, its path in the hand-in, its path for people


@dataclass
class _Walk:
    """What was met on the way down a folder."""

    parcel: Parcel
    zips: list[tuple[Path, str]] = field(default_factory=list)
    clones: list[tuple[Path, str]] = field(default_factory=list)


def read_folder(folder: Path, shown: str) -> Iterator[Parcel]:
    """Yield what a student's folder hands in: its loose files, then each zip and each clone in it.

    Read a parcel before you ask for the next.
    """
    if is_clone(folder):
        yield from read_clone(folder, shown)
        return
    walk = _walk(folder, shown)
    for _, path in walk.zips[MAX_ZIPS:]:
        walk.parcel.refuse(path, f"refused: more than {MAX_ZIPS} zips in one folder")
    yield walk.parcel
    for place, path in walk.zips[:MAX_ZIPS]:
        yield from read_zip_file(place, path)
    for place, path in walk.clones:
        yield from read_clone(place, path)


def read_zip_file(path: Path, shown: str) -> Iterator[Parcel]:
    """Yield what a zip on the disk hands in."""
    try:
        file = open_plain(path)
    except Ungradable as reason:
        yield Parcel.refused_whole(shown, reason)
        return
    yield from read_zip(file, shown)


def open_plain(path: Path) -> io.FileIO:
    """Return an open regular file; raises Ungradable for anything else, and never waits on a pipe."""
    try:
        file = io.FileIO(os.open(path, _OPEN))
    except OSError as error:
        raise Ungradable("NOT_WRITTEN", f"{readable(path.name)} cannot be read: {error.strerror}") from None
    if not os.path.isfile(file.fileno()):
        file.close()
        raise Ungradable("NOT_WRITTEN", f"{readable(path.name)} is not a plain file")
    return file


def file_at(path: Path, parts: tuple[str, ...], shown: str) -> File:
    """Return the file at a path; what is no plain file is refused."""
    try:
        state = path.lstat()
    except OSError:
        state = None
    is_plain = state is not None and stat.S_ISREG(state.st_mode)
    refused = None if is_plain else SPECIAL_REASON
    return File(parts, shown, partial(_read, path), state and state.st_mtime, "file", why_ignored(parts), refused)


def _read(path: Path, limit: int) -> bytes:
    try:
        return read_plain_file(path, limit)
    except Ungradable as reason:
        raise Ungradable(reason.code, readable(reason.message), reason.line) from None
    except OSError as error:
        raise Ungradable("NOT_WRITTEN", f"{readable(path.name)} cannot be read: {error.strerror}") from None


def _walk(folder: Path, shown: str) -> _Walk:
    """Look at a folder's files level by level, so that what lies near the top is seen before any limit is reached."""
    walk = _Walk(Parcel(shown))
    level: list[_Place] = [(folder, (), shown)]
    seen = 0
    while level:
        deeper: list[_Place] = []
        for place, parts, path in level:
            for entry, name in entries_of(place, path, walk.parcel, MAX_FILES):
                seen += 1
                if seen > MAX_FILES:
                    walk.parcel.refuse(path, f"refused: more than {MAX_FILES} files; the rest was not looked at")
                    return walk
                inner = Path(entry.path), (*parts, name), f"{path}/{readable(name)}"
                if _sort(entry, inner, walk):
                    deeper.append(inner)
        level = deeper
    if not seen and not walk.parcel.refused:
        walk.parcel.refuse(shown, f"ignored: {EMPTY_REASON}")
    return walk


def _sort(entry: os.DirEntry[str], inner: _Place, walk: _Walk) -> bool:
    """Put an entry where it belongs; return whether it is a folder to enter."""
    place, parts, path = inner
    if entry.is_dir(follow_symlinks=False):
        ignored = why_ignored(parts) or why_ignored((*parts, ""))
        if ignored:
            walk.parcel.refuse(path, f"ignored: {ignored}")
            return False
        if is_clone(place):
            walk.clones.append((place, path))
            return False
        return True
    if parts[-1].casefold().endswith(".zip") and not why_ignored(parts) and entry.is_file(follow_symlinks=False):
        walk.zips.append((place, path))
    else:
        walk.parcel.files.append(file_at(place, parts, path))
    return False


def entries_of(place: Path, shown: str, parcel: Parcel, most: int) -> list[tuple[os.DirEntry[str], str]]:
    """Return a folder's entries with their names in NFC, sorted; a folder that cannot be read is refused.

    Args:
        place: the folder.
        shown: its path, for people.
        parcel: where it is listed if it is refused.
        most: at most one entry more than these is looked at.
    """
    try:
        with os.scandir(place) as entries:
            named = [(entry, unicodedata.normalize("NFC", entry.name)) for entry in islice(entries, most + 1)]
    except OSError as error:
        parcel.refuse(shown, f"refused: it cannot be read: {error.strerror}")
        return []
    return sorted(named, key=lambda pair: (pair[1], pair[0].name))
