"""The lanes of a class: one warm grader for each core, started again when one is lost."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO

from grader.classroom.channel import Message, pack_work, receive, send
from grader.classroom.work import Work
from grader.errors import GradeError, UsageError
from grader.student.launch import usable_processors

AHEAD = 2  # pieces of work that a lane holds: the second is there when the first is done
MOST_STARTS = 8  # lanes in a row that end before they are ready: then it is not chance
LAST_WORDS = 2000  # characters of what a lane that failed wrote
ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # a lane has one core
COMMAND = (
    f"import gc, sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "import grader; gc.set_threshold(grader.ALLOCATIONS_BETWEEN_COLLECTIONS)\n"
    "from grader.classroom.lane import main\n"
    "main()"
)  # fmt: skip


class Lane:
    """One lane as the coordinator sees it.

    Attributes:
        name: tells its results from those of a lane before it.
        processor: the only one that it and its workers run on, None for any.
        holds: the runs it was given and has not answered, the first of them being graded.
    """

    def __init__(self, settings: Message, processor: int | None = None) -> None:
        ours, theirs = socket.socketpair()
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.processor = processor
        self.holds: deque[int] = deque()
        self.is_ready = self.is_gone = False
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed with the lane
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", COMMAND, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                pass_fds=[theirs.fileno()],
                env=os.environ | ONE_THREAD,
                start_new_session=True,
            )
        if processor is not None:
            with suppress(OSError):  # it has ended, or may not choose: it runs anywhere then
                os.sched_setaffinity(self.process.pid, {processor})
                os.sched_setscheduler(self.process.pid, os.SCHED_BATCH, os.sched_param(0))
        self.connection = Connection(ours.detach())
        with suppress(OSError):  # a lane that ends at once is noticed when it is listened to
            send(self.connection, settings)

    def give(self, work: Work) -> None:
        """Send a piece of work that was begun."""
        with suppress(OSError):
            send(self.connection, pack_work(work))

    def end(self) -> None:
        """End the lane and whatever it started."""
        self.connection.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def ending(self) -> str:
        """Return how a lane that is gone has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        code = self.process.poll()
        if code is None:
            return "closed its pipe"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"

    def last_words(self) -> str:
        """Return the end of what it wrote on standard error."""
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")[-LAST_WORDS:].strip()


class Lanes:
    """A number of lanes; a context that ends them."""

    def __init__(self, settings: Message, count: int) -> None:
        self.settings = settings
        self.starts = 0
        self.lanes = [Lane(settings, processor) for processor in processors_for(count)]

    def __enter__(self) -> Lanes:
        return self

    def __exit__(self, *exc: object) -> None:
        for lane in self.lanes:
            lane.end()

    def ready(self) -> list[Lane]:
        """Return the lanes that take work."""
        return [lane for lane in self.lanes if lane.is_ready and not lane.is_gone]

    def require_ready(self) -> None:
        """Wait for the first lane that is ready.

        Raises:
            UsageError: submissions cannot be confined here.
            GradeError: no lane gets ready.
        """
        while not any(lane.is_ready for lane in self.lanes):
            for lane, message in self.listen(None):
                if message is None:
                    self.replace(lane)

    def listen(self, seconds: float | None) -> Iterable[tuple[Lane, Message | None]]:
        """Yield what lanes say within some seconds: a lane and its message, or None if it is gone."""
        by_connection = {lane.connection: lane for lane in self.lanes}
        for connection in wait(list(by_connection), seconds):
            assert isinstance(connection, Connection)
            lane = by_connection[connection]
            try:
                message = receive(connection)
            except (EOFError, OSError, ValueError):
                yield lane, None
                continue
            if "failed" in message:
                raise UsageError(refusal(message)) if message["status"] == 2 else GradeError(message["failed"])
            if "ready" in message:
                lane.is_ready, self.starts = True, 0
            else:
                yield lane, message

    def replace(self, lane: Lane) -> None:
        """Start a lane in the place of one that is gone.

        Raises:
            GradeError: too many ended before they were ready.
        """
        self.starts += not lane.is_ready
        if self.starts >= MOST_STARTS:
            raise GradeError(f"A grader does not start: it {lane.ending()}.\n{lane.last_words()}")
        lane.end()
        self.lanes[self.lanes.index(lane)] = Lane(self.settings, lane.processor)


def processors_for(count: int) -> list[int | None]:
    """Return the processor that each of some lanes keeps to, None where there are too few lanes for every processor.

    A grader and its worker take turns: on one processor neither has to be woken on another, and what one wrote is in the
    cache when the other reads it. (As batch processes neither interrupts the other where it wakes it.) Fewer lanes than
    processors stay free, for they could meet those of another class.
    """
    usable = usable_processors()
    if not usable or count < len(usable):
        return [None] * count
    return [usable[number % len(usable)] for number in range(count)]


def refusal(message: Message) -> str:
    """Return why a class is not graded here, and where it can be."""
    reason = str(message["failed"]).rstrip(".")
    return (
        f"{reason}.\nA class is graded only where the kernel confines every submission. Use a Linux machine with kernel "
        "5.13 or newer; on Windows use WSL2, on macOS a virtual machine with Linux."
    )


def settings_of(
    course: Path, kind: str, chapters: Sequence[str], secret: bytes | None, seed: int | None, policy: Message
) -> Message:
    """Return what a lane must know before its first piece of work."""
    return {
        "course": str(course.resolve()), "kind": kind, "chapters": list(chapters), "policy": policy, "seed": seed,
        "secret": None if secret is None else secret.hex(),
    }  # fmt: skip
