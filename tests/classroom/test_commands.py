"""A teacher's commands from a folder of submissions to scores, through the installed ``grade``."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.classroom.conftest import ANSWERS, CHAPTER, KINDS
from tests.conftest import GRADE, Checkout

BOOK = "class.db"


@pytest.fixture
def school(checkout: Checkout) -> Checkout:
    """Return a checkout whose folder has a class: Ada right, Bob with a slip, Eve with notes only, Zoe missing."""
    for student, kind in (("ada", "right"), ("bob", "squares")):
        folder = checkout.root / "handed-in" / student
        folder.mkdir(parents=True)
        (folder / "tiny.py").write_text(KINDS[kind][0], encoding="utf-8")
        (folder / "quiz.toml").write_text(ANSWERS, encoding="utf-8")
        os.utime(folder / "tiny.py", (1_700_000_000, 1_700_000_000))  # 2023-11-14T22:13:20Z
    (checkout.root / "handed-in" / "eve").mkdir()
    (checkout.root / "handed-in" / "eve" / "notes.pdf").write_bytes(b"%PDF")
    (checkout.root / "roster.csv").write_text(
        'id,name,aliases\nada,Ada,\nbob,"=HYPERLINK(""x"")",\nzoe,Zoe,\n', encoding="utf-8"
    )
    return checkout


def grade_class(school: Checkout, *options: str) -> str:
    """Grade the class and return what is printed."""
    done = school.grade("class", "handed-in", "--gradebook", BOOK, "--roster", "roster.csv", *options)
    assert done.status == 0, done.err
    return done.out


def test_from_a_folder_to_scores(school: Checkout) -> None:
    said = grade_class(school, "--due", "1=2023-11-14T22:00:00Z", "--late", "10%")
    assert "2 graded now." in said
    assert "2 graded, 2 nothing handed in" in said
    assert "eve/notes.pdf" in said
    assert "zoe" in said
    assert stat.S_IMODE((school.root / f"{BOOK}.secret").stat().st_mode) == 0o600
    table = school.grade("scores", BOOK).out
    assert [line.split()[-1] for line in table.splitlines()[1:5]] == ["18L", "14L", "–", "–"]
    rows = {
        row["student"]: row for row in csv.DictReader(io.StringIO(school.grade("scores", BOOK, "--format", "csv").out))
    }
    assert (rows["ada"]["points"], rows["ada"]["graded_points"], rows["ada"]["penalty"]) == ("18", "20", "2")
    assert rows["ada"]["submitted_at"] == "2023-11-14T22:13:20Z"
    assert rows["bob"]["name"] == '\'=HYPERLINK("x")'
    assert rows["zoe"]["status"] == "missing"
    assert "0 graded now." in grade_class(school)


def test_every_format_is_what_it_says(school: Checkout) -> None:
    grade_class(school)
    plain = json.loads(school.grade("scores", BOOK, "--format", "json").out)
    assert {row["student"]: row["points"] for row in plain["scores"]} == {"ada": 20, "bob": 16, "eve": 0, "zoe": 0}
    long = list(csv.DictReader(io.StringIO(school.grade("scores", BOOK, "--format", "long-csv").out)))
    assert {row["misconception"] for row in long} == {"", "double-squares"}
    root = ElementTree.fromstring(school.grade("scores", BOOK, "--format", "junit").out.encode())
    assert int(root.attrib["tests"]) == len(long) + 2
    assert "\n  of numbers " in school.grade("scores", BOOK, "--items").out
    card = school.grade("scores", BOOK, "--student", "bob").out
    assert "squaring for doubling" in card
    assert "Ada" not in card
    missing = school.grade("scores", BOOK, "--missing").out
    assert "zoe" in missing
    assert "ada" not in missing


def test_one_student_in_any_format(school: Checkout) -> None:
    grade_class(school)
    rows = json.loads(school.grade("scores", BOOK, "--student", "bob", "--format", "json").out)["scores"]
    assert [row["student"] for row in rows] == ["bob"]
    assert school.grade("scores", BOOK, "--student", "bob", "--feedback", "out").out == "Wrote 1 file to out.\n"
    assert [path.name for path in (school.root / "out").iterdir()] == ["bob.md"]
    assert "squaring" not in school.grade("scores", BOOK, "--student", "bob", "--format", "table").out


def test_only_what_is_there_now_is_called_unused(school: Checkout) -> None:
    (school.root / "handed-in" / "tiny.py").write_text("x = 1\n", encoding="utf-8")
    (school.root / "handed-in" / "bob" / "tiny.py").write_text("def (\n", encoding="utf-8")
    said = grade_class(school).splitlines()
    assert "Files that were ignored or refused: 2" in said
    assert [line.split(":")[0].strip() for line in said[said.index("Files that were ignored or refused: 2") :][1:3]] == [
        "tiny.py", "eve/notes.pdf",
    ]  # fmt: skip
    assert "cannot be run: bob" in said
    (school.root / "handed-in" / "tiny.py").rename(school.root / "handed-in" / "zoe_tiny.py")
    said = grade_class(school).splitlines()
    assert "Files that were ignored or refused: 1" in said
    assert "nothing handed in: eve" in said
    assert any(line.split()[-1:] == ["0X"] for line in school.grade("scores", BOOK).out.splitlines())


def test_a_students_scores_are_explained(school: Checkout) -> None:
    grade_class(school, "--due", "1=2023-11-14T22:00:00Z", "--late", "10%")
    assert (
        "1 tiny: 20 points, less 2: 1 day begun after the due time."
        in school.grade("scores", BOOK, "--student", "ada").out
    )
    school.grade("override", BOOK, "ada", "1", "7", "--reason", "oral *exam*")
    assert "1 tiny: The teacher gave these points: oral *exam*" in school.grade("scores", BOOK, "--student", "ada").out


def test_a_gradebook_needs_a_folder(school: Checkout) -> None:
    done = school.grade("class", "handed-in", "--gradebook", "nowhere/class.db")
    assert (done.status, done.err) == (2, "grade: There is no folder nowhere for the gradebook class.db.\n")


def test_feedback_holds_nothing_hidden(school: Checkout) -> None:
    grade_class(school)
    assert school.grade("scores", BOOK, "--feedback", "out").status == 0
    files = sorted(path.name for path in (school.root / "out").iterdir())
    assert files == ["ada.md", "bob.md", "eve.md", "zoe.md"]
    told = (school.root / "out" / "bob.md").read_text(encoding="utf-8")
    assert "squaring for doubling" in told
    hidden = [
        line.strip()
        for name in ("checks.py", "quiz.toml")
        for line in (school.root / "solutions" / CHAPTER / name).read_text(encoding="utf-8").splitlines()
        if len(line.strip()) > 12 and '"""' not in line and not line.strip().startswith(("text", "title", "def "))
    ]
    assert [line for line in hidden if line in told] == []
    for secret in ("secret", (school.root / f"{BOOK}.secret").read_text().strip()):
        assert secret not in told


def test_an_override_is_kept_with_its_reason_and_taken_back(school: Checkout) -> None:
    grade_class(school)
    done = school.grade("override", BOOK, "zoe", "1", "7", "--reason", "oral exam", "--by", "me")
    assert (done.status, "7 points count now" in done.out) == (0, True)
    rows = json.loads(school.grade("scores", BOOK, "--format", "json").out)["scores"]
    zoe = next(row for row in rows if row["student"] == "zoe")
    assert (zoe["points"], zoe["override"], zoe["rule"]) == (7, "oral exam", "by me: oral exam")
    taken_back = [school.grade("override", BOOK, "zoe", "1", "none", "--reason", "wrong student") for _ in range(2)]
    assert [done.status for done in taken_back] == [0, 2]
    assert "oral exam" not in school.grade("scores", BOOK, "--format", "json").out
    assert school.grade("verify", BOOK).status == 0


def test_a_regrade_shows_who_moves_before_it_counts(school: Checkout) -> None:
    grade_class(school)
    same = school.grade("regrade", BOOK, "--seed", "5")
    assert (same.status, "0 submissions come out otherwise" in same.out) == (0, True)
    checks = school.root / "solutions" / CHAPTER / "checks.py"
    text = checks.read_text(encoding="utf-8")
    checks.write_text(text.replace('x + x, "double(x)"', 'x * x, "double(x)"', 1), encoding="utf-8")
    assert "2 scores are by older checks" in grade_class(school)
    shown = school.grade("regrade", BOOK)
    assert shown.status == 1
    assert "ada  1 tiny  attempt 1: 20 → 16 (-4)" in shown.out
    assert "check_double_of_numbers: passed → wrong" in shown.out
    assert "bob  1 tiny  attempt 1: 16 → 19 (+3)" in shown.out
    points = [row["points"] for row in json.loads(school.grade("scores", BOOK, "--format", "json").out)["scores"]]
    assert points == [20, 16, 0, 0]
    assert school.grade("regrade", BOOK, "--apply").status == 0
    points = [row["points"] for row in json.loads(school.grade("scores", BOOK, "--format", "json").out)["scores"]]
    assert points == [16, 19, 0, 0]
    assert school.grade("verify", BOOK).status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["class", "nowhere", "--gradebook", BOOK], "There is no nowhere"),
        (["class", "handed-in", "9", "--gradebook", BOOK], "No such chapter"),
        (["class", "handed-in", "--gradebook", BOOK, "--due", "tomorrow"], "names no chapter"),
        (["class", "handed-in", "--gradebook", BOOK, "--due", "1=tomorrow"], "is no time"),
        (["class", "handed-in", "--gradebook", BOOK, "--due", "1=2026-01-01T00:00"], "has no offset"),
        (["class", "handed-in", "--gradebook", BOOK, "--late", "soon"], "no rule for late work"),
        (["class", "handed-in", "--gradebook", BOOK, "--roster", "none.csv"], "none.csv"),
        (["class", "handed-in", "--gradebook", "roster.csv"], "is not a gradebook"),
        (["class", "handed-in", "--gradebook", "handed-in"], "is a folder"),
        (["class", "handed-in"], "--gradebook"),
        (["scores", BOOK], "There is no gradebook"),
        (["verify", "roster.csv"], "is not a gradebook"),
        (["override", BOOK, "ada", "1", "7", "--reason", "x"], "There is no gradebook"),
        (["regrade", BOOK], "There is no gradebook"),
        (["kit", "handed-in"], "is no kit"),
        (["kit", "handed-in", "--check"], "holds no kit"),
    ],
)
def test_wrong_usage_is_one_message_and_makes_no_file(school: Checkout, arguments: list[str], said: str) -> None:
    done = school.grade(*arguments)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert not [path.name for path in school.root.rglob("*") if path.name.endswith((".db", ".secret", ".lock"))]


def test_the_gradebook_remembers_the_roster(school: Checkout) -> None:
    (school.root / "roster.csv").write_text("id,name,aliases\nada,Ada,\nrob,Robert,bob\n", encoding="utf-8")
    first = grade_class(school)
    again = school.grade("class", "handed-in", "--gradebook", BOOK)
    assert "0 graded now." in again.out
    for said in (first, again.out):
        assert "3 students: 2 graded, 1 nothing handed in" in said
        assert "not on the roster: eve" in said


def test_without_a_roster_nobody_is_missed_on_it(school: Checkout) -> None:
    assert "on the roster" not in school.grade("class", "handed-in", "--gradebook", BOOK).out


def test_names_in_a_gradebook_are_looked_up_kindly(school: Checkout) -> None:
    grade_class(school)
    for arguments, said in (
        (["scores", BOOK, "--student", "adaa"], "Did you mean 'ada'?"),
        (["scores", BOOK, "tiney"], "Did you mean 'tiny'?"),
        (["override", BOOK, "ada", "1", "21", "--reason", "x"], "0 to 20 points"),
        (["override", BOOK, "ada", "1", "many", "--reason", "x"], "no number of points"),
        (["override", BOOK, "ada", "1", "none", "--reason", "x"], "nothing to take back"),
        (["scores", BOOK, "--format", "csv", "--feedback", "out"], "--format and --feedback show scores in different"),
    ):
        done = school.grade(*arguments)
        assert (done.status, said in done.err) == (2, True), done.err
    for name in ("1", "chapter1", "tiny", CHAPTER):
        assert school.grade("scores", BOOK, name).status == 0


def test_a_gradebook_without_its_library_says_what_to_install(school: Checkout, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u; _find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'sqlalchemy' else _find(name, *rest)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "MICROGRADE_COURSE": str(school.root / "solutions")}
    for arguments in (["class", "handed-in", "--gradebook", BOOK], ["scores", BOOK]):
        done = subprocess.run(
            [GRADE, *arguments], cwd=school.root, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, 'pip install "sqlalchemy' in done.stderr) == (2, True)
    done = subprocess.run([GRADE, "1", "--json"], cwd=school.root, env=environment, capture_output=True, check=False)
    assert done.returncode == 1


def test_a_kit_is_what_a_class_is_given_and_nothing_else(school: Checkout) -> None:
    made = school.grade("kit", "kit")
    assert (made.status, "nothing else; no answer of the course is in it" in made.out) == (0, True)
    kit = school.root / "kit"
    top = sorted(path.name for path in kit.iterdir())
    assert top == ["README.md", "course", "exercises"]
    environment = os.environ | {"MICROGRADE_COURSE": str(kit / "course")}
    done = subprocess.run([GRADE, "1", "--json"], cwd=kit, env=environment, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["points"] == 0
    for spoil, said in (
        (lambda: (kit / "scorecards" / f"{CHAPTER}.json").parent.mkdir(exist_ok=True), None),
        (lambda: (kit / "solution.py").write_text(KINDS["right"][0]), "solution.py: is no part of a kit"),
        (lambda: (kit / "exercises" / CHAPTER / "tiny.py").write_text("x"), "differs from what the course makes"),
        (lambda: (kit / "README.md").unlink(), "README.md: is missing"),
        (lambda: (kit / "link").symlink_to("/"), "link: is no plain file"),
    ):
        spoil()
        checked = school.grade("kit", "kit", "--check")
        assert checked.status == (1 if said else 0)
        assert said is None or said in checked.out
    assert "double" in checked.out  # the answer in solution.py is found
