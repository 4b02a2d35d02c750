"""How often the checks are right: figures beside the checks, in the README and in cards, of these very checks or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.audit import ChapterAudit
from grader.audit.accuracy import BEGIN, END, accuracy_table, put_table, stale_figures, write_accuracy
from grader.cli import main
from grader.course import ACCURACY_FILE, Course, load_course
from grader.errors import UsageError
from grader.release import write_pack
from tests.audit.authoring import chapter_of, edit
from tests.conftest import Checkout

PLACE = f"# Tiny\n\n{BEGIN}\n{END}\n\nThe end.\n"


def course_of(checkout: Checkout) -> Course:
    return load_course(checkout.root / "solutions")


@pytest.fixture
def readme(checkout: Checkout) -> Path:
    """Write figures of the tiny chapter and a README with a table of them."""
    chapter = chapter_of(checkout)
    audit = ChapterAudit(
        chapter.name, chapter.checks_sha256, tasks=4, checks=5, variants=9, variants_passing=9, misconceptions=3,
        caught=3, named=2, mutants=40, killed=39, equivalents=1, seeds=20,
    )  # fmt: skip
    write_accuracy(chapter, audit)
    path = checkout.root / "README.md"
    path.write_text(PLACE, encoding="utf-8")
    put_table(path, course_of(checkout))
    return path


def test_the_table_stands_between_its_marks_and_nothing_else_changes(checkout: Checkout, readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"# Tiny\n\n{BEGIN}\n| chapter |")
    assert text.endswith(f"|\n{END}\n\nThe end.\n")
    digest = chapter_of(checkout).checks_sha256
    assert f"| chapter1 | 5 | 9/9 | 3/3 | 2/3 | 39/40 | 1 | `{digest[:8]}` |" in text.splitlines()
    put_table(readme, course_of(checkout))
    assert readme.read_text(encoding="utf-8") == text


def test_a_file_without_a_place_for_the_table_is_left_alone(checkout: Checkout, readme: Path) -> None:
    readme.write_text("# Tiny\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no place for the table"):
        put_table(readme, course_of(checkout))
    assert readme.read_text(encoding="utf-8") == "# Tiny\n"


STALE = ["the figures of chapter1 are not of its checks as they are now"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("README.md", "Tiny", "Tiny!", []),  # the lesson is no check
        ("checks.py", "size=6", "size=8", STALE),
        ("chapter.toml", "What is x + x?", "What is twice x?", STALE),
        ("quiz.toml", "What is twice 2?", "What is 2 + 2?", STALE),
    ],
)
def test_figures_are_of_the_checks_as_they_are(
    checkout: Checkout, readme: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    assert stale_figures(readme, course_of(checkout)) == []
    path = checkout.root / "solutions" / "chapter01_tiny" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert stale_figures(readme, course_of(checkout)) == said


def test_a_row_that_was_changed_by_hand_is_told(checkout: Checkout, readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace("2/3", "3/3"), encoding="utf-8")
    assert stale_figures(readme, course_of(checkout)) == STALE


def test_a_readme_without_a_table_has_nothing_stale(checkout: Checkout) -> None:
    assert stale_figures(checkout.root / "README.md", course_of(checkout)) == []


def test_a_chapter_that_was_not_measured_has_an_empty_row_and_is_stale(checkout: Checkout, readme: Path) -> None:
    (chapter_of(checkout).folder / ACCURACY_FILE).unlink()
    assert accuracy_table(course_of(checkout).chapters).splitlines()[-1] == "| chapter1 |  |  |  |  |  |  |  |"
    put_table(readme, course_of(checkout))
    assert stale_figures(readme, course_of(checkout)) == STALE


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"checks_sha256": 1}'])
def test_figures_that_cannot_be_read_are_none(checkout: Checkout, readme: Path, text: str) -> None:
    (chapter_of(checkout).folder / ACCURACY_FILE).write_text(text, encoding="utf-8")
    assert chapter_of(checkout).accuracy == {}


def test_a_card_says_how_often_the_checks_that_graded_it_are_right(checkout: Checkout, readme: Path) -> None:
    card = checkout.grade_text(checkout.solution).card
    assert card["extra"]["accuracy"] == {
        "right": [9, 9], "caught": [3, 3], "named": [2, 3], "mutants": [39, 40], "seeds": 20,
    }  # fmt: skip
    edit(checkout, "checks.py", "size=6", "size=8")
    assert "accuracy" not in checkout.grade_text(checkout.solution).card.get("extra", {})


def test_the_pack_ships_figures_of_its_own_checks_only(checkout: Checkout, readme: Path, tmp_path: Path) -> None:
    write_pack(course_of(checkout), tmp_path / "pack")
    packed = load_course(tmp_path / "pack", "pack").chapters[0]
    assert packed.accuracy["mutants"] == [39, 40]
    edit(checkout, "checks.py", "size=6", "size=8")
    write_pack(course_of(checkout), tmp_path / "later")
    assert not (tmp_path / "later" / "chapter01_tiny" / ACCURACY_FILE).exists()


def grade(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the command in this process and return its status and JSON."""
    with pytest.raises(SystemExit) as left:
        main(["course", "check", "--json", *arguments])
    return int(left.value.code or 0), json.loads(capsys.readouterr().out or "{}")


def test_a_full_check_fills_the_table_that_later_checks_look_at(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MICROGRADE_COURSE", str(checkout.root / "solutions"))
    monkeypatch.setattr("grader.audit.check.FULL_SEEDS", 2)
    readme = checkout.root / "README.md"
    readme.write_text(PLACE, encoding="utf-8")
    assert grade(capsys)[1]["differences"] == [
        f"README.md: {STALE[0]} (run `grade course check --full --table README.md`)"
    ]
    _, said = grade(capsys, "--full", "--table", str(readme))
    (audit,) = said["chapters"]
    assert said["differences"] == []
    assert audit["graded"] > audit["mutants"] > audit["killed"] > 0
    row = f"| {audit['killed']}/{audit['mutants']} | {audit['equivalents']} | `{audit['checks_sha256'][:8]}` |"
    assert row in readme.read_text(encoding="utf-8")
    assert grade(capsys)[1]["differences"] == []
    assert grade(capsys, "--full")[1]["chapters"][0]["graded"] == 0  # all of it is known by now


@pytest.mark.parametrize("options", [(), ("--full", "--seeds", "2")])
def test_a_table_of_less_than_a_full_check_is_refused(
    checkout: Checkout,
    readme: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
) -> None:
    monkeypatch.setenv("MICROGRADE_COURSE", str(checkout.root / "solutions"))
    readme.write_text(PLACE, encoding="utf-8")
    assert grade(capsys, *options, "--table", str(readme))[0] == 2
    assert readme.read_text(encoding="utf-8") == PLACE
