"""Names from outside: none deceives a person, none merges two students, none stops the class, whatever its characters."""

from __future__ import annotations

import io
import os
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.classroom.intake.names import UnsafeName, key, readable, safe_parts
from grader.course import Course
from grader.submission import Submission
from tests.classroom.intake.conftest import Room, ids, only

SHOWN = {
    "ada": "ada", "Ada Lovelace": "Ada Lovelace", "محمد علي": "محمد علي", "李明": "李明", "e\u0301": "é", "می\u200cخواهم": "می\u200cخواهم",
    "\u202eyp.ada": "\\u202eyp.ada", "a\x1b[2Jb": "a\\u001b[2Jb", "a\nb": "a\\u000ab", "a\u2028b": "a\\u2028b", "a\u200bb": "a\\u200bb",
    "\udcff\udc80": "\\xff\\x80", "a\\b": "a\\\\b", " ada": "\\u0020ada", "ada ": "ada\\u0020", " ": "\\u0020", "": "", "\U000e0041": "\\U000e0041",
    "a\u2066b": "a\\u2066b", "<b>&": "<b>&",
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_names_as_people_see_them(name: str) -> None:
    assert readable(name) == SHOWN[name]


ANY = st.text(st.characters(), max_size=30) | st.binary(max_size=30).map(os.fsdecode)


@given(ANY)
def test_nothing_unseen_is_left(name: str) -> None:
    shown = readable(name)
    hidden = {"Cc", "Cs", "Zl", "Zp", "Cn", "Co"}
    assert not any(unicodedata.category(c) in hidden for c in shown)
    assert not any(
        unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"} for c in shown
    )
    assert shown == shown.strip()
    shown.encode("utf-8")


@given(ANY, ANY)
def test_different_names_stay_different(a: str, b: str) -> None:
    same = unicodedata.normalize("NFC", a) == unicodedata.normalize("NFC", b)
    assert (readable(a) == readable(b)) == same


@given(ANY)
def test_a_name_and_its_spellings_have_one_key(name: str) -> None:
    assert key(name) == key(key(name)) == key(unicodedata.normalize("NFD", name)) == key(f" {name}\t")


@given(
    st.lists(
        st.sampled_from(["..", ".", "", "a", "tiny.py", "\\", "/", "C:", "\0", "\u202e", "~"]) | ANY, max_size=6
    ).map("/".join)
)
def test_parts_of_a_path_never_lead_out(path: str) -> None:
    try:
        parts = safe_parts(path)
    except UnsafeName:
        return
    assert parts
    for part in parts:
        assert part not in ("", ".", "..")
        assert "/" not in part
        assert "\\" not in part
        assert not any(unicodedata.category(c) == "Cc" for c in part)
    place = Path("/place/of/it")
    assert os.path.normpath(place.joinpath(*parts)).startswith(f"{place}/")


FILE_NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: name not in (b".", b"..") and not {0, 47} & set(name)
)
LIKELY = st.lists(
    st.sampled_from(["ada", "tiny", "chapter1", "other", "_", " ", "-", "(1)", ".py", ".zip", ".toml", "quiz", "12", "é", "\u202e", "anon"]),
    min_size=1, max_size=7,
).map("".join).map(os.fsencode).filter(lambda name: len(name) < 200)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FILE_NAMES | LIKELY, max_size=6, unique=True), st.sampled_from(["loose", "folder", "below"]))
@example(names=[b"\xec\xcc\xa7"], kind="loose")  # a mark that joins the last letter of an escape
def test_a_class_of_any_names_is_read_and_nothing_is_lost(two_chapters: Course, names: list[bytes], kind: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        room = Room(Path(place, "class"), two_chapters)
        room.folder.mkdir()
        for name in names:
            path = os.fsencode(room.folder) + b"/" + name
            if kind == "loose":
                Path(os.fsdecode(path)).write_bytes(b"x = 1\n")
            else:
                inner = Path(os.fsdecode(path), "deep" if kind == "below" else "")
                inner.mkdir(parents=True)
                (inner / "tiny.py").write_bytes(b"x = 1\n")
        found = room.collect()
    listed = {refused.path for refused in found.refused} | {answer.source for answer in found.handed_in}
    for name in names:
        shown = readable(os.fsdecode(name))
        is_listed = any(path == shown or path.startswith((f"{shown}/", f"{shown}!/")) for path in listed)
        assert is_listed or (kind == "loose" and shown.casefold().endswith(".toml"))  # as a quiz, beside its module
    for fact in (*ids(found), *listed, *(answer.student for answer in found.handed_in)):
        fact.encode("utf-8")
        assert readable(fact.replace("\\", "/")) == fact.replace("\\", "/")
    assert {answer.student for answer in found.handed_in} <= set(ids(found))
    assert len(ids(found)) == len(set(ids(found)))


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY | LIKELY.map(os.fsdecode), max_size=6), st.binary(max_size=8), st.integers(0, 4000))
def test_a_zip_of_any_names_and_any_damage_is_read_or_refused(
    two_chapters: Course, names: list[str], damage: bytes, at: int
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for entry in {zipfile.ZipInfo(name.encode("utf-8", "replace").decode()).filename for name in names}:
            archive.writestr(zipfile.ZipInfo(entry), "x = 1\n")
        archive.writestr("ada/tiny.py", "x = 1\n")
    data = bytearray(file.getvalue())
    at %= len(data)
    data[at : at + len(damage)] = damage
    with tempfile.TemporaryDirectory() as place:
        room = Room(Path(place, "class"), two_chapters)
        room.folder.mkdir()
        room.put("good/tiny.py")
        room.put("bad.zip", bytes(data))
        found = room.collect()
        assert {"bad", "good"} == set(ids(found))
        assert "good/tiny.py" in {answer.source for answer in found.handed_in}
        assert len(found.handed_in) > 1 or found.refused


@pytest.mark.parametrize(
    "name", [b"\xff\xfe", b"a\x1bb", "\u202eada".encode(), b" ada", b"-rf", b"~", b"$(touch x)", b"a\nb", b"`x`"]
)
def test_odd_names_of_folders_are_read_and_shown(room: Room, name: bytes) -> None:
    folder = Path(os.fsdecode(os.fsencode(room.folder) + b"/" + name))
    folder.mkdir()
    (folder / "tiny.py").write_text("x = 1\n")
    answer = only(room.collect())
    assert answer.module == Submission("tiny.py", b"x = 1\n")
    assert answer.student == readable(os.fsdecode(name))
    assert answer.source == f"{answer.student}/tiny.py"


def test_names_of_two_normal_forms_in_one_folder(room: Room) -> None:
    room.put("é/tiny.py", "x = 1\n")
    room.put("e\u0301/tiny.py", "x = 2\n")
    found = room.collect()
    assert ids(found) == ["é"]
    assert len(found.handed_in) == 2
