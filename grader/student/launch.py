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
from pathlib import Path
from typing import IO, Any, Protocol

CPU_SLICE = 0.05  # seconds between looks at a busy worker's CPU clock
MESSAGE_LIMIT = 65536
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

    def send(self, data: bytes) -> None:
        """Write data whole."""

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes, or raise WorkerGone or DeadlineMissed."""

    def where(self) -> str:
        """Return a stack dump of the running code, "" if it will not come."""

    def end(self, kill: bool) -> int:
        """End the worker and return its wait status."""


class Deadline:
    """The time that one request may take: CPU seconds where a clock can be read, wall seconds always."""

    def __init__(self, cpu_seconds: float) -> None:
        self.cpu_limit = cpu_seconds
        self.wall_limit = 4 * cpu_seconds + 5
        self.wall_end = time.monotonic() + self.wall_limit
        self.cpu_start: float | None = None
        self.next_look = time.monotonic() + CPU_SLICE  # a worker that never falls silent is looked at as well

    def check(self, cpu_now: float | None) -> None:
        """Raise DeadlineMissed if the time is over.

        The CPU clock is first read a slice after the request went out, to the student's favour.
        """
        self.next_look = time.monotonic() + CPU_SLICE
        if cpu_now is not None:
            if self.cpu_start is None:
                self.cpu_start = cpu_now
            if cpu_now - self.cpu_start > self.cpu_limit:
                raise DeadlineMissed(f"{self.cpu_limit:g} seconds of computing")
        if time.monotonic() > self.wall_end:
            raise DeadlineMissed(f"{self.wall_limit:g} seconds")


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
        f"import sys; standard = list(sys.path); sys.path += {site_folders()!r}\n"
        f"from {module} import main\n"
        "sys.path[:] = standard\n"
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
    def close(self) -> None:
        """End whatever was started."""

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Zygote(Launcher):
    """A warm process that forks workers; started at once, waited for on first use."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                bootstrap("grader.worker.zygote"),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
            )
        self.control = ours
        self.is_ready = False

    def ask(self, message: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        """Send one message, with descriptors, and return the answer."""
        if not self.is_ready:
            self.is_ready = bool(self.answer())
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            self.control.sendmsg([json.dumps(message).encode()], ancillary)
        except OSError as error:
            raise WorkerGone(f"the process that starts workers is gone: {error}") from None
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Return the next answer."""
        data = self.control.recv(MESSAGE_LIMIT)
        if not data:
            raise WorkerGone(f"the process that starts workers ended with status {self.process.wait()}")
        answer: dict[str, Any] = json.loads(data)
        return answer

    def start(self, policy: dict[str, Any]) -> ForkedWorker:
        """Return a new worker confined by policy."""
        return ForkedWorker(self, policy)

    def close(self) -> None:
        """End the zygote and whatever it started."""
        self.control.close()
        self.process.wait()


class ForkedWorker:
    """One worker that a zygote forked, at the other end of a socket pair."""

    def __init__(self, zygote: Zygote, policy: dict[str, Any]) -> None:
        self.zygote = zygote
        self.socket, theirs = socket.socketpair()
        self.output = memory_file("output")
        self.stack = memory_file("stack")
        with theirs:
            zygote.ask({"spawn": policy}, [theirs.fileno(), self.output.fileno(), self.stack.fileno()])
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
                deadline.check(self.zygote.ask({"cpu": True})["cpu"])
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
        """Return a stack dump of the running code; a hostile program can keep it from coming."""
        self.zygote.ask({"interrupt": True})
        dump = b""
        for _ in range(100):
            time.sleep(0.005)
            before, dump = dump, os.pread(self.stack.fileno(), 16384, 0)
            if dump and dump == before:  # it is written line by line
                break
        return dump.decode("utf-8", "replace")

    def end(self, kill: bool) -> int:
        """End the worker and return its wait status."""
        if self.status is None:
            self.socket.close()
            self.status = int(self.zygote.ask({"end": True, "kill": kill})["status"])
            self.stack.close()
        return self.status


SEND_LIMIT = 20.0  # seconds


class ColdLauncher(Launcher):
    """Starts a process of its own for every worker: where a fork after NumPy's import is unsafe (macOS) or unknown (Windows)."""

    def start(self, policy: dict[str, Any]) -> ColdWorker:
        """Return a new worker confined by policy."""
        return ColdWorker(policy)

    def close(self) -> None:
        """Nothing is kept between workers."""


class ColdWorker:
    """One worker process of its own, spoken to over its standard input and output."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.output = memory_file("output")
        environment = ENVIRONMENT | {"MICROGRADE_POLICY": json.dumps(policy)}
        if os.name == "nt":
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        self.process = subprocess.Popen(
            bootstrap("grader.worker.cold"),
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


def make_launcher() -> Launcher:
    """Return the launcher for this system; the zygote begins to import NumPy at once."""
    return Zygote() if fork_is_safe() else ColdLauncher()


def signal_of(status: int) -> str | None:
    """Return the name of the signal that ended a process with this wait status, None if it exited."""
    number = status & 0x7F
    if not number:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
