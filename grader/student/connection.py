"""What a session needs of a worker process, whichever way it was started: bytes, deadlines, and how it ended."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, Any, Protocol

SEND_LIMIT = 20.0  # seconds that a worker may leave a message unread
CPU_SLICE = 0.05  # seconds between looks at a busy worker's CPU clock
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
HAS_HOOKS = hasattr(os, "register_at_fork")
WITHOUT_HOOKS = "at_fork, os.register_at_fork = os.register_at_fork, lambda **hooks: None\n" if HAS_HOOKS else ""
WITH_HOOKS = "os.register_at_fork = at_fork\n" if HAS_HOOKS else ""
"""What is imported is told of no fork: a worker has one thread and holds no lock, and needs no `random` of its own."""


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

    def is_quiet(self) -> bool:
        """Return whether it is there and has sent nothing that was not read."""

    def where(self) -> str:
        """Return a stack dump of the running code, "" if it will not come."""

    def end(self) -> int:
        """Return the wait status of a worker that hung up; one that does not go then is killed."""

    def kill(self) -> None:
        """End the worker, without waiting for its end."""


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
        "import gc, os, sys\n"
        "gc.disable()\n"  # what is imported is no garbage
        f"{WITHOUT_HOOKS}"
        f"standard = list(sys.path); sys.path += {site_folders()!r}\n"
        f"from {module} import main\n"
        "sys.path[:] = standard\n"
        f"{WITH_HOOKS}"
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


def signal_of(status: int) -> str | None:
    """Return the name of the signal that ended a process with this wait status, None if it exited."""
    number = status & 0x7F
    if not number:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
