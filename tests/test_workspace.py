"""Which file answers a chapter: by exact name, by number, by words; the shallowest, then the newest; no junk, no links."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.errors import UsageError
from grader.verdict import Ungradable
from grader.workspace import MAX_DEPTH, MAX_FILES, find_module, find_quiz, find_workspace, read_module, read_quiz
from tests.conftest import TINY_COURSE


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a course of two chapters: chapter01_tiny and chapter12_tiny2."""
    root = tmp_path / "solutions"
    shutil.copytree(TINY_COURSE, root, ignore=shutil.ignore_patterns("__pycache__"))
    other = root / "chapter12_other"
    shutil.copytree(root / "chapter01_tiny", other)
    (other / "tiny.py").rename(other / "other.py")
    text = (
        (other / "chapter.toml")
        .read_text(encoding="utf-8")
        .replace('module = "tiny"', 'module = "other"')
        .replace('"Tiny"', '"Other"')
    )
    (other / "chapter.toml").write_text(text, encoding="utf-8")
    return load_course(root)


def folder_of(tmp_path: Path, *names: str) -> Path:
    """Return a folder with files of these names, each newer than the one before."""
    folder = tmp_path / "in"
    for age, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["tiny.py", "chapter1.py"], "tiny.py"), (["chapter1.py", "ada_tiny.py"], "chapter1.py"), (["a/tiny.py", "b/c/tiny.py"], "a/tiny.py"),
        (["a/tiny.py", "b/tiny.py"], "b/tiny.py"), (["deep/tiny.py", "1.py"], "deep/tiny.py"), (["Tiny.PY.py", "my_tiny.py"], "my_tiny.py"),
        (["tiny (1).py"], "tiny (1).py"), (["my_chapter1_v2.py"], "my_chapter1_v2.py"), (["chapter_01.py"], "chapter_01.py"),
        (["TINY.py"], "TINY.py"), (["chapter12.py", "chapter 1.py"], "chapter 1.py"), (["__MACOSX/tiny.py", "._tiny.py", "ada_tiny.py"], "ada_tiny.py"),
        ([".venv/tiny.py", "x/ada-tiny.py"], "x/ada-tiny.py"), (["TINY.PY"], "TINY.PY"),
    ],
)  # fmt: skip
def test_the_best_file_is_found(tmp_path: Path, course: Course, names: list[str], chosen: str) -> None:
    folder = folder_of(tmp_path, *names)
    assert find_module(folder, course.chapter("chapter01_tiny"), course).relative_to(folder).as_posix() == chosen


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["12.py"],
        ["chapter11.py"],
        ["tinyish.py", "mytiny.py"],
        ["tiny.txt"],
        ["/".join("a" * (MAX_DEPTH + 1)) + "/tiny.py"],
    ],
)
def test_no_file_fits(tmp_path: Path, course: Course, names: list[str]) -> None:
    with pytest.raises(Ungradable, match=r"holds no tiny\.py"):
        find_module(folder_of(tmp_path, *names), course.chapter("chapter01_tiny"), course)


def test_a_file_of_two_chapters_is_refused(tmp_path: Path, course: Course) -> None:
    with pytest.raises(Ungradable, match="chapter12_other"):
        find_module(folder_of(tmp_path, "tiny_and_other.py"), course.chapter("chapter01_tiny"), course)


def test_a_linked_folder_is_not_entered(tmp_path: Path, course: Course) -> None:
    folder = folder_of(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "tiny.py").write_text("x = 1")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Ungradable):
        find_module(folder, course.chapter("chapter01_tiny"), course)


def test_the_quiz_beside_the_module(tmp_path: Path, course: Course) -> None:
    chapter = course.chapter("chapter01_tiny")
    folder = folder_of(tmp_path, "tiny.py", "quiz.toml", "tiny_quiz.toml")
    quiz = find_quiz(folder / "tiny.py", chapter, course)
    assert quiz == folder / "tiny_quiz.toml"
    assert read_quiz(quiz) == b"x = 1\n"
    (folder / "tiny_quiz.toml").unlink()
    assert find_quiz(folder / "tiny.py", chapter, course) == folder / "quiz.toml"
    assert read_quiz(None) is read_quiz(folder / "none.toml") is None
    (folder / "link.toml").symlink_to(folder / "gone")
    assert isinstance(read_quiz(folder / "link.toml"), Ungradable)
    assert isinstance(read_module(folder / "none.py"), Ungradable)


def test_the_workspace_is_here_or_above(tmp_path: Path, course: Course) -> None:
    inside = tmp_path / "home" / "exercises" / "chapter01_tiny"
    inside.mkdir(parents=True)
    assert find_workspace(course, inside).folder == tmp_path / "home"
    (tmp_path / "away" / "exercises").mkdir(parents=True)
    with pytest.raises(UsageError, match="grade start"):
        find_workspace(course, tmp_path / "away")


def test_a_quiz_beside_several_chapters_is_nobodys(tmp_path: Path, course: Course) -> None:
    chapter = course.chapter("chapter01_tiny")
    folder = folder_of(tmp_path, "tiny.py", "other.py", "quiz.toml")
    assert find_quiz(folder / "tiny.py", chapter, course) is None
    (folder / "tiny_quiz.toml").touch()
    assert find_quiz(folder / "tiny.py", chapter, course) == folder / "tiny_quiz.toml"


def test_a_module_is_found_before_a_folder_of_thousands(tmp_path: Path, course: Course) -> None:
    folder = folder_of(tmp_path, "aaa/first.py", "exercises/tiny.py")
    for number in range(MAX_FILES + 1):
        (folder / "aaa" / f"{number}.txt").touch()
    with pytest.raises(Ungradable, match="more than 5000 files"):
        find_module(folder, course.chapter("chapter01_tiny"), course)
    (folder / "tiny.py").touch()
    assert find_module(folder, course.chapter("chapter01_tiny"), course) == folder / "tiny.py"
