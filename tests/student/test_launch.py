"""Workers that are started before they are asked for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import wire
from grader.student import forked
from grader.student.connection import DeadlineMissed, bootstrap
from grader.student.forked import MOST_OWED, Zygote
from grader.student.launch import fork_is_safe, usable_cores
from grader.student.session import Session, WorkerFailed, encoded
from grader.submission import Submission
from grader.worker.output import CappedOutput
from grader.worker.pipe import Pipe
from grader.worker.rehearsal import requests_of_a_grader
from grader.worker.runner import Runner
from tests.classroom.kills import children
from tests.student.conftest import Submit

pytestmark = pytest.mark.skipif(not fork_is_safe(), reason="workers are forked on Linux only")
POLICY = {"cpu_seconds": 10}


def test_cores_are_counted_on_systems_that_do_not_tell_which_of_them_may_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert usable_cores() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    assert usable_cores() == (os.cpu_count() or 1)


def loaded(zygote: Zygote, policy: dict[str, Any]) -> Session:
    """Return a session whose submission has loaded."""
    session = Session(zygote, Submission("work.py", b"def f(): return 1"), "work", policy, 5.0)
    session.load()
    return session


def ends(pid: int) -> bool:
    """Return whether a process ends within a few seconds."""
    waited_until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < waited_until:
        time.sleep(0.01)
    return not Path(f"/proc/{pid}").exists()


def test_the_worker_started_ahead_is_the_next_one() -> None:
    with Zygote() as zygote:
        zygote.start_ahead(POLICY)
        assert zygote.ahead is not None
        ahead = zygote.ahead[1]
        session = loaded(zygote, POLICY)
        assert session.worker is ahead
        assert session.names == ["f"]
        session.close()
        loaded(zygote, POLICY).close()  # and the one after it is another


def test_another_policy_gets_another_worker_and_the_first_is_ended() -> None:
    with Zygote() as zygote:
        zygote.start_ahead(POLICY)
        zygote.ask({"cpu": True})
        (first,) = children(zygote.process.pid)
        session = loaded(zygote, POLICY | {"memory_bytes": 300 << 20})
        assert first not in children(zygote.process.pid)
        session.close()


def test_answers_that_nobody_waits_for_do_not_fill_the_zygotes_socket() -> None:
    with Zygote() as zygote:
        for _ in range(3 * MOST_OWED):
            zygote.tell({"cpu": True})
            assert zygote.answers_owed <= MOST_OWED
        assert zygote.ask({"cpu": True}).keys() == {"cpu", "waited"}


def test_a_worker_nobody_asked_for_ends_with_its_zygote() -> None:
    with Zygote() as zygote:
        zygote.start_ahead(POLICY)
        zygote.ask({"cpu": True})
        (worker,) = children(zygote.process.pid)
    assert ends(worker)


@pytest.mark.parametrize("after", [0.0, 0.3], ids=["before it answers", "while a file loads"])
@pytest.mark.parametrize("source", [b"import time; time.sleep(100)", b"while True: pass"], ids=["sleeps", "computes"])
def test_a_zygote_that_is_killed_is_no_fault_of_the_submission(source: bytes, after: float) -> None:
    """Where memory runs out, the kernel kills it first."""
    with Zygote() as zygote:
        zygote.start_ahead(POLICY)
        zygote.ask({"cpu": True})
        session = Session(zygote, Submission("work.py", source), "work", POLICY, 5.0)
        killing = threading.Timer(after, os.kill, (zygote.process.pid, signal.SIGKILL))
        killing.start()
        with pytest.raises(WorkerFailed, match=r"process that starts workers"):
            session.load()
        killing.join()
        assert session.worker is None
        session.close()


def test_a_zygote_that_is_killed_when_the_time_is_over_is_no_fault_of_the_submission() -> None:
    with Zygote() as zygote:
        session = Session(zygote, Submission("work.py", b"while True: pass"), "work", POLICY, 0.2)
        session._start(encoded(("load", {"source": b"while True: pass", "filename": "work.py", "module": "work"})))
        assert session.worker is not None
        where = session.worker.where

        def killed() -> str:
            zygote.process.kill()
            return where()

        session.worker.where = killed  # type: ignore[method-assign]
        with pytest.raises(WorkerFailed, match=r"process that starts workers"):
            session._exchange(None, 0.2)
        session.close()


def test_a_zygote_whose_grader_is_gone_before_it_is_ready_ends_without_a_word() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        process = subprocess.Popen(bootstrap("grader.worker.zygote"), stdin=theirs, stderr=subprocess.PIPE, text=True)
    assert process.communicate(timeout=30) == (None, "")
    assert process.returncode == 0


def test_a_submission_finds_nothing_of_the_one_that_was_rehearsed(submit: Submit) -> None:
    student = submit(
        """
        import gc, linecache, sys

        def traces():
            kinds = [kind.__name__ for kind in object.__subclasses__() if kind.__module__ == "rehearsal"]
            modules = [name for name in (*sys.modules, *linecache.cache) if "rehears" in name]
            return [*kinds, *modules, gc.isenabled(), len(gc.garbage)]
        """
    )
    assert student.traces() == [True, 0]


def test_what_is_rehearsed_goes_as_it_should() -> None:
    runner = Runner(Pipe(-1, -1), CappedOutput(-1))
    kinds = [runner.answers[kind](request)[0] for kind, request in requests_of_a_grader()]
    assert kinds == ["value", "value", "value", "value", "value", "raised"]  # the last one is not written yet


def test_a_worker_that_does_not_read_is_waited_for_and_no_longer(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = submit("def total(x):\n    return float(x.sum())\n\ndef never():\n    while True:\n        pass\n")
    assert student.total(np.ones(2_000_000)) == 2e6  # more than the kernel keeps for it
    session = student._session
    session._send(encoded(("call", {"name": "never", "arguments": wire.dumps(((), {}))})))
    assert session.worker is not None
    monkeypatch.setattr(forked, "SEND_LIMIT", 0.3)
    with pytest.raises(DeadlineMissed, match=r"0\.3 seconds"):
        session.worker.send(bytes(20_000_000))
