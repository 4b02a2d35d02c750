"""The rules for macOS as data: what is asked for, and that a worker starts where they do not work. Not run on macOS."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from grader.worker import seatbelt
from grader.worker.seatbelt import in_seatbelt, profile, quoted


@pytest.fixture(autouse=True)
def _forget_the_trial() -> Iterator[None]:
    seatbelt.seatbelt_works.cache_clear()
    yield
    seatbelt.seatbelt_works.cache_clear()


def test_everything_is_denied_that_is_not_named(tmp_path: Path) -> None:
    folder = tmp_path / "numpy"
    folder.mkdir()
    file = tmp_path / "wire.py"
    file.touch()
    rules = profile([str(folder), str(file)], "/python").splitlines()
    assert rules[:2] == ["(version 1)", "(deny default)"]
    assert f'(allow file-read* (subpath "{folder}"))' in rules
    assert f'(allow file-read* (literal "{file}"))' in rules
    assert not [rule for rule in rules if "network" in rule or "fork" in rule or "mach" in rule]
    assert [rule for rule in rules if "write" in rule] == ['(allow file-write-data (literal "/dev/null"))']
    assert [rule for rule in rules if "exec" in rule] == ['(allow process-exec (literal "/python"))']


def test_a_path_cannot_end_its_text() -> None:
    assert quoted('/a"b\\c') == r'"/a\"b\\c"'


@pytest.mark.parametrize(("works", "expected"), [(True, "/usr/bin/sandbox-exec"), (False, "python")])
def test_a_trial_decides(monkeypatch: pytest.MonkeyPatch, works: bool, expected: str) -> None:
    tried: list[list[str]] = []

    def run(command: list[str], **options: Any) -> SimpleNamespace:
        tried.append(command)
        return SimpleNamespace(returncode=0 if works else 65)

    monkeypatch.setattr(seatbelt, "IS_MAC", True)
    monkeypatch.setattr(seatbelt.os.path, "exists", lambda path: True)
    monkeypatch.setattr(subprocess, "run", run)
    assert in_seatbelt(["python", "-c", "x"])[0] == expected
    assert in_seatbelt(["python", "-c", "x"])[-2:] == ["-c", "x"]
    assert len(tried) == 1
    assert str(Path(numpy.__file__).parent) in tried[0][2]


def test_elsewhere_it_is_left_out() -> None:
    assert seatbelt.IS_MAC or in_seatbelt(["python"]) == ["python"]
