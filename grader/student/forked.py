"""Workers forked from a warm zygote, which has imported NumPy once: a run costs milliseconds."""

from __future__ import annotations

import array
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from grader.student.connection import (
    CPU_SLICE,
    ENVIRONMENT,
    SEND_LIMIT,
    Deadline,
    DeadlineMissed,
    Launcher,
    WorkerGone,
    bootstrap,
    memory_file,
)
from grader.worker.cgroup import new_cgroup, open_door, remove_cgroup
from grader.worker.claim import CONTROL_LIMIT, claim_user

MOST_OWED = 16  # answers of a zygote that are left for later: it cannot go on when nothing more fits into its socket
DUMP_BYTES = 16384  # of a stack dump
READ_AHEAD, READ_MOST = 1 << 16, 1 << 20  # bytes: of a frame whose size is not known, and of one that is large


class Zygote(Launcher):
    """A warm process that forks workers; started at once, waited for on first use."""

    def __init__(self, in_bubblewrap: bool = False) -> None:
        self.cgroup = new_cgroup()
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
        if self.cgroup is not None:
            self.enter(self.cgroup)

    def enter(self, cgroup: str) -> None:
        """Have the zygote enter a cgroup as soon as it is ready; whether it could, its workers say."""
        door = open_door(cgroup)
        with contextlib.suppress(WorkerGone):  # whoever asks it for a worker will be told
            self.tell({"enter": True}, [door])
        os.close(door)

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send one message and return the answer."""
        self.tell(message)
        while self.answers_owed > 1:
            self.answer()
        return self.answer()

    def tell(self, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        """Send one message, with descriptors, and leave the answer for later."""
        while self.answers_owed >= MOST_OWED:
            self.answer()
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
            data = self.control.recv(CONTROL_LIMIT)
        if not data:
            raise WorkerGone(f"the process that starts workers ended with status {self.process.wait()}")
        self.answers_owed -= 1
        answer: dict[str, Any] = json.loads(data)
        return answer

    def settle(self) -> None:
        """Wait until everything that it was told is done: a worker that was killed is gone then."""
        while self.answers_owed:
            self.answer()

    def start(self, policy: dict[str, Any]) -> ForkedWorker:
        """Return a new worker confined by policy; it says hello when the zygote is ready."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            if ahead[0] == policy:
                return ahead[1]
            ahead[1].kill()
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
        if self.cgroup is not None:
            remove_cgroup(self.cgroup)


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
        self.rest = bytearray()  # sent, and not read yet: a frame's head comes with its body
        self.status: int | None = None

    def send(self, data: bytes) -> None:
        """Write data whole; a worker that does not read has the kernel's buffer and then SEND_LIMIT seconds."""
        try:
            sent = self.socket.send(data, socket.MSG_DONTWAIT)  # mostly all of it
            if sent < len(data):
                self.send_slowly(data[sent:])
        except BlockingIOError:
            self.send_slowly(data)
        except OSError:
            raise WorkerGone from None

    def send_slowly(self, data: bytes) -> None:
        """Write data as the worker reads it."""
        self.socket.settimeout(SEND_LIMIT)
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise DeadlineMissed(f"{SEND_LIMIT:g} seconds") from None
        except OSError:
            raise WorkerGone from None
        self.socket.settimeout(None)

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes."""
        while len(self.rest) < size:
            is_silent = not self.poll.poll(CPU_SLICE * 1000)
            if is_silent or time.monotonic() > deadline.next_look:
                clocks = self.zygote.ask({"cpu": True})
                deadline.check(clocks["cpu"], clocks["waited"])
            if is_silent:
                continue
            try:
                part = self.socket.recv(max(READ_AHEAD, min(size - len(self.rest), READ_MOST)))
            except OSError:
                part = b""
            if not part:
                raise WorkerGone
            self.rest += part
        data = bytes(self.rest[:size])
        del self.rest[:size]
        return data

    def is_quiet(self) -> bool:
        """Return whether it is there and has sent nothing that was not read."""
        return not self.rest and not self.poll.poll(0)

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

    def end(self) -> int:
        """Return the wait status of a worker that hung up; one that does not go then is killed."""
        if self.status is None:
            self.socket.close()
            try:
                self.status = int(self.zygote.ask({"kill": False})["status"])
                self.last_dump = os.pread(self.stack.fileno(), DUMP_BYTES, 0).decode("utf-8", "replace")
            finally:
                self.stack.close()
        return self.status

    def kill(self) -> None:
        """End the worker, without waiting for its end."""
        if self.status is None:
            self.status = int(signal.SIGKILL)
            self.socket.close()
            self.stack.close()
            self.zygote.tell({"kill": True})

    def let_go(self) -> None:
        """Close what leads to the worker; it ends with its zygote."""
        for end in (self.socket, self.stack, self.output):
            end.close()


def wrapped(command: list[str]) -> list[str]:
    """Return the command that runs a zygote in bubblewrap, or the command itself where bubblewrap does not work."""
    # With ctypes, which a student's run spares
    from grader.worker.bubblewrap import bubblewrap_command, bubblewrap_works

    return bubblewrap_command(command) if bubblewrap_works() else command
