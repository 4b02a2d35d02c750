"""Hostile zips: each is refused with its reason, costs its student only what it holds, and the class goes on."""

from __future__ import annotations

import io
import random
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from grader.classroom.intake import zips
from grader.submission import Submission
from grader.verdict import Ungradable
from tests.classroom.intake.conftest import Room, ids, only, reason, refusals_of, sources, zip_of

GOOD = "x = 1\n"
ONE = zip_of(("tiny.py", GOOD))
NOISE = random.Random(0).randbytes(1_800_000)
DIRECTORY, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"


def special(name: str, kind: int, target: str = "/etc/passwd") -> tuple[zipfile.ZipInfo, str]:
    """Return an entry that unpacks to a link, device or pipe."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info, target


def patched(data: bytes, mark: bytes, offset: int, value: bytes, nth: int = 0) -> bytes:
    """Return a zip with some bytes of its nth header of a kind replaced."""
    at = -1
    for _ in range(nth + 1):
        at = data.index(mark, at + 1)
    return data[: at + offset] + value + data[at + offset + len(value) :]


def both(data: bytes, value: bytes, local: int, directory: int, nth: int = 0) -> bytes:
    """Return a zip with some bytes of an entry replaced in both of its headers."""
    return patched(patched(data, LOCAL, local, value, nth), DIRECTORY, directory, value, nth)


def raw_name(name: bytes, flags: int = 0) -> bytes:
    """Return a zip whose one entry has these bytes for a name."""
    data = zip_of(("n" * len(name), GOOD)).replace(b"n" * len(name), name)
    return both(data, struct.pack("<H", flags), 6, 8)


def overlapping() -> bytes:
    """Return a zip of two entries whose data is one and the same."""
    data = zip_of(("a.py", GOOD), ("b.py", GOOD))
    return patched(data, DIRECTORY, 42, struct.pack("<I", 5), 1)


def zip64_sizes(size: int) -> bytes:
    """Return a zip whose one entry claims a size in a zip64 field."""
    info = zipfile.ZipInfo("tiny.py")
    info.extra = struct.pack("<HHQQ", 1, 16, size, size)
    return patched(zip_of((info, GOOD)), DIRECTORY, 20, b"\xff" * 8)


def zip64_end(entries: int, size: int, offset: int) -> bytes:
    """Return a zip that says by zip64 where its list of entries is and how long."""
    at = ONE.index(END)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    return ONE[:at] + record + locator + ONE[at:]


def bomb(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of a few kilobytes that unpacks to 32 MiB."""
    return zip_of(*((f"{n}.py", bytes(2 << 20)) for n in range(16)), method=method)


def crowded() -> bytes:
    """Return a zip of one entry more than is read."""
    return zip_of(*((f"{n}", b"") for n in range(zips.MAX_ENTRIES + 1)))


def long_list() -> bytes:
    """Return a zip whose list of entries is longer than what is read at a time."""
    infos = []
    for n in range(120):
        info = zipfile.ZipInfo(f"{n}.py")
        info.comment = b"c" * 65_000
        infos.append((info, b""))
    return zip_of(*infos)


def quine() -> bytes:
    """Return zips in zips, five deep."""
    data = ONE
    for _ in range(4):
        data = zip_of(("inner.zip", data))
    return data


WHOLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "not a zip": (lambda: b"Rar!\x1a\7\0" * 9, "no zip"),
    "empty file": (lambda: b"", "no zip"),
    "cut off": (lambda: ONE[:-30], "no zip"),
    "headers only": (lambda: ONE[:40], "no zip"),
    "too many entries": (crowded, "more than 20000"),
    "entries that hide their number": (lambda: patched(crowded(), END, 8, b"\1\0\1\0"), "more than 20000"),
    "bomb": (bomb, "200 times"),
    "bomb of overlapping entries": (overlapping, "overlap"),
    "same entry twice": (lambda: patched(zip_of(("a.py", GOOD), ("b.py", GOOD)), DIRECTORY, 42, b"\0\0\0\0", 1), "overlap"),
    "too large together": (lambda: zip_of(*((f"{n}.txt", NOISE) for n in range(40))), "64 MiB"),
    "list of entries beyond the file": (lambda: patched(ONE, END, 16, b"\xff\xff\xff\x7f"), "outside"),
    "list of entries too long": (lambda: patched(ONE, END, 12, b"\xff\xff\xff\x7f"), "no zip"),
    "list of entries as long as it says": (long_list, "list of entries is too long"),
    "zip64 end that points away": (lambda: zip64_end(1, 53, 1 << 40), "outside"),
    "zip64 list without end": (lambda: zip64_end(1 << 60, 1 << 62, 0), "no zip"),
    "name that is not the UTF-8 it says": (lambda: raw_name(b"\xff\xfe.py", 0x800), "not"),
    "version from the future": (lambda: patched(ONE, DIRECTORY, 6, b"\xff\0"), "broken"),
    "garbage list": (lambda: patched(ONE, DIRECTORY, 0, b"XXXX"), "no zip"),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_hostile_zip_is_refused_and_the_class_goes_on(room: Room, name: str) -> None:
    make, words = WHOLE[name]
    room.put("bad.zip", make())
    room.put("eve/work.zip", make())
    room.put("good.zip", ONE)
    found = room.collect()
    assert sources(found) == ["good.zip!/tiny.py"]
    assert ids(found) == ["bad", "eve", "good"]
    for path in ("bad.zip", "eve/work.zip"):
        assert words in reason(found, path), refusals_of(found, "bad")
        assert reason(found, path).startswith("refused: ")


MEMBERS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "climbs out": (lambda: zip_of(("../tiny.py", GOOD)), "../tiny.py", "climbs out"),
    "climbs out further down": (lambda: zip_of(("a/../../tiny.py", GOOD)), "a/../../tiny.py", "climbs out"),
    "climbs out by backslash": (lambda: zip_of(("..\\tiny.py", GOOD)), "..\\\\tiny.py", "climbs out"),
    "absolute": (lambda: zip_of(("/tiny.py", GOOD)), "/tiny.py", "absolute"),
    "absolute by backslash": (lambda: zip_of(("\\tiny.py", GOOD)), "\\\\tiny.py", "absolute"),
    "network share": (lambda: zip_of(("\\\\host\\tiny.py", GOOD)), "\\\\\\\\host\\\\tiny.py", "absolute"),
    "drive": (lambda: zip_of(("C:/tiny.py", GOOD)), "C:/tiny.py", "drive"),
    "drive without slash": (lambda: zip_of(("c:tiny.py", GOOD)), "c:tiny.py", "drive"),
    "NUL": (lambda: raw_name(b"a\0/tiny.py"), "a\\u0000/tiny.py", "control"),
    "escape sequence": (lambda: raw_name(b"\x1b[2J/tiny.py"), "\\u001b[2J/tiny.py", "control"),
    "line break": (lambda: raw_name(b"a\n/tiny.py"), "a\\u000a/tiny.py", "control"),
    "no name": (lambda: zip_of(("./", "")), "./", "no name"),
    "long part": (lambda: zip_of((f"{'a' * 201}/tiny.py", GOOD)), f"{'a' * 201}/tiny.py", "longer than 200"),
    "deep": (lambda: zip_of(("d/" * 7 + "tiny.py", GOOD)), "d/" * 7 + "tiny.py", "more than 6 folders"),
    "deep without end": (lambda: zip_of(("d/" * 9000 + "tiny.py", GOOD)), "d/" * 9000 + "tiny.py", "more than 6"),
    "left by macOS": (lambda: zip_of(("__MACOSX/tiny.py", GOOD)), "__MACOSX/tiny.py", "a program left it"),
    "beside its file by macOS": (lambda: zip_of(("._tiny.py", GOOD)), "._tiny.py", "a program left it"),
    "left by a program": (lambda: zip_of(("venv/lib/tiny.py", GOOD)), "venv/lib/tiny.py", "a program left it"),
    "nested too deep": (quine, "inner.zip!/inner.zip", "deeper than 2"),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_a_hostile_entry_is_refused_and_its_zip_goes_on(room: Room, name: str) -> None:
    make, path, words = MEMBERS[name]
    room.put("bad.zip", make())
    found = room.collect()
    assert (found.handed_in, ids(found)) == ((), ["bad"])
    assert words in reason(found, f"bad.zip!/{path}"), found.refused
    assert [refused.student for refused in found.refused] == ["bad"]


UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "link": (lambda: zip_of(special("tiny.py", stat.S_IFLNK)), "a link, a device or a pipe"),
    "character device": (lambda: zip_of(special("tiny.py", stat.S_IFCHR)), "a link, a device or a pipe"),
    "block device": (lambda: zip_of(special("tiny.py", stat.S_IFBLK)), "a link, a device or a pipe"),
    "pipe": (lambda: zip_of(special("tiny.py", stat.S_IFIFO)), "a link, a device or a pipe"),
    "socket": (lambda: zip_of(special("tiny.py", stat.S_IFSOCK)), "a link, a device or a pipe"),
    "encrypted": (lambda: both(ONE, b"\1\0", 6, 8), "encrypted"),
    "strongly encrypted": (lambda: both(ONE, b"\x41\0", 6, 8), "encrypted"),
    "LZMA": (lambda: zip_of(("tiny.py", GOOD), method=zipfile.ZIP_LZMA), "by a method other"),
    "bzip2": (lambda: zip_of(("tiny.py", GOOD), method=zipfile.ZIP_BZIP2), "by a method other"),
    "unknown method": (lambda: both(ONE, b"\x63\0", 8, 10), "by a method other"),
    "too large": (lambda: zip_of(("tiny.py", bytes((2 << 20) + 1)), ("x", bytes(9 << 10)), method=0), "2 MiB"),
    "size of zip64": (lambda: zip64_sizes(3 << 20), "more than 2 MiB"),
    "bad sum": (lambda: patched(zip_of(("tiny.py", GOOD), method=0), LOCAL, 37, b"y"), "CRC"),
    "bad data": (lambda: patched(zip_of(("tiny.py", GOOD * 99)), LOCAL, 37, b"\xff" * 6), "broken in its zip"),
    "smaller than it is": (lambda: both(zip_of(("tiny.py", GOOD * 99)), struct.pack("<I", 7), 22, 24), "CRC"),
    "larger than it is": (lambda: both(ONE, struct.pack("<I", 99), 22, 24), "its size is not"),
    "other name inside": (lambda: patched(ONE, LOCAL, 30, b"tony"), "differ"),
    "no header inside": (lambda: patched(ONE, LOCAL, 0, b"PKxx"), "broken in its zip"),
    "data beyond the file": (lambda: patched(ONE, DIRECTORY, 42, b"\0\0\1\0"), "broken in its zip"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_entry_that_cannot_be_read_is_ungradable_with_the_reason(room: Room, name: str) -> None:
    make, words = UNREADABLE[name]
    room.put("bad.zip", make())
    room.put("good.zip", ONE)
    found = room.collect()
    assert sources(found) == ["bad.zip!/tiny.py", "good.zip!/tiny.py"], found.refused
    bad, good = found.handed_in
    assert isinstance(bad.module, Ungradable)
    assert words in bad.module.message
    assert reason(found, "bad.zip!/tiny.py") == f"refused: {bad.module}"
    assert isinstance(good.module, Submission)


def test_a_class_of_all_of_them_goes_on(room: Room) -> None:
    kinds = [kind[0] for table in (WHOLE, MEMBERS, UNREADABLE) for kind in table.values()]
    for number, make in enumerate(kinds):
        room.put(f"bad{number}.zip", make())
    room.put("good.zip", ONE)
    found = room.collect()
    assert {refused.student for refused in found.refused} == {f"bad{number}" for number in range(len(kinds))}
    assert [one.source for one in found.handed_in if isinstance(one.module, Submission)] == ["good.zip!/tiny.py"]


@pytest.mark.parametrize("size", [1 << 31, 1 << 40, (1 << 64) - 1])
def test_zip64_sizes_are_not_believed(room: Room, size: int) -> None:
    room.put("bad.zip", zip64_sizes(size))
    found = room.collect()
    assert found.handed_in == ()
    assert found.refused


def test_a_bad_entry_spares_the_others(room: Room) -> None:
    data = zip_of(("../evil.py", GOOD), special("link.py", stat.S_IFLNK), ("tiny.py", GOOD), ("venv/tiny.py", GOOD))
    room.put("ada.zip", data)
    found = room.collect()
    assert only(found).module == Submission("tiny.py", GOOD.encode())
    assert only(found).flags == ("time_without_zone",)
    assert len(found.refused) == 3


def test_of_entries_with_one_name_the_first_is_chosen(room: Room) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zip_of(("tiny.py", "x = 1\n"), ("tiny.py", "x = 2\n"))
    room.put("ada.zip", data)
    found = room.collect()
    assert only(found).module == Submission("tiny.py", b"x = 1\n")
    assert (
        reason(found, "ada.zip!/tiny.py") == "set aside: ada.zip!/tiny.py was chosen, for it comes first in its archive"
    )


@pytest.mark.parametrize(
    ("name", "flags", "shown"),
    [
        ("Müller/tiny.py".encode("cp437"), 0, "Müller/tiny.py"), ("Müller/tiny.py".encode(), 0, "Müller/tiny.py"),
        ("Müller/tiny.py".encode(), 0x800, "Müller/tiny.py"), ("Mu\u0308ller/tiny.py".encode(), 0, "Müller/tiny.py"),
        (b"a\\b\\tiny.py", 0, "a\\\\b\\\\tiny.py"), (b"./a//tiny.py", 0, "./a//tiny.py"),
        ("\u202eyp.tiny/tiny.py".encode(), 0x800, "\\u202eyp.tiny/tiny.py"),
    ],
)  # fmt: skip
def test_names_of_every_system_are_understood(room: Room, name: bytes, flags: int, shown: str) -> None:
    room.put("ada.zip", raw_name(name, flags))
    assert only(room.collect()).source == f"ada.zip!/{shown}"


def test_a_student_whose_zip_holds_an_environment_is_read(room: Room) -> None:
    entries = [(f"venv/lib/{n}.bin", NOISE) for n in range(40)]
    room.put("ada.zip", zip_of(*entries, ("tiny.py", GOOD)))
    assert isinstance(only(room.collect()).module, Submission)


def test_a_bomb_takes_no_memory(room: Room) -> None:
    room.put("bad.zip", bomb())
    room.put("worse.zip", patched(long_list(), END, 8, b"\1\0\1\0"))
    room.put("lies.zip", both(zip_of(("tiny.py", bytes(20 << 20))), struct.pack("<I", 1000), 22, 24))
    tracemalloc.start()
    room.collect()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20


def test_inner_zips_have_a_number(room: Room) -> None:
    room.put("ada.zip", zip_of(*((f"{n:02}.zip", ONE) for n in range(zips.MAX_ZIPS + 1))))
    found = room.collect()
    assert len(found.handed_in) == zips.MAX_ZIPS
    assert reason(found, "ada.zip!/20.zip") == f"refused: more than {zips.MAX_ZIPS} zips"


def test_a_whole_class_may_have_more_entries_and_its_zips_more_bytes(room: Room) -> None:
    big = zip_of(("tiny.py", GOOD), ("data.bin", NOISE), method=zipfile.ZIP_STORED)
    entries = [(f"s{n // 20}/{n}.txt", b"") for n in range(zips.MAX_ENTRIES + 20)]
    large = zip_of(*((f"{n}.bin", NOISE) for n in range(5)), ("tiny.py", GOOD), method=0)
    room.put("hw.zip", zip_of(*entries, ("ada.zip", big), ("bob.zip", large), method=0))
    found = room.collect(path=room.folder / "hw.zip")
    assert sources(found) == ["hw.zip!/ada.zip!/tiny.py", "hw.zip!/bob.zip!/tiny.py"]
    assert len(found.people) == 1003


def test_files_are_closed(room: Room) -> None:
    raw = io.BytesIO(ONE)
    assert [parcel.shown for parcel in zips.read_zip(raw, "a.zip")] == ["a.zip"]
    assert raw.closed
    broken = io.BytesIO(b"PK")
    list(zips.read_zip(broken, "b.zip"))
    assert broken.closed


def test_an_empty_zip_is_listed(room: Room) -> None:
    room.put("ada.zip", zip_of())
    room.put("bob.zip", zip_of(("only/a/folder/", "")))
    found = room.collect()
    assert {refused.path: refused.reason for refused in found.refused} == dict.fromkeys(
        ["ada.zip", "bob.zip"], "ignored: there is no file in it"
    )
