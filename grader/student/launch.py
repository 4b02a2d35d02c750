"""Starts worker processes: forks of a warm zygote where fork is safe, a cold process of its own elsewhere."""

from __future__ import annotations

import array
import contextlib
import importlib.util
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from grader.worker.claim import claim_user

CPU_SLICE = 0.05  # seconds between looks at a busy worker's CPU clock
MESSAGE_LIMIT = 65536
DUMP_BYTES = 16384  # of a stack dump
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # more threads and a fork without the right to make them: matmul hangs for ever
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # a set of strings has the same order in both calls that are compared
    "PYTHONUTF8": "1",
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
}


class WorkerGone(Exception):
    """The worker ended, or closed its pipe."""


class DeadlineMissed(Exception):
    """The worker used up the CPU or wall time of one request; ``limit`` says which and how much."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class Connection(Protocol):
    """What a session needs of one worker process."""

    output: IO[bytes]
    last_dump: str

    def send(self, data: bytes) -> None:
        """Write data whole."""

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes, or raise WorkerGone or DeadlineMissed."""

    def where(self) -> str:
        """Return a stack dump of the running code, "" if it will not come."""

    def end(self, kill: bool) -> int:
        """End the worker and return its wait status."""


class Deadline:
    """The time that one request may take: CPU seconds where a clock can be read, wall seconds always.

    Seconds in which the worker could have computed and had to wait for a processor do not count, or a busy machine would
    fail a right answer; they stretch the limit at most tenfold.
    """

    def __init__(self, cpu_seconds: float) -> None:
        self.cpu_limit = cpu_seconds
        self.wall_limit = 4 * cpu_seconds + 5
        self.wall_end = time.monotonic() + self.wall_limit
        self.start: tuple[float, float] | None = None  # CPU and waited seconds
        self.waited = 0.0
        self.next_look = time.monotonic() + CPU_SLICE  # a worker that never falls silent is looked at as well

    def check(self, cpu_now: float | None, waited_now: float = 0.0) -> None:
        """Raise DeadlineMissed if the time is over.

        The clocks are first read a slice after the request went out, to the student's favour.

        Args:
            cpu_now: CPU seconds of the worker so far, None where they cannot be known.
            waited_now: seconds in which it was ready to compute and no processor was free.
        """
        self.next_look = time.monotonic() + CPU_SLICE
        if cpu_now is not None:
            if self.start is None:
                self.start = (cpu_now, waited_now)
            if cpu_now - self.start[0] > self.cpu_limit:
                raise DeadlineMissed(f"{self.cpu_limit:g} seconds of computing")
            self.waited = min(waited_now - self.start[1], 9 * self.wall_limit)
        if time.monotonic() > self.wall_end + self.waited:
            raise DeadlineMissed(f"{self.wall_limit:g} seconds")

    def waited_part(self) -> float:
        """Return the time that the request spent on neither computing nor waiting for a processor, as a part of its limit."""
        elapsed = time.monotonic() - (self.wall_end - self.wall_limit)
        return max(0.0, elapsed - self.waited - self.cpu_limit) / self.wall_limit


def site_folders() -> list[str]:
    """Return the folders that hold NumPy and the grader, found without importing NumPy."""
    numpy = importlib.util.find_spec("numpy")
    if numpy is None or numpy.origin is None:
        raise ModuleNotFoundError("numpy is not installed")
    folders = [Path(__file__).parents[2], Path(numpy.origin).parents[1]]
    return list(dict.fromkeys(map(str, folders)))


def bootstrap(module: str) -> list[str]:
    """Return the command line of a Python that sees the standard library, NumPy and the grader's worker, and runs it.

    ``-s -P`` and no site: nothing of the user's and nothing of the current folder is imported. After the worker's own
    imports only the standard library stays on the path.
    """
    code = (
        "import gc, sys\n"
        "gc.disable()\n"  # what is imported is no garbage
        f"standard = list(sys.path); sys.path += {site_folders()!r}\n"
        f"from {module} import main\n"
        "sys.path[:] = standard\n"
        "gc.enable()\n"
        "main()"
    )
    return [sys.executable, "-sSP", "-c", code]


def memory_file(name: str) -> IO[bytes]:
    """Return an unnamed file that no path leads to."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create(name), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


class Launcher(ABC):
    """Starts workers; a context that ends whatever it keeps between them."""

    @abstractmethod
    def start(self, policy: dict[str, Any]) -> Connection:
        """Return a new worker confined by policy."""

    @abstractmethod
    def start_ahead(self, policy: dict[str, Any]) -> None:
        """Start the worker that will be asked for next, where that can go on beside other work."""

    @abstractmethod
    def close(self) -> None:
        """End whatever was started."""

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Zygote(Launcher):
    """A warm process that forks workers; started at once, waited for on first use."""

    def __init__(self, in_bubblewrap: bool = False) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = bootstrap("grader.worker.zygote")
        with theirs, contextlib.ExitStack() as stack:
            kept = []
            if (claimed := claim_user()) is not None:
                command.append(str(claimed[0]))
                kept.append(stack.enter_context(claimed[1]).fileno())  # the zygote holds the claim as long as it lives
            if in_bubblewrap:
                command = wrapped(command)
            self.process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
                pass_fds=kept,
            )
        self.control = ours
        self.answers_owed = 1  # it says when it is ready
        self.ahead: tuple[dict[str, Any], ForkedWorker] | None = None

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send one message and return the answer."""
        self.tell(message)
        while self.answers_owed > 1:
            self.answer()
        return self.answer()

    def tell(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        """Send one message, with descriptors, and leave the answer for later."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.control.sendmsg([json.dumps(message).encode()], ancillary)
        except OSError as error:
            raise WorkerGone(f"the process that starts workers is gone: {error}") from None
        self.answers_owed += 1

    def answer(self) -> dict[str, Any]:
        """Return the next answer."""
        data = b""
        with contextlib.suppress(OSError):  # it was killed before it read what it was asked
            data = self.control.recv(MESSAGE_LIMIT)
        if not data:
            raise WorkerGone(f"the process that starts workers ended with status {self.process.wait()}")
        self.answers_owed -= 1
        answer: dict[str, Any] = json.loads(data)
        return answer

    def start(self, policy: dict[str, Any]) -> ForkedWorker:
        """Return a new worker confined by policy; it says hello when the zygote is ready."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            if ahead[0] == policy:
                return ahead[1]
            ahead[1].end(kill=True)
            ahead[1].output.close()
        return ForkedWorker(self, policy)

    def start_ahead(self, policy: dict[str, Any]) -> None:
        """Start the worker that will be asked for next."""
        self.ahead = (policy, self.start(policy))

    def close(self) -> None:
        """End the zygote and whatever it started."""
        if self.ahead is not None:
            self.ahead[1].let_go()
        self.control.close()
        self.process.wait()


class ForkedWorker:
    """One worker that a zygote forked, at the other end of a socket pair."""

    last_dump = ""  # the stack of the one that crashed

    def __init__(self, zygote: Zygote, policy: dict[str, Any]) -> None:
        self.zygote = zygote
        self.socket, theirs = socket.socketpair()
        self.output = memory_file("output")
        self.stack = memory_file("stack")
        with theirs:
            try:
                zygote.tell({"spawn": policy}, [theirs.fileno(), self.output.fileno(), self.stack.fileno()])
            except WorkerGone:
                self.let_go()
                raise
        self.poll = select.poll()
        self.poll.register(self.socket, select.POLLIN)
        self.status: int | None = None

    def send(self, data: bytes) -> None:
        """Write data whole; a worker that does not read has the kernel's buffer and then SEND_LIMIT seconds."""
        self.socket.settimeout(SEND_LIMIT)
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise DeadlineMissed(f"{SEND_LIMIT:g} seconds") from None
        except OSError:
            raise WorkerGone from None

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes."""
        data = bytearray()
        while len(data) < size:
            is_silent = not self.poll.poll(CPU_SLICE * 1000)
            if is_silent or time.monotonic() > deadline.next_look:
                clocks = self.zygote.ask({"cpu": True})
                deadline.check(clocks["cpu"], clocks["waited"])
            if is_silent:
                continue
            try:
                part = self.socket.recv(min(size - len(data), 1 << 20))
            except OSError:
                part = b""
            if not part:
                raise WorkerGone
            data += part
        return bytes(data)

    def where(self) -> str:
        """Return a stack dump of the running code; a hostile program can keep it from coming, or write its own."""
        self.zygote.ask({"interrupt": True})
        dump = b""
        for _ in range(100):
            time.sleep(0.005)
            before, dump = dump, os.pread(self.stack.fileno(), DUMP_BYTES, 0)
            if dump and dump == before:  # it is written line by line
                break
        return dump.decode("utf-8", "replace")

    def end(self, kill: bool) -> int:
        """End the worker and return its wait status."""
        if self.status is None:
            self.socket.close()
            try:
                self.status = int(self.zygote.ask({"end": True, "kill": kill})["status"])
                self.last_dump = os.pread(self.stack.fileno(), DUMP_BYTES, 0).decode("utf-8", "replace")
            finally:
                self.stack.close()
        return self.status

    def let_go(self) -> None:
        """Close what leads to the worker; it ends with its zygote."""
        for end in (self.socket, self.stack, self.output):
            end.close()


SEND_LIMIT = 20.0  # seconds


class ColdLauncher(Launcher):
    """Starts a process of its own for every worker: where a fork after NumPy's import is unsafe (macOS) or unknown (Windows)."""

    def start(self, policy: dict[str, Any]) -> ColdWorker:
        """Return a new worker confined by policy."""
        return ColdWorker(policy)

    def start_ahead(self, policy: dict[str, Any]) -> None:
        """Nothing is started before it is needed."""

    def close(self) -> None:
        """Nothing is kept between workers."""


class ColdWorker:
    """One worker process of its own, spoken to over its standard input and output."""

    last_dump = ""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.output = memory_file("output")
        environment = ENVIRONMENT | {"MICROGRADE_POLICY": json.dumps(policy)}
        if os.name == "nt":
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        command = bootstrap("grader.worker.cold")
        if sys.platform == "darwin":
            from grader.worker.seatbelt import in_seatbelt

            command = in_seatbelt(command)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.output,
            env=environment,
        )
        self.parts: queue.Queue[bytes] = queue.Queue()
        self.rest = b""
        self.status: int | None = None
        self.pump = threading.Thread(target=self._pump, daemon=True)
        self.pump.start()

    def _pump(self) -> None:
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        part = b"more"
        while part:
            try:
                part = os.read(fd, 1 << 20)
            except OSError:
                part = b""
            self.parts.put(part)

    def send(self, data: bytes) -> None:
        """Write data whole; a worker that does not read has the pipe's buffer and then SEND_LIMIT seconds."""
        errors: list[Exception] = []
        writer = threading.Thread(target=self._write, args=(data, errors), daemon=True)
        writer.start()
        writer.join(SEND_LIMIT)
        if writer.is_alive():
            self.process.kill()  # the write ends with it
            writer.join(1)
            raise DeadlineMissed(f"{SEND_LIMIT:g} seconds")
        if errors:
            raise WorkerGone

    def _write(self, data: bytes, errors: list[Exception]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError) as error:
            errors.append(error)

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes."""
        while len(self.rest) < size:
            if time.monotonic() > deadline.next_look:
                deadline.check(None)
            try:
                part = self.parts.get(timeout=CPU_SLICE)
            except queue.Empty:
                deadline.check(None)
                continue
            if not part:
                self.parts.put(b"")
                raise WorkerGone
            self.rest += part
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def where(self) -> str:
        """Return "": there is no stack dump here."""
        return ""

    def end(self, kill: bool) -> int:
        """End the worker and return its status in the form of os.wait."""
        if self.status is None:
            with contextlib.suppress(OSError):
                assert self.process.stdin is not None
                self.process.stdin.close()
            if kill:
                self.process.kill()
            try:
                code = self.process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self.process.kill()
                code = self.process.wait()
            self.status = -code if code < 0 else code << 8
            self.pump.join(timeout=1)
            if self.process.stdout is not None and not self.pump.is_alive():
                self.process.stdout.close()
        return self.status


def fork_is_safe() -> bool:
    """Return whether a process may fork after importing NumPy: macOS's BLAS crashes in the child, Windows has no fork."""
    return sys.platform == "linux"


def make_launcher(in_bubblewrap: bool = False) -> Launcher:
    """Return the launcher for this system; the zygote begins to import NumPy at once.

    Args:
        in_bubblewrap: whether to put the zygote into bubblewrap where that works. It hides which files exist, at the
            cost of 30 ms for every launcher: for other people's submissions, not for a student's own.
    """
    return Zygote(in_bubblewrap) if fork_is_safe() else ColdLauncher()


def wrapped(command: list[str]) -> list[str]:
    """Return the command that runs a zygote in bubblewrap, or the command itself where bubblewrap does not work."""
    from grader.worker.bubblewrap import (  # with ctypes, which a student's run spares
        bubblewrap_command,
        bubblewrap_works,
    )
    from grader.worker.landlock import readable_paths

    return bubblewrap_command(command, readable_paths()) if bubblewrap_works() else command


def signal_of(status: int) -> str | None:
    """Return the name of the signal that ended a process with this wait status, None if it exited."""
    number = status & 0x7F
    if not number:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
