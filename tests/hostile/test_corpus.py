"""The corpus of hostile programs, as root and as an unprivileged user: no point undeserved, nothing read, nothing left."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from grader.selftest import read_programs
from tests.worker.test_confine import SEARCH_PATH, identity, python_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")

PROGRAMS = {program.name: program for program in read_programs()}
COMMAND = "import sys; from grader.cli import main; main(sys.argv[1:])"
WAYS = ("root", "user", "user, no bubblewrap")  # the last one with the fewest layers: not even a user of its own


@functools.cache
def selftest(way: str) -> dict[str, Any]:
    """Return what ``grade selftest --json`` says, run by a user."""
    user, _, rest = way.partition(", ")
    done = subprocess.run(
        [python_for(user), "-P", "-c", COMMAND, "selftest", "--json", *(["--no-bubblewrap"] if rest else [])],
        env={"PYTHONPATH": os.pathsep.join(SEARCH_PATH), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True, text=True, timeout=300, cwd="/", check=False, **identity(user),
    )  # fmt: skip
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout) | {"status": done.returncode}
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hostile_program_gets_what_it_deserves(way: str, name: str) -> None:
    outcome = next(outcome for outcome in selftest(way)["outcomes"] if outcome["name"] == name)
    assert outcome["problems"] == []


@pytest.mark.parametrize("way", WAYS)
def test_the_selftest_says_so(way: str) -> None:
    found = selftest(way)
    assert found["isolation"]["level"] == "kernel"
    assert (found["programs"], found["survived"], found["status"]) == (len(PROGRAMS), len(PROGRAMS), 0)


def test_the_corpus_is_large_and_of_every_kind() -> None:
    kinds = [program.kind for program in PROGRAMS.values()]
    assert len(kinds) >= 80
    assert set(kinds) == {
        "leaving",
        "forging",
        "comparing",
        "reading",
        "special",
        "exhausting",
        "hiding",
        "files",
        "quizzes",
    }
    assert min(map(kinds.count, set(kinds))) >= 10
