"""One submission in its workers: loaded on first use, asked one thing at a time, started afresh when a worker is lost."""

from __future__ import annotations

import contextlib
import gc
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from grader import wire
from grader.errors import GradeError, UsageError
from grader.student.bounds import Bounds
from grader.student.connection import Connection, Deadline, DeadlineMissed, Launcher, WorkerGone, signal_of
from grader.submission import Submission
from grader.verdict import CheckFailed, Ungradable
from grader.worker.policy import Policy

START_SECONDS = 5.0  # CPU seconds, and 25 by the clock, in which a worker says hello
OUTPUT_KEPT = 4096  # bytes of what a check's calls print that the scorecard keeps
MAX_CALLBACKS = 1_000_000  # in one request
MAX_RECEIVED = 256 << 20  # bytes of one check's results, which it may well keep all
MUCH_GARBAGE = 1 << 20  # bytes that a check was sent; a failed check's traceback keeps them until they are looked for
RUN_WAITS = 70.0  # calls that may wait all of their time by the clock: 15 minutes where each may compute for 2 seconds

Reply = tuple[str, dict[str, Any]]
Answer = TypeVar("Answer")


class WorkerFailed(GradeError):
    """A worker did not start: a fault of the grader or the machine, never of the submission."""


class IsolationRefused(UsageError):
    """The worker cannot be confined as was asked for, so nothing is run."""


Callback = Callable[..., Any]


class Session:
    """Asks questions of one submission; every loss of a worker is one failed check and a fresh worker for the next."""

    def __init__(
        self, launcher: Launcher, submission: Submission, module: str, policy: Mapping[str, Any], load_seconds: float
    ) -> None:
        self.launcher = launcher
        self.submission = submission
        self.module = module
        self.policy = dict(policy)
        self.load_seconds = load_seconds
        self.worker: Connection | None = None
        self.isolation: dict[str, Any] = {}
        self.names: list[str] = []
        self.printed_from = 0
        self.generation = 0
        self.holds_objects = False  # for the check that runs
        self.sent = self.received = self.bytes_received = self.bytes_seen = 0
        self.waits_left = RUN_WAITS
        self.bounds = Bounds()

    def load(self) -> None:
        """Start a worker and run the submission's top level in it.

        Raises:
            Ungradable: it does not load; the message says why and the line where.
        """
        request = {"source": self.submission.source, "filename": self.submission.name, "module": self.module}
        try:
            self._start(encoded(("load", request)))
            reply = self._exchange(None, self.load_seconds)
        except CheckFailed as failed:
            raise Ungradable(failed.code, f"while loading, {failed.message}", failed.line) from None
        kind, answer = reply
        if kind != "value":
            self._end_worker()
            raise load_failure(answer, self.submission)
        names = answer.get("names")
        self.names = [name for name in names if isinstance(name, str)][:500] if isinstance(names, list) else []

    def begin_check(self) -> None:
        """Make a worker ready for the next check and forget what the last one left in it.

        Raises:
            CheckFailed: the submission loaded before and does not now.
        """
        self.generation += 1
        self.bytes_received = 0
        self._free_memory()
        self.bounds.renew()
        if self.worker is not None:
            self._leave_check()
        if self.worker is None:
            self.last_words = ""  # of the check before
            try:
                self.load()
            except Ungradable as reason:
                message = f"the file does not load again: {reason.message}"
                raise CheckFailed(reason.code, message, reason.line) from None
        assert self.worker is not None
        self.printed_from = os.fstat(self.worker.output.fileno()).st_size

    def printed(self) -> str:
        """Return what the current check's calls printed, cut at OUTPUT_KEPT bytes."""
        if self.worker is None:
            return self.last_words
        return _read_from(self.worker, self.printed_from)

    last_words = ""

    def ask(
        self, kind: str, request: dict[str, Any], cpu_seconds: float, callbacks: Mapping[int, Callback] | None = None
    ) -> Reply:
        """Send one request and return its reply, answering callbacks on the way.

        Raises:
            CheckFailed: TIMEOUT, EXIT, CRASH, MEMORY, or a reply that breaks the format.
        """
        if self.worker is None:
            raise CheckFailed("CRASH", "the program that ran your code is gone")
        return self._ask(kind, request, cpu_seconds, callbacks or {})

    def close(self) -> None:
        """End the worker, if there is one, and what bounds the grader while a check runs."""
        self._end_worker()
        self.bounds.close()
        self._free_memory()

    def _leave_check(self) -> None:
        """Have the worker let go of the last check's objects; what that check left behind is not the next one's fault."""
        assert self.worker is not None
        if self.holds_objects:
            with contextlib.suppress(CheckFailed):
                self._ask("forget", {}, 1.0)
        elif not self.worker.is_quiet():
            self._end_worker()
        self.holds_objects = False

    def _free_memory(self) -> None:
        """Let go of what the last check was sent, where that is much: nobody else looks for garbage in time."""
        if self.bytes_seen > MUCH_GARBAGE:
            self.bytes_seen = 0
            gc.collect()

    def _end_worker(self) -> None:
        """End the worker, if there is one."""
        if self.worker is not None:
            worker, self.worker = self.worker, None
            self.last_words = _read_from(worker, self.printed_from)
            with contextlib.suppress(WorkerGone):  # it ends with the process that started it
                worker.kill()
            worker.output.close()

    def _start(self, first: bytes) -> None:
        """Start a worker; one that does not say hello in time is ended, and a second one tried.

        Args:
            first: a request that lies ready for it: it reads nothing before it is confined.
        """
        self.generation += 1
        for is_last in (False, True):
            self.sent = self.received = self.printed_from = 0
            try:
                self.worker = self.launcher.start(self.policy)
                self._send(first)
                kind, hello = self._receive(Deadline(START_SECONDS))
                break
            except (WorkerGone, DeadlineMissed, wire.WireError) as error:
                self._end_worker()
                if is_last:
                    raise WorkerFailed(f"a worker could not be started: {error or 'it ended at once'}") from None
        if kind != "hello":
            self._end_worker()
            raise IsolationRefused(f"{hello.get('message', kind)}. `grade doctor` says what is missing.")
        self.isolation = hello

    def _ask(
        self, kind: str, request: dict[str, Any], cpu_seconds: float, callbacks: Mapping[int, Callback] = {}
    ) -> Reply:
        return self._exchange(encoded((kind, request)), cpu_seconds, callbacks)

    def _exchange(self, message: bytes | None, cpu_seconds: float, callbacks: Mapping[int, Callback] = {}) -> Reply:
        """Send a request, unless it was sent before, and return its reply."""
        if self.waits_left <= 0:
            raise CheckFailed("TIMEOUT", "your code used up the time of the whole run, most of it waiting")
        deadline = Deadline(cpu_seconds)
        worker = self.worker
        assert worker is not None
        try:
            if message is not None:
                self._send(message)
            for _ in range(MAX_CALLBACKS):
                reply = self._receive(deadline)
                if reply[0] != "callback":
                    return reply
                answer = answer_callback(reply[1], callbacks)
                if self.worker is not worker:
                    raise CheckFailed("CRASH", "the program that ran your code is gone")
                self._send(answer)
            raise wire.WireError(f"more than {MAX_CALLBACKS} calls of a given function")
        except DeadlineMissed as missed:
            line = student_line(self._of_zygote(worker.where), self.submission.name)
            self._end_worker()
            raise CheckFailed("TIMEOUT", f"your code was stopped after {missed.limit}{at(line)}", line) from None
        except WorkerGone:
            raise self._lost(worker) from None
        except wire.WireError as error:
            self._end_worker()
            raise CheckFailed("WRONG_TYPE", f"what your code sent back cannot be read: {error}") from None
        except BaseException:  # a check's own function refused what it was given, or memory or time ran out here: the
            self._end_worker()  # worker still waits for an answer, or its own is still to be read
            raise
        finally:
            self.waits_left -= deadline.waited_part()

    def _lost(self, worker: Connection) -> CheckFailed:
        status = self._of_zygote(lambda: worker.end())
        line = student_line(worker.last_dump, self.submission.name)
        text = _read_from(worker, self.printed_from)
        self._end_worker()
        name = signal_of(status)
        if name is None:
            return CheckFailed("EXIT", f"your code ended the whole program (exit status {status >> 8})")
        if name == "SIGXCPU":
            seconds = self.policy.get("cpu_seconds", Policy.cpu_seconds)
            message = f"your code used up the {seconds:g} seconds of computing of the whole run{at(line)}"
            return CheckFailed("TIMEOUT", message, line)
        if "MemoryError" in text or "memory" in text.lower()[-500:]:
            return CheckFailed(
                "MEMORY", f"your code ran out of the {self.memory_mb} MB that it may use{at(line)}", line
            )
        return CheckFailed("CRASH", f"your code crashed the program that ran it ({name}){at(line)}", line)

    def _of_zygote(self, ask: Callable[[], Answer]) -> Answer:
        """Return what the process that starts workers says of one; its own end is no fault of the submission."""
        try:
            return ask()
        except WorkerGone as error:
            self._end_worker()
            raise WorkerFailed(f"a fault of the machine, not of your code: {error}") from None

    @property
    def memory_mb(self) -> int:
        """What the submission may use, in MB."""
        return int(self.policy.get("memory_bytes", Policy.memory_bytes)) >> 20

    def _send(self, message: bytes) -> None:
        assert self.worker is not None
        self.worker.send(wire.frame(self.sent, message))
        self.sent += 1

    def _receive(self, deadline: Deadline) -> Reply:
        assert self.worker is not None
        size = wire.frame_size(self.worker.read(wire.FRAME_HEAD, deadline), self.received)
        self.received += 1
        reply = wire.loads(self.worker.read(size, deadline), self._resolve)
        known = isinstance(reply, tuple) and len(reply) == 2 and isinstance(reply[1], dict)
        if not known or type(reply[0]) is not str or reply[0] not in REPLIES:
            raise wire.WireError("a reply of no known kind")
        self.holds_objects |= reply[0] == "unsendable"  # it broke off in the middle of them
        self.bytes_seen += size
        self.bytes_received += size if reply[0] != "callback" else 0
        if self.bytes_received > MAX_RECEIVED:
            raise wire.WireError(f"more than {MAX_RECEIVED >> 20} MB of results in one check")
        return reply[0], reply[1]

    def _resolve(self, tag: str, fields: list[Any]) -> Handle:
        self.holds_objects = True
        return resolve(tag, fields)


REPLIES = frozenset({"hello", "refused", "value", "raised", "missing", "unsendable", "callback"})


class Handle:
    """An object that lives in the worker: its number there and the name of its class."""

    def __init__(self, number: int, type_name: str) -> None:
        self.number = number
        self.type_name = type_name


def resolve(tag: str, fields: list[Any]) -> Handle:
    """Return the handle that a worker's tag stands for."""
    if tag != "o" or len(fields) != 2 or type(fields[0]) is not int or not isinstance(fields[1], str):
        raise wire.WireError("a handle with wrong fields")
    return Handle(fields[0], fields[1][:80])


def encoded(request: tuple[str, dict[str, Any]]) -> bytes:
    """Return a request as it crosses the pipe; raises RuntimeError for what cannot, which is the check's own mistake."""
    try:
        return wire.dumps(request)
    except wire.WireError as error:
        raise RuntimeError(f"a check sends what cannot cross the pipe: {error}") from error


def answer_callback(request: dict[str, Any], callbacks: Mapping[int, Callback]) -> bytes:
    """Call a check's function with what the student's code gave it; its refusal goes back as an exception.

    So does a result that cannot cross the pipe: given an object of the student's, a function may well return one.
    """
    number = request.get("number")
    call = callbacks.get(number) if type(number) is int else None
    args, kwargs = request.get("args"), request.get("kwargs")
    if call is None or not isinstance(args, tuple) or not isinstance(kwargs, dict):
        raise wire.WireError("a call of a function that was not given")
    try:
        return wire.dumps(("value", {"value": call(*args, **kwargs)}))
    except CheckFailed:
        raise
    except Exception as error:  # the student's code passed something that the function cannot take
        return wire.dumps(("raised", {"type": type(error).__name__, "message": str(error)[:500]}))


def load_failure(answer: dict[str, Any], submission: Submission) -> Ungradable:
    """Return why a submission does not load, from what its worker says of the exception."""
    line = last_line(answer)
    code = failure_code(answer)
    if code == "NOT_WRITTEN":
        code = "EXCEPTION"
    if code == "FORBIDDEN":
        return Ungradable(code, f"{text_of(answer)}{at(line)}", line)
    if code == "EXIT":
        return Ungradable(code, f"the file ends the program while it is loaded{at(line)}", line)
    shown = f": {submission.line(line)}" if line and submission.line(line) else ""
    return Ungradable(code, f"the file does not load: {text_of(answer)}{at(line)}{shown}", line)


def failure_code(answer: dict[str, Any]) -> str:
    """Return the code of an exception that came back from a worker."""
    for flag, code in (("exit", "EXIT"), ("todo", "NOT_WRITTEN"), ("memory", "MEMORY"), ("forbidden", "FORBIDDEN")):
        if answer.get(flag) is True:
            return code
    return "EXCEPTION"


def last_line(answer: dict[str, Any]) -> int | None:
    """Return the innermost line of the submission that an exception passed through."""
    lines = answer.get("lines")
    return line_of(lines[-1]) if isinstance(lines, list) and lines else None


def line_of(value: Any) -> int | None:
    """Return a number of a line that a worker sent, None where it cannot be one."""
    return value if type(value) is int and 0 < value < 10**6 else None


def is_refused_import(answer: dict[str, Any]) -> bool:
    """Return whether an exception is the worker's own "cannot import …"."""
    return answer.get("type") == "ImportNotAllowed"


def text_of(answer: dict[str, Any]) -> str:
    """Return "ValueError: its message"."""
    name, message = words(answer.get("type"), "exception"), words(answer.get("message")).strip()
    if is_refused_import(answer):
        return message
    return f"{name}: {message}" if message else name


def words(value: Any, otherwise: str = "") -> str:
    """Return a text that a worker sent, or another where it sent something else in its place."""
    return value if isinstance(value, str) else otherwise


def at(line: int | None) -> str:
    """Return " (line 12)", or nothing where the line is unknown."""
    return f" (line {line})" if line else ""


def student_line(dump: str, filename: str) -> int | None:
    """Return the innermost line of the submission in a stack dump of faulthandler's."""
    found = re.search(rf'File "{re.escape(filename)}", line ([0-9]{{1,6}})\b', dump)
    return int(found[1]) if found else None


def _read_from(worker: Connection, start: int) -> str:
    fd = worker.output.fileno()
    os.lseek(fd, start, os.SEEK_SET) if not hasattr(os, "pread") else None
    data = os.pread(fd, OUTPUT_KEPT, start) if hasattr(os, "pread") else os.read(fd, OUTPUT_KEPT)
    return data.decode("utf-8", "replace")
