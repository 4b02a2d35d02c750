"""The rules for macOS as data: what is asked for, and that a worker starts where they do not work. Not run on macOS."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from grader.student.connection import site_folders
from grader.worker import seatbelt
from grader.worker.landlock import readable_paths
from grader.worker.seatbelt import hidden_files, in_seatbelt, profile, quoted, trial

LISTED = site_folders()


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
    rules = profile([str(folder), str(file)], [], "/python").splitlines()
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
    assert in_seatbelt(["python", "-c", "x"], LISTED)[0] == expected
    assert in_seatbelt(["python", "-c", "x"], LISTED)[-2:] == ["-c", "x"]
    assert len(tried) == 1
    assert str(Path(numpy.__file__).parent) in tried[0][2]


def test_elsewhere_it_is_left_out() -> None:
    assert seatbelt.IS_MAC or in_seatbelt(["python"], LISTED) == ["python"]


def may_read(rules: str, path: Path) -> bool:
    """Return whether rules let a file's or a folder's content be read: the last rule that fits decides."""
    decision = "deny"
    for rule in re.finditer(r'\((allow|deny) file-read\* \((subpath|literal) "(.*)"\)\)', rules):
        is_it = str(path) == rule[3]
        if is_it or (rule[2] == "subpath" and Path(rule[3]) in path.parents):
            decision = rule[1]
    return decision == "allow"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of packages with NumPy and another one, which lies in the base Python's own library."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for package in (packages / "another", packages / "numpy"):
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    monkeypatch.setattr(seatbelt, "readable_paths", lambda: (str(packages / "numpy"),))
    return packages


@pytest.mark.parametrize("through_link", [False, True])
def test_of_a_folder_of_packages_the_names_are_seen_and_numpy_is_read(installed: Path, through_link: bool) -> None:
    packages = installed
    if through_link:
        packages = installed.parents[3] / "moved"
        installed.rename(packages)
        installed.symlink_to(packages)
    rules = profile([str(installed / "numpy")], [str(installed)], "/python")
    assert may_read(rules, installed.parent / "os.py")
    for folder in (installed, packages):
        assert may_read(rules, folder)
        assert may_read(rules, folder / "numpy" / "__init__.py")
        assert not may_read(rules, folder / "another" / "__init__.py")


def test_of_the_grader_a_worker_sees_the_names_and_reads_its_own_part() -> None:
    rules = profile(readable_paths(), LISTED, "/python")
    grader = Path(seatbelt.OURS)
    assert all(
        may_read(rules, path) for path in (grader.parent, grader, grader / "wire.py", grader / "worker" / "cold.py")
    )
    assert not any(
        may_read(rules, path) for path in (grader / "plugin.py", grader / "pack", grader.parent / "solutions")
    )


def test_a_file_of_another_package_is_hidden_in_every_folder_of_packages(installed: Path, tmp_path: Path) -> None:
    other = tmp_path / "venv"
    (other / "pytest").mkdir(parents=True)
    (other / "pytest" / "__init__.py").touch()
    hidden = hidden_files([str(other)])
    assert hidden[2:] == [str(installed / "another" / "__init__.py"), str(other / "pytest" / "__init__.py")]
    assert Path(hidden[1]).is_file()


@pytest.mark.parametrize("hidden", [[], ["/no/such/file", __file__]])
def test_the_trial_wants_a_workers_imports_to_work_and_hidden_files_to_be_unreadable(
    monkeypatch: pytest.MonkeyPatch, hidden: list[str]
) -> None:
    monkeypatch.setattr(seatbelt, "hidden_files", lambda listed: hidden)
    done = subprocess.run(trial(LISTED), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == ((1, f"{__file__} can be read\n") if hidden else (0, ""))
    done = subprocess.run(trial([]), capture_output=True, text=True, timeout=60, check=False)
    assert "ModuleNotFoundError" in done.stderr
