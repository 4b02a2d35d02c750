"""Small submissions in real workers: ``submit(source).f(1)`` calls f of the text in a fork of one warm process."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.course import Task
from grader.student.connection import Launcher
from grader.student.launch import make_launcher
from grader.student.proxy import CallSettings, Student
from grader.student.session import Session
from grader.submission import Submission
from grader.verdict import CheckFailed

Submit = Callable[..., Student]
POLICY = {"cpu_seconds": 10, "memory_bytes": 256 << 20}


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """Return a launcher that all tests share."""
    with make_launcher() as launcher:
        yield launcher


@pytest.fixture
def submit(launcher: Launcher) -> Iterator[Submit]:
    """Return a function from a submission's text to the student that checks see; keywords describe tasks."""
    sessions: list[Session] = []

    def start(source: str, seconds: float = 1.0, no_warnings: bool = False, **tasks: dict[str, Any]) -> Student:
        text = textwrap.dedent(source)
        session = Session(launcher, Submission("work.py", text.encode()), "work", POLICY, 5.0)
        sessions.append(session)
        session.load()
        names = {name: {} for name in session.names} | {"missing": {}} | tasks
        described = {n: Task(n, 1, n, "hint", "1.1", **fields) for n, fields in names.items()}
        student = Student(session, described)
        begin(student, seconds, no_warnings=no_warnings)
        return student

    yield start
    for session in sessions:
        session.close()


def begin(student: Student, seconds: float = 1.0, **settings: Any) -> None:
    """Begin another check."""
    student._begin(CallSettings(seconds, **settings))


def failure(call: Callable[..., Any], *args: Any, **kwargs: Any) -> CheckFailed:
    """Return how a call fails."""
    with pytest.raises(CheckFailed) as caught:
        call(*args, **kwargs)
    return caught.value


def code_of(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return the code that a call fails with."""
    return failure(call, *args, **kwargs).code
