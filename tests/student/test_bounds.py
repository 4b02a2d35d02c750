"""What a submission can make the grader itself do is bounded: memory, time, results, the whole run."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import resource
import signal
import struct
import subprocess
import sys
import time
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from grader import wire
from grader.checks import Check, expect, expect_numbers
from grader.course import Task
from grader.plugin import CheckItem
from grader.student import bounds
from grader.student import session as session_module
from grader.student.bounds import Bounds
from grader.student.connection import Deadline, DeadlineMissed, Launcher
from grader.student.proxy import CallSettings, Student, named_results
from grader.student.session import Session
from grader.submission import Submission
from grader.verdict import CheckFailed
from tests.conftest import Checkout
from tests.student.conftest import POLICY, Submit, begin, code_of, failure

MEMORY_LIMIT = resource.getrlimit(resource.RLIMIT_AS)


def test_a_function_that_a_submission_is_given_cannot_be_made_to_fill_the_graders_memory(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MEMORY_BYTES", 64 << 20)
    student = submit("import numpy as np\ndef f(given): return given(np.ones(5000)).shape", seconds=5)
    failed = failure(student.f, lambda w: np.outer(w, w))  # 200 MB
    assert failed.code == "EXCEPTION"
    assert "Unable to allocate" in failed.message


@pytest.mark.parametrize("length", [131_060, 131_072])
def test_an_answer_just_too_long_for_the_pipe_is_the_submissions_exception(submit: Submit, length: int) -> None:
    student = submit(f"def f(given): return len(given('a' * {length}))", seconds=5)
    failed = failure(student.f, lambda text: text + text)
    assert failed.code == "EXCEPTION"


def test_a_check_cannot_be_made_to_fill_the_graders_memory(checkout: Checkout) -> None:
    checks = checkout.root / "solutions" / "chapter01_tiny" / "checks.py"
    text = checks.read_text(encoding="utf-8")
    line = '    expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})\n'
    assert line in text
    checks.write_text(
        text.replace(line, "    np.ones((3, 1)) - np.zeros(2**37, dtype=np.int8)\n" + line, 1), encoding="utf-8"
    )
    result = checkout.grade_text(checkout.solution)
    assert result.check("check_double_of_numbers")["code"] == "MEMORY"
    assert result.card["status"] == "graded"


def test_a_check_ends_when_it_computes_for_too_long(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "CPU_SECONDS", 0.2)
    student = submit("def f(x): return x")

    def judge() -> None:
        student.f(1)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            pass

    assert failure(judge).code == "TIMEOUT"


def test_a_check_that_takes_its_end_for_an_answer_is_ended_again(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "CPU_SECONDS", 0.2)
    monkeypatch.setattr(bounds, "AGAIN", 0.2)
    student = submit("def f(x): return x")

    def judge() -> None:
        student.f(1)
        for _ in range(3):
            with contextlib.suppress(CheckFailed):
                while True:
                    pass
        raise CheckFailed("WRONG_VALUE", "it goes on")

    assert failure(judge).message == "it goes on"


def test_what_no_handler_can_end_ends_the_process() -> None:
    code = """if True:
        from grader.student import bounds
        bounds.NO_MORE = 0.2
        bounds.Bounds().renew()
        sum(range(10**12))
    """
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, check=False)
    assert done.returncode == -signal.SIGPROF


@pytest.mark.parametrize("loads_again", [True, False], ids=["the check ran", "the file does not load again"])
def test_nothing_is_bounded_after_a_check(launcher: Launcher, loads_again: bool) -> None:
    session = Session(launcher, Submission("work.py", b"def f(x): return x"), "work", POLICY, 5.0)
    student = Student(session, {"f": Task("f", 1, "f", "h", "1.1")})
    timers = []

    def judge(student: Student, rng: object) -> None:
        timers.append(signal.getitimer(signal.ITIMER_VIRTUAL)[0])
        raise CheckFailed("WRONG_VALUE", "no")

    item = SimpleNamespace(
        check=Check(judge, "check_it", "f", 1, "It"), chapter=SimpleNamespace(name="c"), name="check_it", row={},
        settings=lambda attempt: CallSettings(1.0),
    )  # fmt: skip
    attempt = SimpleNamespace(student=student, session=session, streams={"check_it": np.random.PCG64(1)}, in_order=True)
    session.load()
    if not loads_again:
        session._end_worker()
        session.last_words = "of the check before"
        session.submission = Submission("work.py", b"print('again')\n1/0")
    with pytest.raises(CheckFailed, match="no" if loads_again else "does not load again"):
        CheckItem.judge(item, attempt)  # type: ignore[arg-type]
    timer = signal.getitimer(signal.ITIMER_VIRTUAL)[0]
    limit = resource.getrlimit(resource.RLIMIT_AS)
    session.close()
    assert item.row == {"output": "" if loads_again else "again\n"}
    assert [left > 0 for left in timers] == [True] * loads_again
    assert timer == 0
    assert limit == MEMORY_LIMIT


def test_what_a_failed_check_was_sent_is_let_go_of(submit: Submit) -> None:
    class Kept:
        """Something that only a cycle holds, as an exception's traceback does."""

    student = submit("import numpy as np\ndef f(n): return np.zeros(n)", seconds=5)
    gc.collect()
    gc.disable()
    try:
        for count, expected in ((1, True), (1 << 20, False)):
            kept = Kept()
            kept.__dict__["itself"] = kept
            alive = weakref.ref(kept)
            del kept
            begin(student, 5, repeat=False)
            student.f(count)
            begin(student, 5)
            assert (alive() is not None) is expected
    finally:
        gc.enable()


def test_a_request_that_is_not_finished_ends_the_worker(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    student = submit("def f(x): return x")

    def no_memory(deadline: Deadline) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(student._session, "_receive", no_memory)
        with pytest.raises(MemoryError):
            student.f(1)
    begin(student)
    assert student.f(2) == 2  # and not what is still to come of the first


def test_bounds_are_lifted_with_the_session(submit: Submit) -> None:
    handler = signal.getsignal(signal.SIGVTALRM)
    student = submit("def f(x): return x")
    assert resource.getrlimit(resource.RLIMIT_AS) != MEMORY_LIMIT
    assert signal.getsignal(signal.SIGVTALRM) is bounds.too_long
    student._session.close()
    assert resource.getrlimit(resource.RLIMIT_AS) == MEMORY_LIMIT
    assert handler is bounds.too_long or signal.getsignal(signal.SIGVTALRM) is handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_lower_limit_of_the_machines_stays() -> None:
    bound = Bounds()
    low = 6 << 40
    resource.setrlimit(resource.RLIMIT_AS, (low, MEMORY_LIMIT[1]))
    try:
        bound.renew()
        assert resource.getrlimit(resource.RLIMIT_AS)[0] < low
        bound.lift()
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == low
    finally:
        resource.setrlimit(resource.RLIMIT_AS, MEMORY_LIMIT)


def test_a_lower_limit_of_the_machines_does_not_keep_the_last_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = Bounds()
    low = 6 << 40
    resource.setrlimit(resource.RLIMIT_AS, (low, MEMORY_LIMIT[1]))
    try:
        bound.renew()
        monkeypatch.setattr(bounds, "MEMORY_BYTES", low)  # as after a check that took so much that is not given back
        bound.renew()
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == low
    finally:
        bound.lift()
        resource.setrlimit(resource.RLIMIT_AS, MEMORY_LIMIT)


def test_results_of_one_check_are_limited_together(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_RECEIVED", 20 << 20)
    student = submit("import numpy as np\ndef f(i): return np.zeros(1 << 20)", seconds=5)

    def collect() -> None:
        begin(student, 5, repeat=False)
        for i in range(3):
            student.f(i)

    failed = failure(collect)
    assert "more than 20 MB of results in one check" in failed.message
    begin(student, 5, repeat=False)
    assert student.f(0).shape == (1 << 20,)


def test_waits_together_have_a_limit(submit: Submit) -> None:
    student = submit("import time\ndef f(): time.sleep(0.5)\ndef ok(x): return x", seconds=0.01)
    student._session.waits_left = 0.01
    begin(student, 0.01, repeat=False)
    student.f()
    begin(student)
    failed = failure(student.ok, 1)
    assert "the whole run" in failed.message
    assert failed.code == "TIMEOUT"


def test_computing_within_the_limit_of_each_call_never_uses_up_the_run(submit: Submit) -> None:
    student = submit("def f():\n    while True: pass\ndef ok(x): return sum(range(3_000_000))", seconds=0.2)
    left = student._session.waits_left
    assert code_of(student.f) == "TIMEOUT"
    begin(student, 5.0)
    student.ok(1)
    assert student._session.waits_left == pytest.approx(left, abs=0.2)


@pytest.mark.parametrize(
    ("limit", "elapsed", "waited", "part"),
    [(30.0, 29.0, 0.0, 0.0), (30.0, 100.0, 0.0, 70 / 125), (30.0, 100.0, 70.0, 0.0), (2.0, 13.0, 0.0, 11 / 13)],
)
def test_a_wait_is_measured_by_what_its_own_call_may_take(
    monkeypatch: pytest.MonkeyPatch, limit: float, elapsed: float, waited: float, part: float
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    deadline = Deadline(limit)
    deadline.check(0.0, 5.0)
    clock[0] += elapsed
    deadline.check(1.0, 5.0 + waited)
    assert deadline.waited_part() == pytest.approx(part)


def test_waiting_for_a_processor_does_not_count() -> None:
    deadline = Deadline(1.0)
    deadline.check(0.0, 100.0)
    deadline.wall_end = time.monotonic() - 30
    deadline.check(0.1, 140.0)
    with pytest.raises(DeadlineMissed, match="9 seconds"):
        deadline.check(0.2, 110.0)


def test_waiting_for_a_processor_cannot_stretch_a_deadline_for_ever() -> None:
    deadline = Deadline(1.0)
    deadline.check(0.0, 0.0)
    deadline.wall_end = time.monotonic() - 10 * deadline.wall_limit
    with pytest.raises(DeadlineMissed):
        deadline.check(0.1, 1e6)


def test_a_large_array_for_several_results_is_refused_without_being_taken_apart() -> None:
    huge = np.broadcast_to(np.int8(0), (1 << 40,))
    with pytest.raises(CheckFailed, match="returns 1099511627776 values"):
        named_results(huge, Task("f", 1, "f", "h", "1.1", returns=("a", "b")))
    assert named_results(np.arange(2), Task("f", 1, "f", "h", "1.1", returns=("a", "b"))).a == 0


def test_a_list_of_the_wrong_length_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expect, "float_problem", lambda *a: pytest.fail("it was"))
    with pytest.raises(CheckFailed, match=r"has shape \(100000,\), expected \(3,\)"):
        expect_numbers([0.0] * 100_000, np.zeros(3), "losses")


def test_keys_with_one_hash_are_refused() -> None:
    equal = [2.0 ** (61 * k) for k in range(-16, 17)]
    keys = list(itertools.islice(itertools.product(equal, repeat=3), 3000))
    assert len(set(map(hash, keys))) == 1
    header = json.dumps(["d", *([["t", *key], 0] for key in keys)], separators=(",", ":")).encode()
    with pytest.raises(wire.WireError, match="dict keys"):
        wire.loads(struct.pack("<I", len(header)) + header)
    with pytest.raises(wire.WireError, match="dict keys"):
        wire.dumps(dict.fromkeys(keys[:1001]))
    assert wire.loads(wire.dumps(dict.fromkeys(keys[:1000]))) == dict.fromkeys(keys[:1000])


EXHAUSTED = {
    "memory": ("x.append(bytearray(1 << 24))", "MEMORY", "runs out of the 256 MB that it may use"),
    "computing": ("x", "TIMEOUT", "was stopped after 1 seconds of computing"),  # it is called twice
    "output": ("os.write(1, bytes(1 << 20))", "EXCEPTION", "File too large"),
    "open files": ("x.append(os.dup(1))", "EXCEPTION", "Too many open files"),
    "files": ("open('/tmp/x', 'w')", "FORBIDDEN", "PermissionError"),
    "processes": ("os.fork()", "FORBIDDEN", "PermissionError"),
    "threads": ("threading.Thread(target=len, args=([],)).start()", "EXCEPTION", "can't start new thread"),
    "sockets": ("socket.socket()", "FORBIDDEN", "PermissionError"),
    "calls in each other": ("f()", "EXCEPTION", "maximum recursion depth exceeded"),
}


@pytest.mark.parametrize("limit", EXHAUSTED)
def test_an_exhausted_limit_is_named_with_its_line_and_costs_one_call(submit: Submit, limit: str) -> None:
    body, code, words = EXHAUSTED[limit]
    student = submit(f"""
        import os, socket, threading
        def f():
            x = []
            while True:
                {body}
        def ok(x): return x
    """, seconds=0.5 if limit == "computing" else 5)  # fmt: skip
    failed = failure(student.f)
    assert (failed.code, failed.line in (5, 6)) == (code, True)
    assert words in failed.message
    assert f"(line {failed.line})" in failed.message
    begin(student)
    assert student.ok(1) == 1


def test_the_computing_of_a_whole_run_is_limited_too(launcher: Launcher) -> None:
    source = b"def f(x):\n    while True: pass\ndef ok(x): return x"
    session = Session(launcher, Submission("work.py", source), "work", POLICY | {"cpu_seconds": 1}, 5.0)
    student = Student(session, {name: Task(name, 1, name, "h", "1.1") for name in ("f", "ok")})
    try:
        session.load()
        begin(student, 30)
        failed = failure(student.f, 1)
        assert failed.message == "your code used up the 1 seconds of computing of the whole run (line 2)"
        assert (failed.code, failed.line) == ("TIMEOUT", 2)
        begin(student)
        assert student.ok(1) == 1
    finally:
        session.close()
