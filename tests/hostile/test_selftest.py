"""The selftest itself: it sees an undeserved point, a leak and whatever is left behind, and survives its own lanes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.scorecard import (
    CheckResult,
    CourseInfo,
    GraderInfo,
    Isolation,
    Reason,
    Run,
    Scorecard,
    SubmissionInfo,
    TaskResult,
    Where,
)
from grader.selftest import Program, advice, crew, read_programs, run_programs
from grader.selftest.judging import HIDDEN, problems
from grader.selftest.programs import COURSE
from grader.selftest.traps import SHARED_FOLDER, Traps, descendants, segment_of
from tests.cards import spoilt, ungradable
from tests.conftest import Checkout

SECRET = "planted-0123"


def card(*checks: CheckResult, **fields: object) -> Scorecard:
    """Return a scorecard of one task."""
    made = Scorecard(
        GraderInfo("1", "3", "2", "Linux"), CourseInfo("c", "1"), "chapter01_target", "0" * 64, SubmissionInfo(),
        Run("2026-01-01T00:00:00Z", 0.1, None, Isolation("kernel", ("bubblewrap",))), (TaskResult("double", "d", 2 * len(checks), checks),),
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


PASSED = CheckResult.ended("a", "A", "passed", 2)
LOST = CheckResult.ended("a", "A", "error", 2, code="EXIT", message="it exits", where=Where("target.py", 3))
EXITS = Program("exits", "leaving", loses={"double": ("EXIT",)})


def complaints(program: Program, made: Scorecard, source: str = "", seconds: float = 0.1) -> str:
    """Return what the judge says, of a chapter whose one check is called "a"."""
    return "; ".join(problems(program, made, source, ["a"], SECRET, seconds))


def test_a_program_that_loses_what_it_must_is_survived() -> None:
    assert complaints(EXITS, card(LOST)) == ""
    assert complaints(Program("is right", "special"), card(PASSED)) == ""
    assert complaints(Program("either", "special", may_lose={"tasks": ("EXIT",)}), card(PASSED)) == ""


def said(text: str) -> CheckResult:
    return replace(LOST, message=text)


CASES: dict[str, tuple[Program, Scorecard, str]] = {
    "undeserved": (EXITS, card(PASSED), "undeserved points"),
    "another code": (EXITS, card(replace(LOST, code="CRASH")), "is error with CRASH"),
    "a point lost for nothing": (Program("is right", "special"), card(LOST), "ought to pass"),
    "a row is missing": (EXITS, card(), "not one row for each check"),
    "not graded": (EXITS, ungradable(card(LOST), Reason("EXIT", "x")), "it is ungradable"),
    "a fault of the grader": (EXITS, spoilt(card(LOST), Reason("GRADER", "x")), "it is grader_error"),
    "graded after all": (Program("x", "leaving", ungradable=("EXIT",)), card(PASSED), "not ungradable for EXIT"),
    "the secret": (EXITS, card(said(f"it is {SECRET}")), "the scorecard holds"),
    "the checks' text": (EXITS, card(said(HIDDEN)), "the scorecard holds"),
    "forbidden words": (replace(EXITS, forbids="found"), card(said("found")), "the scorecard holds"),
    "what bubblewrap hides": (replace(EXITS, bubblewrap_hides="there"), card(said("there")), "the scorecard holds"),
    "an escape": (EXITS, card(said("\x1b[31m")), "card.tasks[0].checks[0].message holds"),
    "a direction": (EXITS, card(said("\u202e")), "message holds"),
    "half a character": (EXITS, card(said("\ud800")), "message holds"),
    "a long message": (EXITS, card(said("x" * 2000)), "more than 1024 bytes"),
    "a long output": (EXITS, card(replace(LOST, output="x" * 5000)), "more than 4096 bytes"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_judge_sees(case: str) -> None:
    program, made, expected = CASES[case]
    assert expected in complaints(program, made)


def test_the_judge_sees_the_wrong_line_and_a_long_time() -> None:
    source = "1\n2\ndef double(x):  # HERE\n"
    assert complaints(EXITS, card(LOST), source) == ""
    assert "points to line 3, not to one of [1]" in complaints(EXITS, card(LOST), "x  # HERE\n")
    assert "it took 91 s" in complaints(EXITS, card(LOST), seconds=EXITS.at_most + 1)


@pytest.fixture
def traps() -> Iterator[Traps]:
    before = {number: signal.getsignal(number) for number in (10, 12, 1, 15, 29)}
    made = Traps()
    made.set_up(0)
    yield made
    made.close()
    for number, handler in before.items():
        signal.signal(number, handler)


def connect(family: socket.AddressFamily, address: object) -> None:
    with socket.socket(family) as client:
        client.connect(address)  # type: ignore[arg-type]


def send(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("127.0.0.1", port))


TOUCHES: dict[str, tuple[Callable[[Traps], object], str]] = {
    "writes": (lambda traps: traps.canary.write_text("x"), "wrote the canary"),
    "changes a mode": (lambda traps: traps.canary.chmod(0o600), "changed files"),
    "changes a time": (lambda traps: os.utime(traps.canary, (1, 1)), "changed files"),
    "makes a file": (lambda traps: (traps.arena / "new").touch(), "changed files"),
    "leaves a file": (lambda traps: Path("/dev/shm", f"{traps.mark}-x").touch(), "left /dev/shm/"),
    "connects": (lambda traps: connect(socket.AF_INET, ("127.0.0.1", traps.port)), "connected to ('127.0.0.1'"),
    "connects to a name": (lambda traps: connect(socket.AF_UNIX, f"\0{traps.mark}"), "connected to"),
    "connects to a path": (lambda traps: connect(socket.AF_UNIX, str(traps.arena / "socket")), "connected to"),
    "sends": (lambda traps: send(traps.port), "sent b'x'"),
    "signals": (lambda traps: os.kill(os.getpid(), signal.SIGUSR1), "sent the grader 1 signals"),
}


@pytest.mark.parametrize("name", TOUCHES)
def test_a_trap_springs(traps: Traps, name: str) -> None:
    touch, expected = TOUCHES[name]
    assert list(traps.sprung()) == []
    touch(traps)
    try:
        assert any(line.startswith(expected) for line in traps.sprung())
    finally:
        Path("/dev/shm", f"{traps.mark}-x").unlink(missing_ok=True)


def test_descendants_are_found_down_to_the_last() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 60 & wait"]) as process:
        deadline = time.monotonic() + 10
        while len(descendants(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        found = descendants(process.pid)
        assert len(found) == 2
        for pid in found:
            os.kill(pid, signal.SIGKILL)


SOME = [
    program for program in read_programs() if program.name in ("exits in a call", "is empty", "prints terminal escapes")
]


SLEEPER = next(program for program in read_programs() if program.name == "sleeps")


@pytest.fixture
def roots(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders in which lanes plant things, as they are made."""
    made: list[Path] = []

    def new_root() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="micrograde-selftest-")))
        return made[-1]

    monkeypatch.setattr(crew, "new_root", new_root)
    return made


def grading_lane(roots: list[Path]) -> crew.Lane:
    """Return the first lane as soon as it grades its first program."""
    deadline = time.monotonic() + 60
    while not (roots and (roots[0] / "0" / "canary.txt").exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return next(thread for thread in threading.enumerate() if isinstance(thread, crew.Lane))


def test_a_lane_that_dies_fails_its_program_and_no_other_is_forgotten(roots: list[Path]) -> None:
    killer = threading.Thread(target=lambda: grading_lane(roots).process.kill())  # type: ignore[union-attr]
    killer.start()
    outcomes = list(run_programs([SLEEPER, *SOME], {"level": "kernel"}, in_bubblewrap=False, lanes=1))
    killer.join()
    failed = [outcome for outcome in outcomes if not outcome.survived]
    assert [outcome.name for outcome in failed] == ["sleeps"]
    assert "the grader did not survive it (exit status -9)" in failed[0].problems[0]
    assert len(outcomes) == 1 + len(SOME)


def test_a_lane_that_falls_silent_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "PATIENCE", 0.5)
    sleeper = replace(SLEEPER, at_most=0.5)
    started = time.monotonic()
    (outcome,) = run_programs([sleeper], {"level": "kernel"}, in_bubblewrap=False, lanes=1)
    assert not outcome.survived
    assert time.monotonic() - started < 30


def test_what_a_lane_planted_is_taken_away_when_it_is_killed(roots: list[Path]) -> None:
    running = run_programs([SLEEPER], {"level": "kernel"}, in_bubblewrap=False, lanes=1)
    waiting = threading.Thread(target=lambda: next(running, None), daemon=True)
    waiting.start()
    lane = grading_lane(roots)
    assert (SHARED_FOLDER / roots[0].name).exists()
    assert segment_of(roots[0]) in keys_of_segments()
    lane.stop()
    waiting.join(10)
    assert not roots[0].exists()
    assert not (SHARED_FOLDER / roots[0].name).exists()
    assert segment_of(roots[0]) not in keys_of_segments()


def keys_of_segments() -> list[int]:
    return [int(line.split()[0]) for line in Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]]


def test_the_command_prints_a_page_and_exits_with_0_only_if_all_survive(checkout: Checkout) -> None:
    result = checkout.grade("selftest", "--only", "is empty")
    assert result.status == 0
    assert "Isolation: level kernel" in result.out
    assert "1 of 1 survived" in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    found = json.loads(checkout.grade("selftest", "--only", "special", "--json", "--no-bubblewrap").out)
    assert found["programs"] == found["survived"] == sum(p.kind == "special" for p in read_programs())
    assert checkout.grade("selftest", "--only", "no such program").status == 2


REPORT = {"level": "kernel", "features": ("uid", "bubblewrap", "cgroup"), "failed": {}, "blocked": {}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"features": ("uid",)}, "bubblewrap"),
        ({"features": ("bubblewrap",)}, "Run by root"),
        ({"level": "process", "failed": {"landlock": "no"}}, "landlock: no"),
    ],
)
def test_advice_names_what_is_missing(change: dict[str, object], expected: str) -> None:
    lines = advice(REPORT | change)
    assert (expected in " ".join(lines)) if expected else lines == []


def test_the_course_of_the_selftest_is_right_itself() -> None:
    assert (COURSE / "chapter01_target" / "checks.py").read_text(encoding="utf-8").count(HIDDEN) == 1
