"""Zips, read in memory and never extracted: what they say about themselves is checked, and nothing is believed."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from stat import S_IFMT, S_IFREG
from typing import cast

from grader.classroom.intake.names import UnsafeName, is_junk, readable, safe_parts
from grader.classroom.intake.parcels import EMPTY_REASON, SPECIAL_REASON, File, Parcel, why_ignored
from grader.verdict import Ungradable

MAX_ENTRIES = 20_000
MAX_READ = 6 << 20  # bytes read at a time, and so of the list of entries: 20,000 with long names
CLASS_TIMES = 10  # a whole class's zip may have as many times more entries
MAX_MEMBER = 2 << 20
MAX_TOTAL = 64 << 20
MAX_RATIO = 200  # deflate reaches 1000; source text about 5
RATIO_FREE = 1 << 20  # bytes below which any ratio will do
MAX_NESTED = 2  # a zip in a zip, and no further
MAX_ZIPS = 20  # in one student's folder

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may ask for gigabytes to unpack a few bytes
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER = 30
_CHUNK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, struct.error, ValueError,
    OverflowError, LookupError,
)  # fmt: skip


class RefusedZip(Exception):
    """A zip that is not read at all; the text says why."""


class _Reader(io.BufferedReader):
    """A file whose list of entries is not read if it is too long, however many entries the zip says it has."""

    most = MAX_READ

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(self.most + 1 if size is None or size < 0 else min(size, self.most + 1))
        if len(data) > self.most:
            raise RefusedZip("its list of entries is too long")
        return data


@contextmanager
def opened(raw: io.RawIOBase | io.BytesIO, *, is_class: bool = False) -> Iterator[zipfile.ZipFile]:
    """Give the zip in a file, and close both.

    Args:
        raw: the zip's bytes.
        is_class: it holds a whole class: its list of entries may be longer, and their sizes have no limit together.

    Raises:
        RefusedZip: it is broken, or larger than the limits.
    """
    times = CLASS_TIMES if is_class else 1
    with _Reader(cast(io.RawIOBase, raw)) as file:
        file.most = MAX_READ * times
        try:
            archive = zipfile.ZipFile(file)
        except UnicodeDecodeError:
            raise RefusedZip("a name in it says that it is UTF-8 and is not") from None
        except _BROKEN as error:
            raise RefusedZip(f"it is no zip, or a broken one ({readable(str(error))})") from None
        with archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES * times:
                raise RefusedZip(f"it has {len(entries)} entries, more than {MAX_ENTRIES * times}")
            _refuse_overlaps(entries)
            if not is_class:
                _refuse_bomb(entries)
            yield archive


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    end, before = 0, ""
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < 0:
            raise RefusedZip(f"its entry {readable(entry.filename)} lies outside of it")
        if entry.header_offset < end:
            raise RefusedZip(f"its entries {readable(before)} and {readable(entry.filename)} overlap")
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
        before = entry.filename


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if size > RATIO_FREE + MAX_RATIO * packed:
        raise RefusedZip(f"it unpacks to more than {MAX_RATIO} times its size")
    wanted = sum(entry.file_size for entry in entries if not is_junk(tuple(entry.filename.split("/"))))
    if wanted > MAX_TOTAL:
        raise RefusedZip(f"it unpacks to more than {MAX_TOTAL >> 20} MiB")


def read_zip(raw: io.RawIOBase | io.BytesIO, shown: str, depth: int = 1) -> Iterator[Parcel]:
    """Yield what a zip hands in: its files, and then each zip in it; read a parcel before you ask for the next.

    Args:
        raw: the zip's bytes; closed at the end.
        shown: its path, for people.
        depth: 1 for a zip, 2 for a zip in a zip.
    """
    try:
        with opened(raw) as archive:
            yield from with_inner_zips(files_of(archive, shown), depth)
    except RefusedZip as reason:
        yield Parcel.refused_whole(shown, reason)


def with_inner_zips(parcel: Parcel, depth: int) -> Iterator[Parcel]:
    """Yield a parcel without the zips in it, and then what each of them hands in, unless they lie too deep."""
    if not parcel.files and not parcel.refused:
        parcel.refuse(parcel.shown, f"ignored: {EMPTY_REASON}")
    is_bottom = depth >= MAX_NESTED
    zips = [file for file in parcel.files if _is_zip(file)]
    parcel.files = [file for file in parcel.files if not _is_zip(file)]
    for file in zips if is_bottom else zips[MAX_ZIPS:]:
        reason = f"zips lie deeper than {MAX_NESTED} in each other" if is_bottom else f"more than {MAX_ZIPS} zips"
        parcel.refuse(file.shown, f"refused: {reason}")
    yield parcel
    for file in [] if is_bottom else zips[:MAX_ZIPS]:
        try:
            data = file.read(MAX_MEMBER if depth else MAX_TOTAL)
        except Ungradable as reason:
            yield Parcel.refused_whole(file.shown, reason)
        else:
            yield from read_zip(io.BytesIO(data), file.shown, depth + 1)


def _is_zip(file: File) -> bool:
    return file.name.casefold().endswith(".zip") and not file.ignored


def files_of(archive: zipfile.ZipFile, shown: str, *, is_class: bool = False) -> Parcel:
    """Return a zip's files, none of them unpacked yet, and what was refused of them.

    Args:
        archive: the open zip.
        shown: its path, for people.
        is_class: it holds a whole class: students' zips may be larger than their files, and all lie deeper.
    """
    parcel = Parcel(shown)
    for entry in archive.infolist():
        name = _name(entry)
        path = f"{shown}!/{readable(name)}"
        try:
            parts = safe_parts(name)
        except UnsafeName as unsafe:
            parcel.refuse(path, f"refused: {unsafe}")
            continue
        if name.endswith(("/", "\\")):
            parcel.folders.append(parts)
        else:
            most = MAX_TOTAL if is_class and name.casefold().endswith(".zip") else MAX_MEMBER
            refused = _fault(entry, most)
            when, flags = _time(entry)
            read = partial(_read, archive, entry, refused)
            ignored = why_ignored(parts, spare=2 if is_class else 0)
            parcel.files.append(File(parts, path, read, when, "zip entry", ignored, refused, flags))
    return parcel


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; macOS writes UTF-8 without saying so, and Windows means cp437."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _fault(entry: zipfile.ZipInfo, most: int) -> str | None:
    """Return why an entry cannot be read, as its own record says."""
    kind = S_IFMT(entry.external_attr >> 16)
    if kind not in (0, S_IFREG):
        return SPECIAL_REASON
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if entry.compress_type not in _METHODS:
        return "it is packed by a method other than stored and deflated"
    if entry.file_size > most:
        return f"it unpacks to more than {most >> 20} MiB"
    if entry.file_size > RATIO_FREE + MAX_RATIO * entry.compress_size:
        return f"it unpacks to more than {MAX_RATIO} times its size"
    return None


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, refused: str | None, limit: int) -> bytes:
    """Return an entry's bytes; raises Ungradable if it cannot be read, lies about itself or is larger than limit."""
    name = readable(_name(entry)).rpartition("/")[2]
    if refused:
        raise Ungradable("NOT_WRITTEN", f"{name} is not read: {refused}")
    if entry.file_size > limit:
        raise Ungradable("NOT_WRITTEN", f"{name} is larger than {limit // 1000} kB")
    try:
        with archive.open(entry) as file:
            data = b"".join(iter(partial(file.read, _CHUNK), b""))
    except RefusedZip as reason:
        raise Ungradable("NOT_WRITTEN", f"{name} is not read: {reason}") from None
    except _BROKEN as error:
        raise Ungradable("NOT_WRITTEN", f"{name} is broken in its zip ({readable(str(error))})") from None
    if len(data) != entry.file_size:
        raise Ungradable("NOT_WRITTEN", f"{name} is broken in its zip: its size is not what the zip says")
    return data


def _time(entry: zipfile.ZipInfo) -> tuple[float | None, tuple[str, ...]]:
    """Return when an entry was last changed; without a zone it is this machine's, as unzip takes it, and flagged."""
    stamp = _unix_time(entry.extra)
    if stamp is not None:
        return stamp, ()
    try:
        return time.mktime((*entry.date_time, 0, 0, -1)), ("time_without_zone",)
    except (ValueError, OverflowError):
        return None, ()


def _unix_time(extra: bytes) -> float | None:
    """Return the time in an entry's extended timestamp (field 0x5455), seconds since 1970 in UTC."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 0x5455 and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return float(struct.unpack("<i", extra[5:9])[0])
        extra = extra[4 + size :]
    return None
