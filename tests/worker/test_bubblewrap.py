"""A zygote in bubblewrap: for other people's submissions, where it works, and gone without a trace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.selftest import look_at_isolation
from grader.selftest.traps import descendants
from grader.student.forked import ForkedWorker, Zygote
from grader.student.session import Session
from grader.submission import Submission
from grader.worker import bubblewrap
from grader.worker.bubblewrap import bubblewrap_works
from tests.conftest import Checkout

needs_bubblewrap = pytest.mark.skipif(not bubblewrap_works(), reason="bubblewrap is not installed or may not work here")


@needs_bubblewrap
def test_it_hides_which_files_there_are() -> None:
    inside, outside = look_at_isolation(in_bubblewrap=True), look_at_isolation()
    assert inside["level"] == outside["level"] == "kernel"
    assert ("bubblewrap" in inside["features"], "bubblewrap" in outside["features"]) == (True, False)
    assert (inside["blocked"]["stat hidden files"], outside["blocked"]["stat hidden files"]) == (True, False)


@needs_bubblewrap
def test_it_ends_with_everything_in_it() -> None:
    before = descendants(os.getpid())
    with Zygote(in_bubblewrap=True) as zygote:
        source = b"def f():\n    while True: pass\n"
        session = Session(zygote, Submission("work.py", source), "work", {}, 10.0)
        session.load()
        started = descendants(zygote.process.pid)
        assert len(started) >= 3  # bubblewrap, the zygote, the worker
        assert isinstance(session.worker, ForkedWorker)
    assert descendants(os.getpid()) == before
    assert not any(Path("/proc", str(pid)).exists() for pid in started)
    session.worker.let_go()


def test_without_it_the_zygote_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "bubblewrap_works", lambda: False)
    report = look_at_isolation(in_bubblewrap=True)
    assert report["level"] == "kernel"
    assert "bubblewrap" not in report["features"]


@needs_bubblewrap
@pytest.mark.parametrize(
    ("options", "expected"), [((), False), (("--isolation", "kernel"), True), (("--secret", "secret.txt"), True)]
)
def test_it_is_for_other_peoples_submissions(checkout: Checkout, options: tuple[str, ...], expected: bool) -> None:
    checkout.module.write_text(checkout.solution, encoding="utf-8")
    card = checkout.grade("chapter1", "--json", *options).card
    assert ("bubblewrap" in card["run"]["isolation"]["features"]) is expected
