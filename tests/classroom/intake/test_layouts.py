"""A class as it arrives: folders, loose files, zips, one zip of everything; each file is a hand-in or has a reason."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.handed_in import HandedIn, Person, Refused
from grader.classroom.intake import hand_ins
from grader.classroom.intake.choose import MAX_LISTED
from grader.classroom.intake.zips import MAX_ZIPS
from grader.errors import UsageError
from grader.submission import MAX_BYTES, Submission
from grader.verdict import Ungradable
from grader.workspace import MAX_DEPTH, MAX_FILES, QUIZ_BYTES, find_module
from tests.classroom.intake.conftest import OTHER, TIME, TINY, Git, Room, ids, only, person, reason, sources, zip_of

AT_TIME = "2026-09-21T14:13:20Z"


@pytest.mark.parametrize(
    "path",
    ["ada/exercises/chapter01_tiny/tiny.py", "ada/tiny.py", "ada/chapter1.py", "ada/deep/down/TINY.py", "ada/1.py"],
)
def test_a_students_folder(room: Room, path: str) -> None:
    room.put(path, "y = 2\n")
    name = path.rpartition("/")[2]
    expected = HandedIn("ada", TINY, Submission(name, b"y = 2\n"), None, AT_TIME, "file", path)
    assert only(room.collect()) == expected


def test_a_folder_gives_what_grading_it_alone_gives(room: Room) -> None:
    for age, name in enumerate(["a/tiny.py", "b/tiny.py", "my_tiny.py", "x/chapter1.py", "12.py", "x/other_v2.py"]):
        room.put(f"ada/{name}", f"x = {age}\n", TIME + age)
    for answer in room.collect().handed_in:
        alone = find_module(room.folder / "ada", room.course.chapter(answer.chapter), room.course)
        assert answer.source == alone.relative_to(room.folder).as_posix()


LOOSE = {
    "ada_tiny.py": ("ada", TINY), "tiny_ada.py": ("ada", TINY), "ada-chapter1.py": ("ada", TINY),
    "ada_tiny (1).py": ("ada", TINY), "ada_chapter01_tiny.py": ("ada", TINY), "ada_tiny_v2.py": ("ada", TINY),
    "chapter12_1234567.py": ("1234567", OTHER), "ada tiny - Copy.py": ("ada", TINY), "Ada Lovelace_tiny.py": ("Ada Lovelace", TINY),
    "hw1_ada_other_final.py": ("hw1_ada", OTHER), "ada_Chapter-12.py": ("ada", OTHER),
    "lovelaceada_40101_900001_chapter1.py": ("lovelaceada_40101", TINY),
    "o_brien_jrpat_LATE_40106_900006_chapter1.py": ("o_brien_jrpat_40106", TINY),
    "lateryan_40107_900007_tiny.py": ("lateryan_40107", TINY),
    "noetheremmy_40112_900013_chapter1-3f0e8c1a-52b4-4d7e-9a55-0c7f7b1f2d3e.py": ("noetheremmy_40112", TINY),
    "ada_tiny-3f0e8c1a-52b4-4d7e-9a55-0c7f7b1f2d3e.py": ("ada", TINY),
    "LATE_anon_x9Y8z_900202_chapter1.py": ("anon_x9Y8z", TINY), "anon_12345_900203_chapter1.py": ("anon_12345", TINY),
    "eve_1_2_ada_40101_900001_chapter1.py": ("eve_1", TINY),
    "Alan Turing_3302_assignsubmission_file_my_chapter1_v2.py": ("Alan Turing_3302", TINY),
    "محمد علي_2205_assignsubmission_file_tiny.py": ("محمد علي_2205", TINY),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOSE)
def test_loose_files_say_whose_they_are(room: Room, name: str) -> None:
    room.put(name)
    answer = only(room.collect())
    assert (answer.student, answer.chapter) == LOOSE[name]
    assert ids(room.collect()) == [answer.student]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada Lovelace_2201_assignsubmission_file", "Ada Lovelace_2201"), ("Alan Turing_2202_assignsubmission_file_", "Alan Turing_2202"),
        ("submission_102", "submission_102"), ("chapter-1-octocat", "octocat"), ("chapter-1-tiny-jane-doe", "jane-doe"),
        ("Default group_assignsubmission_file", "Default group_assignsubmission_file"), ("chapter-1-", "chapter-1-"), ("s.git", "s"), ("jane-tiny", "jane-tiny"),
    ],
)  # fmt: skip
def test_folders_say_whose_they_are(room: Room, name: str, student: str) -> None:
    room.put(f"{name}/tiny.py")
    assert only(room.collect()).student == student


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada.zip", "ada"),
        ("ada_tiny.ZIP", "ada"),
        ("ada (1).zip", "ada"),
        ("1.zip", "1"),
        ("l_40101_900001_work.zip", "l_40101"),
    ],
)
def test_zips_say_whose_they_are(room: Room, name: str, student: str) -> None:
    room.put(name, zip_of(("homework/tiny.py", "y = 2\n"), ("homework/quiz.toml", "q")))
    answer = only(room.collect())
    assert (answer.student, answer.source, answer.quiz) == (student, f"{name}!/homework/tiny.py", b"q")


@pytest.mark.parametrize("name", ["tiny.py", "chapter1.py", "1.py", "tiny (1).py", "tiny.zip", "chapter12.zip"])
def test_what_bears_no_students_name_is_refused(room: Room, name: str) -> None:
    room.put(name, zip_of(("tiny.py", "")))
    found = room.collect()
    assert (found.people, found.handed_in) == ((), ())
    assert "no student's name" in reason(found, name)


def test_everyone_is_in_the_class_whatever_they_sent(room: Room) -> None:
    room.put("ada/notes.txt")
    (room.folder / "bob").mkdir()
    room.put("carl/.DS_Store")
    room.put("dora.zip", b"no zip")
    room.put("emil.rar", b"Rar!")
    room.put("fay_tiny.ipynb", "{}")
    (room.folder / "gus").symlink_to(room.folder / "ada")
    room.put("hal_tiny_other.py")
    os.mkfifo(room.folder / "ida_tiny.py")
    room.put("README.md")
    found = room.collect(roster="id,name\n7,Zoe Zed\n")
    assert ids(found) == ["7", "ada", "bob", "carl", "dora", "emil", "fay", "gus", "hal", "ida"]
    assert [(a.student, a.module) for a in found.handed_in] == [
        ("ida", Ungradable("NOT_WRITTEN", "ida_tiny.py is not a plain file"))
    ]
    said = {refused.path: (refused.student, refused.reason) for refused in found.refused}
    assert said == {
        "ada/notes.txt": ("ada", "ignored: no Python file"), "bob": ("bob", "ignored: there is no file in it"),
        "carl/.DS_Store": ("carl", "ignored: a program left it behind"),
        "dora.zip": ("dora", "refused: it is no zip, or a broken one (File is not a zip file)"),
        "emil.rar": ("emil", "refused: an archive of a kind that is not read; a zip is"),
        "fay_tiny.ipynb": ("fay", "ignored: a notebook; the chapter's .py file is what is graded"),
        "gus": ("gus", "refused: it is a link, a device or a pipe, not a file"),
        "hal_tiny_other.py": ("hal", "refused: it could be of chapter01_tiny or chapter12_other; rename it"),
        "ida_tiny.py": ("ida", "refused: ida_tiny.py is not a plain file"), "README.md": (None, "ignored: no Python file"),
    }  # fmt: skip


def test_the_teachers_own_files_make_no_student(room: Room) -> None:
    for name in ("pyproject.toml", "notes.toml", "scores.db", "chapters.py", "12.toml"):
        room.put(name)
    found = room.collect()
    assert (found.people, len(found.refused)) == ((), 5)


def test_separate_hand_ins_are_all_kept(room: Room) -> None:
    room.put("ada/tiny.py", "x = 1\n", TIME)
    room.put("ada/second.zip", zip_of(("tiny.py", "x = 2\n")))
    room.put("ada/third.zip", zip_of(("again.zip", zip_of(("a/tiny.py", "x = 3\n")))))
    room.put("ada.zip", zip_of(("tiny.py", "x = 4\n")))
    room.put("ada_tiny.py", "x = 5\n", TIME + 1)
    room.put("ada_tiny (1).py", "x = 6\n", TIME + 2)
    found = room.collect()
    assert {answer.student for answer in found.handed_in} == {"ada"}
    assert sources(found) == [
        "ada/tiny.py", "ada/second.zip!/tiny.py", "ada/third.zip!/again.zip!/a/tiny.py", "ada.zip!/tiny.py",
        "ada_tiny (1).py", "ada_tiny.py",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["tiny.py", "chapter1.py"], "its name fits better"), (["chapter1.py", "my_tiny.py"], "its name fits better"),
        (["a/tiny.py", "a/b/tiny.py"], "it lies nearer the top"), (["b/tiny.py", "a/tiny.py"], "it is newer"),
    ],
)  # fmt: skip
def test_duplicates_in_a_hand_in_are_set_aside_with_the_rule(room: Room, names: list[str], why: str) -> None:
    for age, name in enumerate(names):
        room.put(f"ada/{name}", f"x = {age}\n", TIME - age)
    found = room.collect()
    assert only(found).source == f"ada/{names[0]}"
    assert only(found).flags == ("duplicate_name",)
    assert reason(found, f"ada/{names[1]}") == f"set aside: ada/{names[0]} was chosen, for {why}"


def test_of_equals_the_first_name_is_chosen(room: Room) -> None:
    room.put("ada/b/tiny.py")
    room.put("ada/a/tiny.py")
    found = room.collect()
    assert only(found).source == "ada/a/tiny.py"
    assert reason(found, "ada/b/tiny.py").endswith("for its name comes first")


def test_a_linked_folder_is_not_entered(room: Room) -> None:
    room.put("ada/notes.txt")
    elsewhere = room.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tiny.py").write_text("x = 1\n")
    (room.folder / "ada/link").symlink_to(elsewhere)
    found = room.collect()
    assert found.handed_in == ()
    assert reason(found, "ada/link") == "refused: it is a link, a device or a pipe, not a file"


def test_a_link_gives_way_to_a_file(room: Room) -> None:
    room.put("ada/below/my_tiny.py")
    (room.folder / "ada/tiny.py").symlink_to("/etc/passwd")
    found = room.collect()
    assert (only(found).source, only(found).flags) == ("ada/below/my_tiny.py", ("fuzzy_name", "duplicate_name"))
    assert reason(found, "ada/tiny.py") == "set aside: ada/below/my_tiny.py was chosen, for it can be read"
    (room.folder / "ada/below/my_tiny.py").unlink()
    found = room.collect()
    assert only(found).module == Ungradable("NOT_WRITTEN", "tiny.py is a link; hand in the file itself")
    assert reason(found, "ada/tiny.py") == "refused: tiny.py is a link; hand in the file itself"


def test_a_file_of_two_chapters_is_refused_and_both_hear_of_it(room: Room) -> None:
    room.put("ada/tiny_and_other.py")
    found = room.collect()
    text = "tiny_and_other.py could be of chapter01_tiny or chapter12_other; rename it"
    assert [answer.module for answer in found.handed_in] == [Ungradable("NOT_WRITTEN", text)] * 2
    assert reason(found, "ada/tiny_and_other.py") == f"refused: {text}"
    room.put("ada/deep/my_tiny.py")
    assert [type(answer.module) for answer in room.collect().handed_in] == [Submission, Ungradable]


def test_only_the_chapters_asked_for(room: Room) -> None:
    for path in ("ada/tiny.py", "ada/other.py", "ada/other_quiz.toml", "bob_other.py", "ada/more.py"):
        room.put(path)
    found = room.collect("chapter1")
    assert sources(found) == ["ada/tiny.py"]
    for path in ("ada/other.py", "ada/other_quiz.toml", "bob_other.py"):
        assert reason(found, path) == "ignored: it is of chapter12_other, which is not graded now"
    assert reason(found, "ada/more.py") == "ignored: its name is of no chapter"
    assert ids(found) == ["ada", "bob"]


@pytest.mark.parametrize(("bad", "words"), [(b"", "empty"), (b"\xff", "UTF-8"), (b"#" * (MAX_BYTES + 1), "larger")])
def test_a_file_that_cannot_be_graded_says_why(room: Room, bad: bytes, words: str) -> None:
    room.put("ada/tiny.py", bad)
    room.put("bob_tiny.py", bad)
    room.put("eve.zip", zip_of(("tiny.py", bad), method=zipfile.ZIP_STORED))
    found = room.collect()
    assert len(found.handed_in) == len(found.refused) == 3
    for answer in found.handed_in:
        assert words in str(answer.module)
        assert reason(found, answer.source) == f"refused: {answer.module}"


def test_the_quiz_beside_the_module(room: Room) -> None:
    room.put("ada/tiny.py")
    room.put("ada/quiz.toml", "plain")
    room.put("ada/Tiny_quiz.toml", "named")
    room.put("bob/tiny.py")
    room.put("bob/elsewhere/quiz.toml")
    room.put("carl/tiny.py")
    room.put("carl/quiz.toml", b"#" * (QUIZ_BYTES + 1))
    room.put("dora/quiz.toml", "alone")
    found = room.collect()
    by_student = {answer.student: answer.quiz for answer in found.handed_in}
    assert by_student == {
        "ada": b"named",
        "bob": None,
        "carl": Ungradable("NOT_WRITTEN", "quiz.toml is larger than 262 kB"),
    }
    assert all(isinstance(answer.module, Submission) for answer in found.handed_in)
    assert reason(found, "carl/quiz.toml") == "refused: quiz.toml is larger than 262 kB"
    for path in ("ada/quiz.toml", "bob/elsewhere/quiz.toml", "dora/quiz.toml"):
        assert (
            reason(found, path)
            == "ignored: answers of a quiz count beside their chapter's module alone, or as MODULE_quiz.toml"
        )


def test_the_quiz_among_loose_files(room: Room) -> None:
    for name in ("ada_tiny.py", "bob_tiny.py", "bob_other.py", "l_40101_1_tiny.py"):
        room.put(name)
    for name in ("ada_quiz.toml", "bob_quiz.toml", "bob_other_quiz.toml", "l_40101_2_quiz.toml", "zoe_quiz.toml"):
        room.put(name, name)
    found = room.collect()
    quizzes = {(answer.student, answer.chapter): answer.quiz for answer in found.handed_in}
    assert quizzes == {
        ("ada", TINY): b"ada_quiz.toml", ("bob", TINY): None, ("bob", OTHER): b"bob_other_quiz.toml",
        ("l_40101", TINY): b"l_40101_2_quiz.toml",
    }  # fmt: skip
    assert {refused.path for refused in found.refused} == {"bob_quiz.toml", "zoe_quiz.toml"}
    assert "zoe" in ids(found)


def test_limits_of_a_folder(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classroom.intake.folders.MAX_FILES", 30)
    deep = "/".join("d" * (MAX_DEPTH + 1))
    room.put(f"deep/{deep}/tiny.py")
    room.put(f"edge/{deep[2:]}/tiny.py")
    for n in range(40):
        room.put(f"many/a/{n}.txt")
    room.put("many/tiny.py")
    for n in range(MAX_ZIPS + 1):
        room.put(f"zips/{n:02}.zip", zip_of(("tiny.py", "x = 1\n")))
    found = room.collect()
    students = [answer.student for answer in found.handed_in]
    assert students == ["edge", "many", *["zips"] * MAX_ZIPS]
    assert reason(found, f"deep/{deep}") == f"ignored: it lies below more than {MAX_DEPTH} folders"
    assert reason(found, "many/a") == "refused: more than 30 files; the rest was not looked at"
    assert reason(found, "zips/20.zip") == f"refused: more than {MAX_ZIPS} zips in one folder"
    assert MAX_FILES == 5000


def test_a_class_without_end_is_the_teachers_error(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classroom.intake.shelf.MAX_ITEMS", 3)
    for n in range(3):
        room.put(f"{n}/tiny.py")
    assert len(room.collect().handed_in) == 3
    room.put("3/tiny.py")
    with pytest.raises(UsageError, match="more than 3 files: grade the class in parts"):
        room.collect()


def test_the_list_of_ignored_files_has_an_end(room: Room) -> None:
    room.put("ada.zip", zip_of(*((f"{n}.txt", "") for n in range(MAX_LISTED + 7))))
    found = room.collect()
    assert len(found.refused) == MAX_LISTED + 1
    assert found.refused[-1] == Refused("ada.zip", "ignored: 7 more files of this hand-in", "ada")


def test_a_folder_of_chapters_is_no_student(room: Room) -> None:
    room.put("exercises/chapter01_tiny/tiny.py")
    room.put("chapter01_tiny/tiny.py")
    found = room.collect()
    assert (found.people, found.handed_in) == ((), ())
    assert "name the folder above" in reason(found, "exercises")
    assert "name the folder above" in reason(found, "chapter01_tiny")


def test_the_people_come_first_when_streamed(room: Room) -> None:
    for name in ("ada/tiny.py", "bob_tiny.py", "README.md"):
        room.put(name)
    kinds = [type(fact) for fact in hand_ins(room.folder, room.course, room.course.chapters, None)]
    assert kinds[:2] == [Person, Person]
    assert Person not in kinds[2:]


@pytest.mark.parametrize("name", ["missing", "missing.zip", "file.txt", "broken.zip"])
def test_what_is_no_class_is_the_teachers_error(room: Room, name: str) -> None:
    if "missing" not in name:
        room.put(name)
    with pytest.raises(UsageError, match=name):
        room.collect(path=room.folder / name)


CLASSES = {
    "folders": ("hw.zip", ["ada/tiny.py", "bob/x/tiny.py"], ["ada", "bob"]),
    "wrapped folders": ("hw.zip", ["all/ada/tiny.py", "all/bob/tiny.py", "__MACOSX/all/ada/._tiny.py"], ["ada", "bob"]),
    "wrapped in its name": ("hw.zip", ["hw/ada/tiny.py"], ["ada"]),
    "loose files": ("hw.zip", ["ada_tiny.py", "bob_tiny.py"], ["ada", "bob"]),
    "wrapped loose files": ("hw.zip", ["all/ada_tiny.py", "all/bob_tiny.py"], ["ada", "bob"]),
    "one student": ("hw.zip", ["ada/tiny.py", "ada/src/x.py", "ada/doc/y.py"], ["ada"]),
    "one student's exercises": ("hw.zip", ["ada/exercises/chapter01_tiny/tiny.py", "ada/doc/y.py"], ["ada"]),
    "one student's versions": ("hw.zip", ["ada/my_tiny.py", "ada/my_other.py"], ["ada"]),
    "empty folders": ("hw.zip", ["ada/tiny.py", "bob/", "carl/.DS_Store"], ["ada", "bob", "carl"]),
    "wrapped empty folders": ("hw.zip", ["hw/", "hw/ada/tiny.py", "hw/bob/"], ["ada", "bob"]),
}


@pytest.mark.parametrize("name", CLASSES)
def test_one_zip_of_the_whole_class(room: Room, name: str) -> None:
    file, entries, students = CLASSES[name]
    room.put(file, zip_of(*((entry, "" if entry.endswith("/") else "x = 1\n") for entry in entries)))
    found = room.collect(path=room.folder / file)
    assert ids(found) == students
    answered = [entry for entry in entries if entry.endswith(("tiny.py", "other.py")) and "._" not in entry]
    assert sources(found) == [f"{file}!/{entry}" for entry in answered]


def test_students_zips_in_the_classs_zip(room: Room) -> None:
    inner = zip_of(("tiny.py", "x = 1\n"), ("more.zip", zip_of(("tiny.py", "x = 2\n"), ("z.zip", zip_of()))))
    data = zip_of(
        ("ada.zip", inner), ("bob/work.zip", inner), ("eve.zip", b"PK"), ("fay.rar", b""), ("../z/tiny.py", "")
    )
    room.put("hw.zip", data)
    found = room.collect(path=room.folder / "hw.zip")
    assert ids(found) == ["ada", "bob", "eve", "fay"]
    assert sources(found) == [
        f"hw.zip!/{name}!/{rest}" for name in ("ada.zip", "bob/work.zip") for rest in ("tiny.py", "more.zip!/tiny.py")
    ]
    assert "deeper than 2" in reason(found, "hw.zip!/ada.zip!/more.zip!/z.zip")
    assert "climbs out" in reason(found, "hw.zip!/../z/tiny.py")
    assert "no zip" in reason(found, "hw.zip!/eve.zip")


def test_times_and_their_sources(room: Room) -> None:
    stamped = zipfile.ZipInfo("tiny.py", (2020, 1, 1, 0, 0, 0))
    stamped.extra = b"\x55\x54\x05\x00\x01" + TIME.to_bytes(4, "little")
    room.put("ada.zip", zip_of((stamped, "x = 1\n")))
    room.put("bob/tiny.py", time=TIME)
    room.put("carl/tiny.py", time=-5)
    no_date = bytearray(zip_of(("tiny.py", "x = 1\n")))
    at = no_date.index(b"PK\1\2") + 12
    no_date[at : at + 4] = b"\xff\xff\x00\x00"
    room.put("dora.zip", bytes(no_date))
    times = {a.student: (a.submitted_at, a.time_source, a.flags) for a in room.collect().handed_in}
    assert times["ada"] == (AT_TIME, "zip entry", ())
    assert times["bob"] == (AT_TIME, "file", ())
    assert times["carl"] == (None, None, ())
    assert times["dora"][0] is None or "time_without_zone" in times["dora"][2]


def test_a_zips_time_without_a_zone_is_this_machines(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    room.put("ada.zip", zip_of(("tiny.py", "x = 1\n")))
    monkeypatch.setenv("TZ", "XYZ-02:00")  # two hours east
    time.tzset()
    try:
        answer = only(room.collect())
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert (answer.submitted_at, answer.flags) == ("2026-09-21T10:00:00Z", ("time_without_zone",))


def test_equal_classes_give_equal_answers(room: Room) -> None:
    for name in ("b/tiny.py", "a_tiny.py", "c/x/1.py", "d.zip"):
        room.put(name)
    assert room.collect() == room.collect()
    assert replace(room.collect(), refused=()).refused == ()
    assert person(room.collect(), "b").on_roster is False


def test_a_folder_that_cannot_be_read_costs_its_student_only(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.put("ada/tiny.py")
    room.put("bob/tiny.py")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "ada":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    found = room.collect()
    assert sources(found) == ["bob/tiny.py"]
    assert reason(found, "ada") == "refused: it cannot be read: Permission denied"


def refuse_to_read(*arguments: object) -> bytes:
    """Fail as a file does whose folder may not be entered."""
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("place", ["folders.read_plain_file", "git.read_plain_file", "git._require_plain"])
def test_what_may_not_be_read_costs_its_student_only(
    room: Room, git: Git, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.put("ada/tiny.py")
    git(room.folder / "ada", "init", "-q") if place.startswith("git") else None
    room.put("good.zip", zip_of(("tiny.py", "x = 1\n")))
    monkeypatch.setattr(f"grader.classroom.intake.{place}", refuse_to_read)
    found = room.collect()
    assert isinstance(found.handed_in[-1].module, Submission)
    assert ids(found) == ["ada", "good"]
    assert [(refused.student, "Permission denied" in refused.reason) for refused in found.refused] == [("ada", True)]
