"""The roster: who somebody is, never by a name that two may bear; every mistake in it has a file, a line and a way out."""

from __future__ import annotations

import cProfile

import pytest

from grader.errors import UsageError
from tests.classroom.intake.conftest import Room, ids, only, person, sources

HEAD = "id,name,aliases\n"


@pytest.mark.parametrize(
    "text",
    [
        'id,name,aliases\n7,Ada Lovelace,"ada;al"\n', "id,name,aliases\r\n7,Ada Lovelace,ada;al\r\n", "\ufeffid,name,aliases\n7,Ada Lovelace,ada;al",
        'id;name;aliases\n7;Ada Lovelace;"ada;al"\n', "id\tname\taliases\n7\tAda Lovelace\tada ; al\n", " Name ,section,ALIASES, ID\nAda Lovelace,3,ada;al,7\n\n,,,\n",
    ],
)  # fmt: skip
def test_rosters_of_every_spreadsheet(room: Room, text: str) -> None:
    room.put("al/tiny.py")
    found = room.collect(roster=text)
    assert [(p.id, p.name, p.aliases, p.on_roster) for p in found.people] == [
        ("7", "Ada Lovelace", ("ada", "al"), True)
    ]
    assert only(found).student == "7"


def test_only_an_id_is_needed(room: Room) -> None:
    found = room.collect(roster="id\nada\nbob\n")
    assert [(p.id, p.name, p.aliases) for p in found.people] == [("ada", "ada", ()), ("bob", "bob", ())]


WRONG = {
    "": (1, "id is missing"), "name,aliases\nAda,ada\n": (1, "column id is missing"), "id,name,alias\n": (1, "Did you mean 'aliases'"),
    "id,name,name\n": (1, "two columns"), HEAD + ",Ada,\n": (2, "id is empty"), HEAD + "1,Ada,a\n\n1,Bob,b\n": (4, "the id '1' stands there twice"),
    HEAD + "1,A,x\n2,B,X\n": (3, "the alias 'X' means '1' already"), HEAD + "1,A,x\nX,B,\n": (3, "the id 'X' means '1' already"),
    HEAD + "1,A,\n2,B,1\n": (3, "the alias '1' means '1' already"), HEAD + "e\u0301,A,\n2,B,\u00c9\n": (3, "already"), HEAD + "1,A,a,b\n": (2, "4 cells for 3"),
    HEAD + '1,"A\n': (2, "no CSV"), HEAD + "1,A\0,\n": (2, "NUL"), HEAD + "1\u202e,A,\n": (2, "cannot be seen"), HEAD + "1,A,a\u200bda\n": (2, "a\\u200bda holds"),
    HEAD + '1,"two\nlines",\n1,B,\n': (4, "twice"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_roster_names_file_line_and_way_out(room: Room, text: str) -> None:
    line, words = WRONG[text]
    with pytest.raises(UsageError) as caught:
        room.collect(roster=text)
    if text:
        assert f"roster.csv, line {line}" in caught.value.message
    assert "roster.csv" in caught.value.message
    assert words in caught.value.message
    assert ":" in caught.value.message


def test_a_roster_that_is_not_utf8(room: Room) -> None:
    with pytest.raises(UsageError, match=r"roster\.csv, line 3: .*CSV UTF-8"):
        room.collect(roster=b"id,name\n1,a\n2,M\xfcller\n")


def test_a_roster_that_is_not_there(room: Room) -> None:
    room.roster("").unlink()
    room.roster("").rename(room.folder.parent / "else")
    from grader.classroom.intake import collect

    with pytest.raises(UsageError, match=r"cannot be read: roster\.csv is not there"):
        collect(room.folder, room.course, room.course.chapters, room.folder.parent / "roster.csv")


ROSTER = (
    HEAD + "1001,Ada Lovelace,ada;lovelaceada_40101\n1002,Émile Borel,émile\n1003,Jane Doe,jane-doe;Participant 2203\n"
)


@pytest.mark.parametrize(
    ("path", "student", "flags"),
    [
        ("1001/tiny.py", "1001", ()), ("ADA/tiny.py", "1001", ()), ("ada /tiny.py", "1001", ()), ("E\u0301MILE/tiny.py", "1002", ()),
        ("Ada_tiny.py", "1001", ()), ("lovelaceada_40101_9_tiny.py", "1001", ()), ("x_2203_assignsubmission_file/tiny.py", "1003", ()),
        ("chapter-1-jane-doe/tiny.py", "1003", ()), ("chapter-1-tiny-jane-doe-1/tiny.py", "1003", ("student_by_word",)),
        ("1001 A. L./tiny.py", "1001", ("student_by_word",)), ("hw1_ada_tiny_v2.py", "1001", ("student_by_word",)),
        ("Doe, Jane (1003)/tiny.py", "1003", ("student_by_word",)), ("Ada Lovelace_2201_assignsubmission_file/tiny.py", "1001", ("student_by_name",)),
        ("jane doe/tiny.py", "1003", ("student_by_name",)), ("ada 1 1003/tiny.py", "ada 1 1003", ()), ("Ada Turing/tiny.py", "Ada Turing", ()), ("Ada Turing_2299_assignsubmission_file/tiny.py", "Ada Turing_2299", ()), ("adam/tiny.py", "adam", ()),
        ("x_1003_assignsubmission_file/tiny.py", "x_1003", ()), ("zoe_40101_9_ada_tiny.py", "zoe_40101", ()),
    ],
)  # fmt: skip
def test_who_somebody_is(room: Room, path: str, student: str, flags: tuple[str, ...]) -> None:
    room.put(path)
    found = room.collect(roster=ROSTER)
    assert (only(found).student, only(found).flags) == (student, flags)
    assert [p.on_roster for p in found.people if p.id == student] == [student.startswith("100")]


def test_a_short_number_among_words_is_nobody(room: Room) -> None:
    room.put("chapter-1-tiny-octocat-2/tiny.py")
    assert only(room.collect(roster="id,name\n1,A\n2,B\n")).student == "octocat-2"


def test_an_alias_may_hold_a_backslash(room: Room) -> None:
    room.put("UNI\\ada/tiny.py")
    assert only(room.collect(roster=HEAD + "7,Ada,UNI\\ada\n")).student == "7"


def test_found_names_become_aliases(room: Room) -> None:
    room.put("Ada/tiny.py")
    room.put("l_40101_9_tiny.py")
    found = room.collect(roster=HEAD + "7,Ada Lovelace,ada;40101\n")
    assert person(found, "7").aliases == ("ada", "40101", "l_40101")


@pytest.mark.parametrize(
    "names",
    [
        ("Ada Lovelace_2201_assignsubmission_file", "Ada Lovelace_2202_assignsubmission_file"),
        ("1", "Ada Lovelace"),
    ],
)
@pytest.mark.parametrize("roster", [None, "id,name\n1,Ada Lovelace\n", "id,name\n1,Ada Lovelace\n2,Ada Lovelace\n"])
def test_students_of_one_name_are_never_merged(room: Room, names: tuple[str, str], roster: str | None) -> None:
    for n, name in enumerate(names):
        room.put(f"{name}/tiny.py", f"x = {n}\n")
    found = room.collect(roster=roster)
    students = [answer.student for answer in found.handed_in]
    assert len(set(students)) == 2
    assert "Ada Lovelace_2201" in students or "1" in students


def test_a_name_that_two_bear_is_nobodys(room: Room) -> None:
    room.put("Ada Lovelace/tiny.py")
    found = room.collect(roster="id,name\n1,Ada Lovelace\n2,Ada Lovelace\n")
    assert only(found).student == "Ada Lovelace"
    assert [(p.id, p.on_roster) for p in found.people] == [("1", True), ("2", True), ("Ada Lovelace", False)]


def test_two_normal_forms_of_a_name_are_one_name(room: Room) -> None:
    room.put("E\u0301mile Borel/tiny.py")
    room.put("\u00c9mile Borel_other.py")
    found = room.collect(roster="id,name\n1,\u00c9mile Borel\n")
    assert [answer.student for answer in found.handed_in] == ["1", "1"]


def test_names_that_differ_in_case_stay_two_without_a_roster(room: Room) -> None:
    room.put("Ada/tiny.py")
    room.put("ada/tiny.py")
    assert ids(room.collect()) == ["Ada", "ada"]
    found = room.collect(roster="id\nada\n")
    assert ids(found) == ["ada"]
    assert sources(found) == ["Ada/tiny.py", "ada/tiny.py"]


def test_unknown_students_are_kept(room: Room) -> None:
    room.put("zoe/tiny.py")
    room.put("ada/tiny.py")
    found = room.collect(roster="id\nada\nbob\n")
    assert [(p.id, p.on_roster) for p in found.people] == [("ada", True), ("bob", True), ("zoe", False)]
    assert {answer.student for answer in found.handed_in} == {"ada", "zoe"}


def test_a_large_class_is_joined_with_work_in_proportion(room: Room) -> None:
    def calls(number: int) -> int:
        rows = "".join(f"{n + 100000},Student {n},s{n + 100};login-{n}@uni.example\n" for n in range(number))
        for n in range(number):
            room.put(f"hw_s{n + 100}_x_tiny.py")
        with cProfile.Profile() as profile:
            found = room.collect(roster=HEAD + rows)
        assert len({answer.student for answer in found.handed_in}) == len(found.people) == number
        return sum(entry.callcount for entry in profile.getstats())

    few, many = calls(100), calls(800)
    assert many < 12 * few
