"""The teacher's guide is one page, and its commands do what it says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import GRADE

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "teachers.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("grade ")
]


@pytest.mark.skipif(not (ROOT / "solutions").is_dir(), reason="needs a checkout's course")
def test_every_command_of_the_guide_works_in_turn(tmp_path: Path) -> None:
    for student, source in (("ada", "solutions"), ("bob", "exercises")):
        (tmp_path / "handed-in" / student).mkdir(parents=True)
        text = (ROOT / source / "chapter01_xor" / "xor.py").read_text(encoding="utf-8")
        (tmp_path / "handed-in" / student / "xor.py").write_text(text, encoding="utf-8")
    roster = re.search(r"```csv\n(.*?)```", GUIDE, re.DOTALL)
    assert roster is not None
    (tmp_path / "roster.csv").write_text(roster[1], encoding="utf-8")
    environment = os.environ | {"PATH": f"{GRADE.parent}:{os.environ['PATH']}"}
    environment.pop("MICROGRADE_COURSE", None)
    said = {}
    for command in COMMANDS:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        said[command] = done.stdout
    assert "level kernel" in said["grade doctor"]
    assert "Ada Lovelace" in said["grade scores class.db"]
    assert "0 submissions come out otherwise" in said["grade regrade class.db --seed 7"]
    assert (tmp_path / "feedback" / "ada.md").exists()
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8").count("\n") == 3


def test_the_guide_names_every_command_of_a_teacher() -> None:
    for command in ("doctor", "kit", "class", "scores", "override", "regrade", "verify"):
        assert any(line.startswith(f"grade {command}") for line in COMMANDS)
