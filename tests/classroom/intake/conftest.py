"""A class's folder to be filled, and what the intake makes of it, for a course of two chapters."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.classroom.handed_in import Class, HandedIn, Person, Refused
from grader.classroom.intake import collect
from grader.course import Course, load_course
from tests.conftest import TINY_COURSE

TIME = 1_790_000_000  # 2026-09-21 13:33:20 UTC
TINY, OTHER = "chapter01_tiny", "chapter12_other"


@dataclass
class Room:
    """A class's folder, and the course that it is graded by."""

    folder: Path
    course: Course

    def put(self, path: str, data: str | bytes = "x = 1\n", time: float = TIME) -> Path:
        """Write a file below the folder, last changed at a time."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        os.utime(file, (time, time))
        return file

    def roster(self, text: str | bytes) -> Path:
        """Write a roster beside the folder."""
        path = self.folder.parent / "roster.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def collect(self, *chapters: str, roster: str | bytes | None = None, path: Path | None = None) -> Class:
        """Return what the intake makes of the folder."""
        selected = self.course.select(chapters or ("all",))
        return collect(path or self.folder, self.course, selected, None if roster is None else self.roster(roster))


@pytest.fixture(scope="session")
def two_chapters(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course of two chapters: chapter01_tiny and chapter12_other."""
    root = tmp_path_factory.mktemp("course") / "solutions"
    shutil.copytree(TINY_COURSE, root, ignore=shutil.ignore_patterns("__pycache__"))
    other = root / OTHER
    shutil.copytree(root / TINY, other)
    (other / "tiny.py").rename(other / "other.py")
    text = (other / "chapter.toml").read_text(encoding="utf-8").replace('module = "tiny"', 'module = "other"')
    (other / "chapter.toml").write_text(text, encoding="utf-8")
    return load_course(root)


@pytest.fixture
def room(tmp_path: Path, two_chapters: Course) -> Room:
    """Return an empty class."""
    folder = tmp_path / "class"
    folder.mkdir()
    return Room(folder, two_chapters)


def only(found: Class) -> HandedIn:
    """Return the one hand-in of a class."""
    assert len(found.handed_in) == 1, found
    return found.handed_in[0]


def sources(found: Class) -> list[str]:
    """Return where the hand-ins lay."""
    return [answer.source for answer in found.handed_in]


def ids(found: Class) -> list[str]:
    """Return the ids of everyone."""
    return [person.id for person in found.people]


def person(found: Class, id: str) -> Person:
    """Return the person with an id."""
    return next(person for person in found.people if person.id == id)


def reason(found: Class, path: str) -> str:
    """Return why a path was left out."""
    return "\n".join(refused.reason for refused in found.refused if refused.path == path)


def refusals_of(found: Class, student: str) -> list[Refused]:
    """Return what was left out of a student's."""
    return [refused for refused in found.refused if refused.student == student]


def zip_of(*entries: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2026, 9, 21, 12, 0, 0))
            info.compress_type = method
            archive.writestr(info, data)
    return file.getvalue()


Git = Callable[..., str]


@pytest.fixture
def git() -> Git:
    """Return a function that runs git in a folder, as a student at a fixed time, whatever this machine's settings."""

    def run(folder: Path, *arguments: str, **variables: str) -> str:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "ada", "GIT_AUTHOR_EMAIL": "", "GIT_AUTHOR_DATE": f"{TIME} +0200",
            "GIT_COMMITTER_NAME": "ada", "GIT_COMMITTER_EMAIL": "", "GIT_COMMITTER_DATE": f"{TIME} +0200",
        }  # fmt: skip
        done = subprocess.run(
            ["git", "-c", "init.defaultBranch=main", *arguments], cwd=folder, env=environment | variables,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    return run
