"""A worker in a process of its own, as on macOS and Windows: the same verdicts, and a deadline that works."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course import Task
from grader.student import cold, forked
from grader.student.cold import ColdLauncher, ColdWorker
from grader.student.connection import Deadline, DeadlineMissed, site_folders
from grader.student.forked import ForkedWorker
from grader.student.proxy import CallSettings, Student
from grader.student.session import Session
from grader.submission import Submission
from grader.verdict import CheckFailed
from tests.conftest import Checkout
from tests.student.test_hostile import _Brief

CLI = "import sys, grader.student.launch as launch; launch.fork_is_safe = lambda: False\nfrom grader.cli import main\nsys.exit(main())"


def rows(checkout: Checkout, source: str) -> list[tuple[str, str, str]]:
    """Return what a cold run says of a submission."""
    checkout.module.write_text(source, encoding="utf-8")
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")}
    done = subprocess.run([sys.executable, "-c", CLI, "chapter1", "--json", "--seed", "1"], cwd=checkout.root, env=environment,
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    card = json.loads(done.stdout)
    return [(c["name"], c["status"], c["message"]) for task in card["tasks"] for c in task["checks"]]


def test_the_tiny_course_gets_the_same_verdicts(checkout: Checkout) -> None:
    source = checkout.solution.replace("identity(x) * 2", "identity(x) * x").replace(
        "self.count += 1", "import os; os._exit(3)"
    )
    cold = rows(checkout, source)
    warm = checkout.grade_text(source).card
    assert cold == [(c["name"], c["status"], c["message"]) for task in warm["tasks"] for c in task["checks"]]
    assert [status for _, status, _ in cold[:5]] == ["wrong", "blocked", "passed", "error", "passed"]


SOURCE = b"""
import time
def loop():
    while True: pass
def calls(f):
    while True: f(1.0)
def sleeps(): time.sleep(99)
def ok(x): return x + 1
"""


def test_a_deadline_works_and_the_next_check_has_a_fresh_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {name: Task(name, 1, name, "h", "1.1") for name in ("loop", "calls", "sleeps", "ok")}
    with ColdLauncher() as launcher:
        session = Session(launcher, Submission("work.py", SOURCE), "work", {}, 5.0)
        session.load()
        student = Student(session, tasks)
        try:
            for call in (lambda: student.loop(), lambda: student.sleeps(), lambda: student.calls(lambda x: x)):
                student._begin(CallSettings(1.0))
                monkeypatch.setattr("grader.student.session.Deadline", _Brief)
                with pytest.raises(CheckFailed) as caught:
                    call()
                monkeypatch.undo()
                assert caught.value.code == "TIMEOUT"
            student._begin(CallSettings(1.0))
            assert student.ok(1) == 2
        finally:
            session.close()


def test_a_worker_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "SEND_LIMIT", 0.5)
    monkeypatch.setattr(cold, "bootstrap", lambda module: [sys.executable, "-c", "import time; time.sleep(60)"])
    worker = ColdWorker({})
    try:
        with pytest.raises(DeadlineMissed):
            worker.send(bytes(2**22))
    finally:
        worker.kill()
        worker.output.close()


def test_a_worker_that_never_falls_silent_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bytes(100))
        worker = ForkedWorker.__new__(ForkedWorker)
        worker.socket, worker.rest = ours, bytearray()
        worker.poll = SimpleNamespace(poll=lambda timeout: [1])  # type: ignore[assignment]
        worker.zygote = SimpleNamespace(ask=lambda message: {"cpu": 0.0, "waited": 0.0})  # type: ignore[assignment]
        deadline = Deadline(1.0)
        assert worker.read(10, deadline) == bytes(10)
        deadline.wall_end = deadline.next_look = time.monotonic() - 1
        theirs.sendall(bytes(100))
        with pytest.raises(DeadlineMissed):
            worker.read(100, deadline)


def test_a_stack_dump_that_comes_slowly_is_read_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [b"", b"", b"Current thread:\n", b'  File "work.py", line 3 in f\n', b""]
    worker = ForkedWorker.__new__(ForkedWorker)
    worker.zygote = SimpleNamespace(ask=lambda message: {})  # type: ignore[assignment]
    with (tmp_path / "stack").open("w+b", buffering=0) as stack:
        worker.stack = stack
        monkeypatch.setattr(forked.time, "sleep", lambda seconds: lines and stack.write(lines.pop(0)))
        assert worker.where().endswith("line 3 in f\n")


def test_the_paths_of_the_worker_hold_no_checks() -> None:
    assert all(Path(folder).is_dir() for folder in site_folders())
