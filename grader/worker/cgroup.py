"""A cgroup of its own for each zygote, in a scope that systemd was told to leave to the grader: a second line behind limits.

A worker's limits count what it takes itself. Its cgroup counts the zygote, the worker, their output and what the kernel
keeps for them in one sum, and ends what is left of them. cgroup v2 only; the rules are those of the kernel's
admin-guide/cgroup-v2.rst and of systemd's CGROUP_DELEGATION.md.
"""

from __future__ import annotations

import contextlib
import itertools
import os

from grader.worker.policy import Policy

MOUNT = "/sys/fs/cgroup"
OWN = "/proc/self/cgroup"
DELEGATED = "user.delegate"  # the mark of the system's systemd: nobody else writes below this folder
GRADERS = "graders"
CONTROLLERS = "+memory +pids"
# Twice what a worker may take, for the zygote and the output beside it; the zygote, two workers and some to spare
LIMITS = {"memory.max": 2 * Policy.memory_bytes, "pids.max": 8}
NUMBERS = itertools.count()


def delegated_scope() -> str | None:
    """Return the folder of the scope that this process runs in, None where it is not the grader's to divide.

    A scope holds the command that it was made for and nothing else; a service may be somebody else's.
    """
    try:
        with open(OWN, encoding="utf-8") as file:
            paths = [line.rstrip("\n").removeprefix("0::") for line in file if line.startswith("0::")]
        scope = MOUNT + "".join(paths).removesuffix(f"/{GRADERS}")
        is_ours = scope.endswith(".scope") and os.getxattr(scope, DELEGATED) == b"1" and os.access(scope, os.W_OK)
    except OSError:
        return None
    return scope if is_ours else None


def new_cgroup() -> str | None:
    """Return the folder of a new cgroup with its limits, None where there is no scope for it or the kernel refuses."""
    scope = delegated_scope()
    if scope is None:
        return None
    folder = f"{scope}/zygote-{os.getpid()}-{next(NUMBERS)}"
    try:
        divide(scope)
        os.mkdir(folder)
        for name, limit in LIMITS.items():
            write(f"{folder}/{name}", str(limit))
    except OSError:
        remove_cgroup(folder)
        return None
    return folder


def divide(scope: str) -> None:
    """Let the cgroups in a scope have limits; the kernel demands that its processes are in one of them first."""
    os.makedirs(f"{scope}/{GRADERS}", exist_ok=True)
    for is_last in (False, False, True):
        with open(f"{scope}/cgroup.procs", encoding="ascii") as file:
            processes = file.read().split()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):  # it has ended
                write(f"{scope}/{GRADERS}/cgroup.procs", process)
        try:
            return write(f"{scope}/cgroup.subtree_control", CONTROLLERS)
        except OSError:  # one of them may have started another in the meantime
            if is_last:
                raise


def open_door(folder: str) -> int:
    """Return a descriptor through which a process may enter, wherever it stands: the rights of who opened it count."""
    return os.open(f"{folder}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)


def enter(door: int) -> bool:
    """Put this process, and what it will start, into a cgroup; return whether the kernel let it."""
    try:
        return os.write(door, b"0") == 1
    except OSError:
        return False
    finally:
        os.close(door)


def remove_cgroup(folder: str) -> None:
    """End what is left in a cgroup and take it away; what cannot be goes with the scope."""
    with contextlib.suppress(OSError):
        write(f"{folder}/cgroup.kill", "1")
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def write(path: str, text: str) -> None:
    """Write to one of the kernel's files."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
