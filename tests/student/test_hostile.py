"""Submissions that end, hang, lie or attack: one failed check each, a fresh worker for the next, and no pass."""

from __future__ import annotations

import os
import textwrap
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import wire
from grader.checks import expect_close
from grader.course import Task
from grader.student import session as session_module
from grader.student.connection import Deadline, Launcher
from grader.student.forked import Zygote
from grader.student.proxy import Student
from grader.student.session import Session, answer_callback
from grader.submission import Submission
from grader.verdict import CheckFailed, Ungradable
from tests.classroom.kills import children
from tests.student.conftest import Submit, begin, code_of, failure

OTHER = "\ndef ok(x): return x + 1\n"
ENDINGS = {
    "sys.exit": ("import sys\ndef f(): sys.exit(0)", "EXIT", 2),
    "SystemExit": ("def f(): raise SystemExit", "EXIT", 1),
    "exit status": ("def f():\n    import sys\n    sys.exit('done')", "EXIT", 3),
    "os._exit": ("import os\ndef f(): os._exit(0)", "EXIT", None),
    "KeyboardInterrupt": ("def f(): raise KeyboardInterrupt", "EXCEPTION", 1),
    "BaseException": ("def f(): raise BaseException('b')", "EXCEPTION", 1),
    "GeneratorExit": ("def f(): raise GeneratorExit", "EXCEPTION", 1),
    "segfault": ("import ctypes\ndef f(): ctypes.string_at(0)", "CRASH", 2),
    "abort": ("import os\ndef f(): os.abort()", "CRASH", 2),
    "MemoryError": ("import numpy as np\ndef f():\n    return np.ones(2**40)", "MEMORY", 3),
    "memory in steps": ("def f():\n    x = []\n    while True: x.append(bytearray(2**24))", "MEMORY", 3),
    "recursion": ("def f(): return f()", "EXCEPTION", 1),
    "todo": ("def f(): raise NotImplementedError('later')", "NOT_WRITTEN", 1),
    "import": ("def f():\n    import pandas", "FORBIDDEN", 2),
    "inner line": ("import json\ndef g(x):\n    return json.loads(x)\ndef f():\n    return g('{')", "EXCEPTION", 3),
    "arity": ("def f(x): pass", "EXCEPTION", 1),
    "assertion": ("def f(): assert False", "EXCEPTION", 1),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_an_ending_is_one_failed_check_with_the_students_line(submit: Submit, name: str) -> None:
    source, code, line = ENDINGS[name]
    student = submit(source + OTHER, seconds=3)
    failed = failure(student.f)
    assert (failed.code, failed.line) == (code, line)
    assert "Traceback" not in failed.message
    assert "runner.py" not in failed.message
    begin(student)
    assert student.ok(1) == 2


LOOPS = {
    "plain": "while True: pass",
    "swallows": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "finally": "try:\n        while True: pass\n    finally:\n        while True: pass",
    "in C": "sum(range(10**12))",
    "signals ignored": "import signal\n    for s in range(1, 30):\n        try: signal.signal(s, signal.SIG_IGN)\n        except BaseException: pass\n    while True: pass",
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_loop_is_stopped(submit: Submit, name: str) -> None:
    student = submit(f"def f():\n    {LOOPS[name]}\n" + OTHER, seconds=0.2)
    started = time.monotonic()
    assert code_of(student.f) == "TIMEOUT"
    assert time.monotonic() - started < 10
    begin(student)
    assert student.ok(1) == 2


def test_a_loop_tells_its_line(submit: Submit) -> None:
    failed = failure(submit("def f():\n    x = 0\n    while True:\n        x += 1", seconds=0.2).f)
    assert failed.line in (3, 4)
    assert "0.4 seconds of computing" in failed.message


class _Brief(Deadline):
    def __init__(self, cpu_seconds: float) -> None:
        super().__init__(cpu_seconds)
        self.wall_limit = 1.0
        self.wall_end = time.monotonic() + 1.0


WAITS = {
    "sleep": "import time\n    time.sleep(1000)",
    "reads the pipe": "import os\n    os.read(3, 10)",
    "drips": "import os, time\n    while True:\n        os.write(3, b'm')\n        time.sleep(0.01)",
}


@pytest.mark.parametrize("name", WAITS)
def test_waiting_is_stopped_by_the_clock(submit: Submit, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    student = submit(f"def f():\n    {WAITS[name]}\n" + OTHER)
    monkeypatch.setattr(session_module, "Deadline", _Brief)
    assert code_of(student.f) in ("TIMEOUT", "WRONG_TYPE")
    monkeypatch.undo()
    begin(student)
    assert student.ok(1) == 2


def test_a_syntax_error_is_ungradable_with_its_line(submit: Submit) -> None:
    with pytest.raises(Ungradable) as caught:
        submit("x = 1\ny = 2\ndef f(:\n    pass\n")
    assert caught.value.line == 3
    assert "SyntaxError" in caught.value.message


@pytest.mark.parametrize("leftover", ["os._exit(3)", "pass"])
def test_what_a_check_leaves_behind_is_not_the_next_ones_fault(submit: Submit, leftover: str) -> None:
    student = submit(f"""
        import os
        class Bomb:
            def __del__(self):
                while True: {leftover}
        def f(): return Bomb()
        def ok(x): return x + 1
    """)  # fmt: skip
    begin(student, repeat=False)
    student.f()
    begin(student)
    assert student.ok(1) == 2


SABOTAGE = {
    "stdout": "import sys; sys.stdout = sys.stderr = None",
    "json": "import json; json.dumps = lambda *a, **k: '[\"t\", \"value\", [\"d\", [\"value\", 42]]]'",
    "json.loads": "import json; json.loads = lambda *a, **k: ['t', 'x']",
    "os.write": "import os; os.write = lambda fd, data: len(data)",
    "os.read": "import os; os.read = lambda fd, n: b'x' * n",
    "numpy": "import numpy as np; np.asarray = np.array = np.frombuffer = lambda *a, **k: 42",
    "builtins": "import builtins; builtins.isinstance = lambda *a: True; builtins.type = lambda x: int",
    "struct": "import struct; struct.Struct.pack = None",
    "gc": "import gc\nfor o in gc.get_objects():\n    if isinstance(o, dict) and 'fingerprint' in o: o['fingerprint'] = lambda *a: b''",
    "operator": "import operator; operator.add = lambda *a: 42",
    "wire": "import sys, gc\nfor m in gc.get_objects():\n    if getattr(m, '__name__', '') == 'grader.wire': m.dumps = lambda *a, **k: b''",
}  # fmt: skip


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_can_only_fail(launcher: Launcher, name: str) -> None:
    session = Session(
        launcher, Submission("work.py", f"def f(x): return x\n{SABOTAGE[name]}\n".encode()), "work", {}, 2.0
    )
    student = Student(session, {"f": Task("f", 1, "f", "h", "1.1")})
    try:
        session.load()
        begin(student, 0.3)
        got = student.f(np.arange(3.0))
    except (CheckFailed, Ungradable):
        return
    finally:
        session.close()
    assert type(got) in (np.ndarray, int)
    assert np.array_equal(got, np.arange(3.0)) or np.array_equal(got, 42)


def forge(value: str, number: str = "2") -> str:
    """Return the text of a submission whose f writes frames of its own to the pipe."""
    return f"""
        import json, os, struct
        def frame(n, tree):
            header = json.dumps(tree).encode()
            return struct.pack("<4sIQ", b"mgw1", n, len(header) + 4) + struct.pack("<I", len(header)) + header
        def f():
            os.write(3, frame({number}, {value}))
            return 1
        def ok(x): return x + 1
    """


FORGED = {
    "kind is a list": '["t", ["l", "value"], ["d"]]',
    "kind is an array": '["t", ["p", "l", "<f8", 0, 0], ["d"]]',
    "unknown kind": '["t", "passed", ["d"]]',
    "no pair": '["t", "value"]',
    "no map": '["t", "value", 5]',
    "no value": '["t", "value", ["d"]]',
    "hello": '["t", "hello", ["d", ["level", "kernel"]]]',
    "refused": '["t", "refused", ["d"]]',
    "unsendable": '["t", "unsendable", ["d", ["message", 5]]]',
    "missing": '["t", "missing", ["d", ["names", 5]]]',
    "raised of nothing": '["t", "raised", ["d"]]',
    "raised of numbers": '["t", "raised", ["d", ["bases", 5], ["lines", 7], ["message", ["l"]], ["type", ["d"]], ["exit", "x"]]]',
    "raised at a huge line": '["t", "raised", ["d", ["lines", ["l", 10**12]]]]',
    "a warning that is none": '["t", "value", ["d", ["value", 1], ["warnings", ["l", 5]]]]',
    "a warning of lists": '["t", "value", ["d", ["value", 1], ["warnings", ["l", ["t", ["l"], ["l"]]]]]]',
    "changed is an array": '["t", "value", ["d", ["value", 1], ["changed", ["l", 1]]]]',
    "again of another type": '["t", "value", ["d", ["value", 1], ["again", ["d"]]]]',
    "callback of nothing": '["t", "callback", ["d"]]',
    "callback of a list": '["t", "callback", ["d", ["number", ["l"]], ["args", ["t"]], ["kwargs", ["d"]]]]',
    "callback not given": '["t", "callback", ["d", ["number", 0], ["args", ["t"]], ["kwargs", ["d"]]]]',
    "changed is an object": '["t", "value", ["d", ["value", 1], ["changed", ["o", 1, "C"]]]]',
    "raised of objects": '["t", "raised", ["d", ["message", ["o", 1, "C"]], ["type", ["o", 1, "C"]]]]',
    "not written, an object": '["t", "raised", ["d", ["todo", True], ["message", ["o", 1, "C"]]]]',
    "unsendable for an object": '["t", "unsendable", ["d", ["message", ["o", 1, "C"]]]]',
    "warns of an object": '["t", "value", ["d", ["value", 1], ["warnings", ["l", ["t", ["o", 1, "C"], 1]]]]]',
    "warns at a huge line": '["t", "value", ["d", ["value", 1], ["warnings", ["l", ["t", "w", 10**12]]]]]',
    "warns at a line that is true": '["t", "value", ["d", ["value", 1], ["warnings", ["l", ["t", "w", True]]]]]',
    "handle of text": '["t", "value", ["d", ["value", ["o", "x", "C"]]]]',
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_reply_fails_and_is_no_fault_of_the_graders(submit: Submit, name: str) -> None:
    student = submit(forge(FORGED[name]), no_warnings=True)
    assert student._session.received == 2
    failed = failure(student.f)
    assert " at 0x" not in failed.message  # an address of the grader's
    assert "NameError" not in failed.message  # it was sent
    assert failed.line in (None, 1)
    student._session.close()
    begin(student)
    assert student.ok(1) == 2


@pytest.mark.parametrize("line", ["9" * 5000, "0", "-1", "\u0663", "12x"])
@pytest.mark.parametrize("ends", ["os.abort()", "while True: pass"])
def test_a_forged_stack_dump_is_no_fault_of_the_graders(submit: Submit, line: str, ends: str) -> None:
    student = submit(f"""
        import os
        def f():
            os.write(4, '  File "work.py", line {line} in f\\n'.encode())
            {ends}
    """, 0.3)  # fmt: skip
    assert code_of(student.f) == ("CRASH" if ends == "os.abort()" else "TIMEOUT")


def test_a_random_generator_is_no_value(submit: Submit) -> None:
    student = submit("def f(rng): return rng\ndef g(rng): return [rng]")
    given = np.random.default_rng(1)
    with pytest.raises(CheckFailed, match="a random generator where a value is expected"):
        assert student.f(given) != student.f(given)
    with pytest.raises(CheckFailed):
        assert student.g(given) != student.g(given)


def test_a_forged_value_of_another_number_is_refused(submit: Submit) -> None:
    failed = failure(submit(forge('["t", "value", ["d", ["value", 1]]]', "77")).f)
    assert (failed.code, "out of order" in failed.message) == ("WRONG_TYPE", True)


@pytest.mark.parametrize(
    "tree",
    [
        '["t", "value", ["d"]]',
        '["t", "value", ["d", ["names", ["l", 5, ["l"]]]]]',
        '["t", "raised", ["d"]]',
        '["t", ["l"], ["d"]]',
    ],
)
def test_a_reply_forged_while_loading_ends_in_order(launcher: Launcher, tree: str) -> None:
    source = textwrap.dedent(forge(tree, "1")) + "\nos.write(3, frame(1, " + tree + "))\n"
    session = Session(launcher, Submission("work.py", source.encode()), "work", {}, 3.0)
    try:
        session.load()
        assert all(isinstance(name, str) for name in session.names)
    except Ungradable:
        pass
    finally:
        session.close()


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"number": []},
        {"number": 0},
        {"number": True, "args": (), "kwargs": {}},
        {"number": 0, "args": [], "kwargs": {}},
    ],
)
def test_a_callback_that_was_not_given_breaks_the_format(request_: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        answer_callback(request_, {0: print, 1: print})


LIES = """
    import os
    class Eq:
        def __eq__(self, other): return True
        __hash__ = None
    class Array:
        def __array__(self, *a, **k):
            import numpy as np
            return np.arange(3.0)
    class Class:
        @property
        def __class__(self): return float
        def __float__(self): return 1.0
    class Reduce:
        def __reduce__(self): return os._exit, (0,)
    class Float(float):
        def __eq__(self, other): return True
        def __float__(self): return 1.0
    class Message(Exception):
        def __str__(self): raise SystemExit
    class Traceback(Exception):
        __traceback__ = property(lambda self: 5)
    class Meta(type):
        __name__ = property(lambda cls: 5)
    class Named(metaclass=Meta): pass
    def eq(): return Eq()
    def array(): return Array()
    def klass(): return Class()
    def reduced(): return Reduce()
    def flt(): return Float(2.0)
    def message(): raise Message
    def trace(): raise Traceback
    def named(): return Named()
    def ok(x): return x + 1
"""


@pytest.mark.parametrize("task", ["eq", "array", "klass", "reduced", "flt", "message", "trace", "named"])
def test_an_object_that_lies_equals_nothing(submit: Submit, task: str) -> None:
    student = submit(LIES)
    with pytest.raises(CheckFailed):
        expect_close(getattr(student, task)(), 1.0, "it")
    begin(student)
    assert student.ok(1) == 2


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts processes in /proc")
def test_no_process_is_left_behind() -> None:
    before = children(os.getpid())
    with Zygote() as launcher:
        (zygote,) = set(children(os.getpid())) - set(before)
        source = b"import os\ndef f(): os._exit(1)\ndef g():\n    while True: pass\ndef h(): return 1\n"
        for task in ("f", "g", "h"):
            session = Session(launcher, Submission("work.py", source), "work", {}, 3.0)
            session.load()
            with pytest.raises(CheckFailed) if task != "h" else nullcontext():
                session.ask("call", {"name": task, "arguments": wire.dumps(((), {}))}, 0.2)
            session.close()
            launcher.settle()
            assert children(zygote) == []
    assert children(os.getpid()) == before


USES = {
    "==": lambda got: got == 1.0, "!=": lambda got: got != 1.0, "<": lambda got: got < 1.0, "if": lambda got: 1 if got else 0,
    "not": lambda got: not got, "len": len, "for": list, "[0]": lambda got: got[0], "in": lambda got: 1 in got, "float": float,
    "int": int, "abs": abs, "@": lambda got: got @ got, "a list": lambda got: [got] == [1.0], "np.asarray": lambda got: np.asarray(got).sum() > 0,
    "np.isclose": lambda got: np.isclose(got, 1.0), "sorted": lambda got: sorted([got, got]), "max": lambda got: max(got, got), "%": lambda got: got % 2,
    "a set": lambda got: len({got}) == 1, "a key": lambda got: {got: 1}, ".shape": lambda got: got.shape == (3,),
}  # fmt: skip


NO_VALUES = {
    "an object": lambda student: student.thing(),
    "an array of text": lambda student: student.text(),
    "a masked array": lambda student: student.mask(),
    "an attribute that calls itself a method": lambda student: student.thing().lies,
    "a method": lambda student: student.thing().tells,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("kind", NO_VALUES)
def test_what_is_no_plain_data_fails_the_check_that_computes_with_it(submit: Submit, kind: str, use: str) -> None:
    """It would be true, and unequal to itself: a check of ``f(1) != f(2)`` would pass."""
    student = submit("""
        import numpy as np
        class Shape:
            def __add__(self, other): return 1.0
            __array__ = __mul__ = __add__
            shape = np.array(["a"])
        class Thing(Shape):
            lies = type("method", (Shape,), {})()
            def tells(self): return 1.0
        Thing.tells.shape = Shape.shape
        def thing(): return Thing()
        def text(): return np.array(["a"])
        def mask(): return np.ma.array([1.0], mask=True)
    """)
    begin(student, repeat=False)
    got = NO_VALUES[kind](student)
    assert code_of(USES[use], got) == "WRONG_TYPE"


def test_what_calls_itself_a_method_is_called_under_its_own_name(submit: Submit) -> None:
    student = submit("""
        class Thing:
            lies = type("method", (), {})()
            def tells(self): return 1.0
        def thing(): return Thing()
    """)
    begin(student, repeat=False)
    assert student.thing().tells() == 1.0
    assert failure(student.thing().lies).message.startswith("lies raises TypeError")
