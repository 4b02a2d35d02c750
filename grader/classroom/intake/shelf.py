"""The shelf: what lies at the top of a class's folder, or of one zip that holds the whole class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.classroom.handed_in import Refused
from grader.classroom.intake.folders import entries_of, file_at, open_plain, read_folder, read_zip_file
from grader.classroom.intake.labels import Kind, read_flat
from grader.classroom.intake.names import is_junk, key, readable
from grader.classroom.intake.parcels import JUNK_REASON, SPECIAL_REASON, File, Parcel
from grader.classroom.intake.zips import RefusedZip, files_of, opened, with_inner_zips
from grader.course import Course
from grader.errors import UsageError
from grader.verdict import Ungradable
from grader.workspace import is_exact, is_numbered

MAX_ITEMS = 100_000
"""Students' folders or files at the top of one class."""

_Path = tuple[tuple[str, ...], File | None]  # a path in a class's zip, and its file; None for a folder


@dataclass(frozen=True, slots=True)
class Item:
    """One thing at the top: a student's folder, a zip, or a file among those of others.

    Attributes:
        name: its name, NFC.
        shown: the same for people.
        kind: how its name is read.
        parcels: yields what a folder or zip hands in; a file is ``file``.
        file: the file itself; of a folder or zip None, unless it is refused as a whole.
    """

    name: str
    shown: str
    kind: Kind
    parcels: Callable[[], Iterator[Parcel]] | None = None
    file: File | None = None


@dataclass
class Shelf:
    """Everything at the top, and what was refused there."""

    items: list[Item]
    refused: list[Refused]


@contextmanager
def opened_shelf(path: Path, course: Course) -> Iterator[Shelf]:
    """Give what lies at the top of a class's folder or zip; items are read while it is open.

    Raises:
        UsageError: there is no such folder or zip, or the zip is refused.
    """
    if path.is_dir():
        yield _shelf_of_folder(path, course)
        return
    if path.suffix.casefold() != ".zip" or not path.exists():
        what = "is no folder and no zip" if path.exists() else "is not there"
        raise UsageError(f"{path} {what}: name the folder or the zip that holds the class's submissions.")
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(opened(open_plain(path.resolve()), is_class=True))
        except (RefusedZip, Ungradable) as reason:
            raise UsageError(f"The class's zip {path} is refused: {reason}.") from None
        yield _shelf_of_zip(files_of(archive, readable(path.name), is_class=True), path.stem, course)


def _shelf_of_folder(folder: Path, course: Course) -> Shelf:
    door = Parcel(readable(folder.name))
    shelf = Shelf([], door.refused)
    entries = entries_of(folder, str(folder), door, MAX_ITEMS)
    if len(entries) > MAX_ITEMS:
        raise UsageError(f"{folder} holds more than {MAX_ITEMS} files: grade the class in parts.")
    for entry, name in entries:
        place, shown = folder / entry.name, readable(name)
        if entry.is_dir(follow_symlinks=False):
            item = Item(name, shown, "folder", partial(read_folder, place, shown))
        else:
            file = file_at(place, (name,), shown)
            is_zip = name.casefold().endswith(".zip") and not file.refused
            item = Item(name, shown, "zip", partial(read_zip_file, place, shown)) if is_zip else _loose(file)
        _put(item, shelf, course)
    return shelf


def _loose(file: File) -> Item:
    """Return the item of a file; a link stands for the folder or zip that its name looks like."""
    is_link = file.refused == SPECIAL_REASON
    kind: Kind = "folder" if is_link and "." not in file.name else "file"
    return Item(file.name, readable(file.name), kind, None, file)


def _put(item: Item, shelf: Shelf, course: Course) -> None:
    """Put an item on the shelf, unless it can be no student's."""
    if is_junk((item.name,)):
        shelf.refused.append(Refused(item.shown, f"ignored: {JUNK_REASON}", None))
    elif item.kind == "folder" and _is_work(item.name, course):
        reason = "refused: a student's folder should stand here, not a chapter's; name the folder above the students'"
        shelf.refused.append(Refused(item.shown, reason, None))
    else:
        shelf.items.append(item)


def _is_work(folder: str, course: Course) -> bool:
    """Return whether a folder's name is one that stands inside a student's folder."""
    return key(folder) in ("exercises", *course.names)


def _shelf_of_zip(parcel: Parcel, stem: str, course: Course) -> Shelf:
    """Return the shelf of a class's zip; a folder around everything is looked through."""
    shelf = Shelf([], parcel.refused)
    paths: list[_Path] = [(file.parts, file) for file in parcel.files]
    paths += [((*parts, ""), None) for parts in parcel.folders]
    junk = [file for parts, file in paths if file and is_junk(parts[:1])]
    shelf.refused += [Refused(file.shown, f"ignored: {JUNK_REASON}", None) for file in junk]
    paths = [(parts, file) for parts, file in paths if not is_junk(parts[:1])]
    if _is_wrapped([parts for parts, _ in paths], stem, course):
        paths = [(parts[1:], file) for parts, file in paths if parts[1:] != ("",)]
    tops: dict[tuple[str, bool], list[_Path]] = {}
    for parts, file in paths:
        tops.setdefault((parts[0], len(parts) > 1), []).append((parts, file))
    for (name, is_folder), inside in sorted(tops.items(), key=lambda top: top[0]):
        for item in _items_of_zip(name, is_folder, inside, parcel.shown):
            _put(item, shelf, course)
    return shelf


def _items_of_zip(name: str, is_folder: bool, inside: list[_Path], shown: str) -> Iterator[Item]:
    if is_folder:
        files = [replace(file, parts=parts[1:]) for parts, file in inside if file]
        yield Item(
            name, readable(name), "folder", lambda: with_inner_zips(Parcel(f"{shown}!/{readable(name)}", files), 0)
        )
        return
    for file in (replace(file, parts=parts) for parts, file in inside if file):
        if name.casefold().endswith(".zip"):
            yield Item(name, file.shown, "zip", partial(with_inner_zips, Parcel(file.shown, [file]), 0))
        else:
            yield Item(name, file.shown, "file", None, file)


def _is_wrapped(paths: list[tuple[str, ...]], stem: str, course: Course) -> bool:
    """Return whether one folder lies around the students' folders or files, and is no student's own.

    It is if it has the zip's name, or if what is in it looks like several students'.
    """
    tops = {parts[0] for parts in paths}
    if len(tops) != 1 or any(len(parts) == 1 for parts in paths):
        return False
    below = {parts[1] for parts in paths if len(parts) > 2 or parts[1].casefold().endswith(".zip")} - {""}
    loose = {parts[1] for parts in paths if len(parts) == 2} - {""}
    is_students = any(
        fits(name, chapter) for name in loose for chapter in course.chapters for fits in (is_exact, is_numbered)
    )
    if is_students or any(_is_work(name, course) for name in below):
        return False
    flats = [read_flat(name, course) for name in loose]
    found = {(flat.chapters, flat.label.found) for flat in flats if flat.is_python and flat.label}
    chapters = {chapters for chapters, _ in found}
    return key(stem) == key(tops.pop()) or len(below) > 1 or len(found) > len(chapters)
