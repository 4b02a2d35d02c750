"""Nothing hidden is in a worker: all of its memory and its environment are read from outside, by root."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.checks.reading import import_checks
from grader.course import Task, load_course
from grader.seeds import from_secret
from grader.selftest.judging import HIDDEN
from grader.selftest.programs import COURSE
from grader.selftest.traps import descendants
from grader.student.forked import Zygote
from grader.student.launch import make_launcher
from grader.student.proxy import CallSettings, Student
from grader.student.session import Session
from grader.submission import Submission

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="a worker's memory can be read by root on Linux only"
)


def memory_of(pid: int) -> Iterator[bytes]:
    """Yield every region of a process's memory that it can read."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="ascii").splitlines():
            extent, rights, *_ = line.split()
            start, end = (int(number, 16) for number in extent.split("-"))
            if rights.startswith("r"):
                with contextlib.suppress(OSError, OverflowError):  # what the kernel shows to nobody
                    memory.seek(start)
                    yield memory.read(end - start)


def test_nothing_hidden_is_in_a_workers_memory_or_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    key = secrets.token_bytes(32)
    monkeypatch.setenv("MICROGRADE_PLANTED", in_environment := secrets.token_hex(16))
    in_memory = secrets.token_hex(16)
    import_checks(load_course(COURSE).chapters[0])  # the grader holds the checks before it starts the worker
    needle = secrets.token_hex(16)
    submission = Submission("work.py", f"WORD = '{needle}'\ndef f(x): return x".encode())
    rng = np.random.default_rng(from_secret(key, submission.sha256).number("chapter", "check"))
    x = rng.normal(size=8)
    want = x * 3.25 + 1
    with make_launcher() as launcher:
        assert isinstance(launcher, Zygote)
        session = Session(launcher, submission, "work", {"level": "kernel"}, 10.0)
        student = Student(session, {"f": Task("f", 1, "f", "h", "1.1")})
        session.load()
        student._begin(CallSettings(5.0))
        assert np.array_equal(student.f(x), x)
        (worker,) = descendants(launcher.process.pid) - {launcher.process.pid}
        seen = list(memory_of(worker))
        environment = Path(f"/proc/{worker}/environ").read_bytes()
        session.close()
    words = {
        "environment": in_environment.encode(), "memory": in_memory.encode(), "secret": key, "secret in digits": key.hex().encode(),
        "checks": HIDDEN.encode(), "expected value": want[0].tobytes(), "seed": str(rng.bit_generator.seed_seq.entropy).encode(),  # type: ignore[attr-defined]
    }  # fmt: skip
    assert any(needle.encode() in region for region in seen)  # the scan sees what is there
    assert any(x[0].tobytes() in region for region in seen)
    assert [name for name, word in words.items() if any(word in region for region in seen)] == []
    assert in_environment.encode() not in environment
    assert b"HOME=" not in environment
