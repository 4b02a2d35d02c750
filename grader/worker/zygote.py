"""The warm parent of all workers: imports NumPy once, never sees a check, forks one worker per submission.

Run as ``python -sSP -c "…" [UID]`` with an environment made from nothing; where it is root it is told which user its
workers become. It answers one JSON message at a time on its control socket: ``enter`` (with the door of a cgroup), ``spawn``
(with the worker's descriptors), ``cpu``, ``interrupt``, ``kill`` (false: not before it had time to end by itself).
"""

from __future__ import annotations

import array
import contextlib
import faulthandler
import json
import os
import signal
import socket
import sys
import time
from typing import Any

from grader.worker.cgroup import enter
from grader.worker.claim import CONTROL_LIMIT
from grader.worker.confine import confine
from grader.worker.imports import guard_imports
from grader.worker.nursery import prepare_zygote
from grader.worker.output import CappedOutput, Printed
from grader.worker.pipe import Pipe
from grader.worker.policy import ConfinementError, Policy
from grader.worker.rehearsal import rehearse
from grader.worker.runner import Runner

CONTROL_FD, PIPE_FD, STACK_FD = 0, 3, 4  # the control socket of a zygote as it starts; pipe and stack dump of a worker
MOVED_FD = 10  # at least: what lay where a worker has something of its own
GRACE = 0.5  # seconds


def main() -> None:
    """Serve the grader until it hangs up."""
    control = take_places()
    tell_crashes()
    prepare_zygote()
    guard_imports()
    rehearse()
    own: dict[str, Any] = {"uid": int(sys.argv[1])} if len(sys.argv) > 1 else {}
    send(control, {"ready": os.getpid()})
    child = 0
    while True:
        message, fds = receive(control)
        if message is None:
            end(child)
            os._exit(0)  # the grader waits for it, and winding NumPy down takes 15 ms
        if "spawn" in message:
            child = fork(own | message["spawn"], fds, control)
            send(control, {"pid": child})
        elif "enter" in message:
            own["in_cgroup"] = enter(fds[0])
            send(control, {})
        elif "cpu" in message:
            send(control, {"cpu": cpu_seconds(child), "waited": waited_seconds(child)})
        elif "interrupt" in message:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGUSR1)
            send(control, {})
        else:
            send(control, {"status": end(child, kill=message["kill"])})
            child = 0


def take_places() -> socket.socket:
    """Occupy the descriptors that a worker's own go to, and return the control socket, moved out of the way.

    What was inherited there stays open elsewhere, as the claim of a user; what comes later lies above. A worker's
    standard input is /dev/null already.
    """
    import fcntl  # Windows has none, and imports this module for serve()

    control = socket.socket(fileno=fcntl.fcntl(CONTROL_FD, fcntl.F_DUPFD_CLOEXEC, MOVED_FD))
    null = os.open(os.devnull, os.O_RDONLY)
    for place in (PIPE_FD, STACK_FD):
        if place != null:
            with contextlib.suppress(OSError):  # nothing lies there
                fcntl.fcntl(place, fcntl.F_DUPFD_CLOEXEC, MOVED_FD)
        os.dup2(null, place)
    os.dup2(null, CONTROL_FD)
    return control


def tell_crashes() -> None:
    """Have the stack written to STACK_FD where a process crashes or is asked for it; workers inherit this."""
    faulthandler.enable(file=STACK_FD, all_threads=False)
    faulthandler.register(signal.SIGUSR1, file=STACK_FD, all_threads=False)
    faulthandler.register(signal.SIGXCPU, file=STACK_FD, all_threads=False, chain=True)  # and then it ends the process


def receive(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Return the next message and the descriptors that came with it; None when the grader is gone."""
    fds = array.array("i")
    try:
        data, ancillary, _, _ = control.recvmsg(CONTROL_LIMIT, socket.CMSG_SPACE(3 * fds.itemsize))
    except ConnectionResetError:  # it hung up without having read the last answer
        return None, []
    for _, _, content in ancillary:
        fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    return (json.loads(data) if data else None), list(fds)


def send(control: socket.socket, message: dict[str, Any]) -> None:
    """Answer one message; end where the grader is gone, for nobody asks any more."""
    try:
        control.sendall(json.dumps(message).encode())
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)


def fork(policy: dict[str, Any], fds: list[int], control: socket.socket) -> int:
    """Return the process id of a new worker that owns fds: pipe, output, stack dump."""
    pid = os.fork()
    if pid:
        for fd in fds:
            os.close(fd)
        return pid
    status = 70
    try:
        control.detach()
        become_worker(policy, fds)
        status = 0
    finally:
        os._exit(status)


def become_worker(policy: dict[str, Any], fds: list[int]) -> None:
    """Put descriptors in place, confine this process, and only then read what the grader sends."""
    pipe, output, stack = fds  # none of them where another goes to
    os.dup2(pipe, PIPE_FD)
    os.dup2(stack, STACK_FD)
    os.dup2(output, 1)
    os.dup2(output, 2)
    serve(Pipe(PIPE_FD, PIPE_FD), policy)


def serve(pipe: Pipe, policy: dict[str, Any]) -> None:
    """Confine this process, say hello with what was reached, then run the submission that is sent."""
    try:
        report = confine(Policy(**policy))
    except ConfinementError as error:
        pipe.send(("refused", {"message": str(error)}))
        return
    pipe.send(("hello", report.to_dict()))
    output = CappedOutput(1)
    sys.stdout, sys.stderr = Printed(output), Printed(output)
    sys.setrecursionlimit(3000)
    Runner(pipe, output).serve()


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used so far (its own clock, as clock_getcpuclockid gives it)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def waited_seconds(pid: int) -> float:
    """Return the seconds in which a process was ready to compute and no processor was free; 0 where nothing says.

    The second number of /proc/<pid>/schedstat (Documentation/scheduler/sched-stats.rst), in nanoseconds.
    """
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def end(child: int, kill: bool = True) -> int:
    """End a worker and return its wait status; one that hung up has GRACE to go itself."""
    if not child:
        return 0
    deadline = time.monotonic() + (0.0 if kill else GRACE)
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        if time.monotonic() >= deadline:
            break
        time.sleep(0.001)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]
