"""A throw-away checkout of the tiny course, and the installed ``grade`` command run in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from grader.course import load_course
from grader.release import release_exercises

TINY_COURSE = Path(__file__).parent / "tiny_course"
GRADE = Path(sys.executable).parent / "grade"

# The same examples for everybody: a run says something of the change.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


@dataclass
class Result:
    """What a command left: exit status, standard output and error."""

    status: int
    out: str
    err: str

    @property
    def card(self) -> dict[str, Any]:
        """The one scorecard on standard output."""
        card: dict[str, Any] = json.loads(self.out)
        return card

    def check(self, name: str) -> dict[str, Any]:
        """The row of one check."""
        return next(check for task in self.card["tasks"] for check in task["checks"] if check["name"] == name)

    def points(self) -> dict[str, int]:
        """The points of each task."""
        return {task["name"]: task["points"] for task in self.card["tasks"]}


@dataclass
class Checkout:
    """A folder with ``solutions/`` and ``exercises/`` of the tiny course."""

    root: Path

    @property
    def module(self) -> Path:
        """The student's file."""
        return self.root / "exercises" / "chapter01_tiny" / "tiny.py"

    @property
    def solution(self) -> str:
        """The solution's text."""
        return (self.root / "solutions" / "chapter01_tiny" / "tiny.py").read_text(encoding="utf-8")

    def grade(self, *arguments: str | Path, cwd: Path | None = None, timeout: float = 60) -> Result:
        """Run the installed command."""
        environment = os.environ | {"MICROGRADE_COURSE": str(self.root / "solutions"), "COLUMNS": "80"}
        done = subprocess.run(
            [GRADE, *map(str, arguments)], cwd=cwd or self.root, env=environment, capture_output=True, timeout=timeout,
            encoding="utf-8", check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    def grade_text(self, source: str, *arguments: str | Path) -> Result:
        """Grade a submission of this text with ``--json``."""
        self.module.write_text(source, encoding="utf-8")
        return self.grade("chapter1", "--json", "--seed", "1", *arguments)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a fresh checkout of the tiny course."""
    shutil.copytree(TINY_COURSE, tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    release_exercises(load_course(tmp_path / "solutions"), tmp_path / "exercises")
    return Checkout(tmp_path)
