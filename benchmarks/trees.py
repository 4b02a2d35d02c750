"""What a command and everything below it use: seconds by the clock, and CPU seconds of whole process trees."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def run_tree(
    command: list[str], folder: Path, environment: dict[str, str], watch: Callable[[int], None] = lambda pid: None
) -> tuple[float, float]:
    """Return wall and CPU seconds of a command and of everything that it leaves behind; this process inherits orphans."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch(process.pid)
    _, errors = process.communicate()
    wall = time.perf_counter() - started
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}:\n{errors.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    with suppress(OSError):
        found = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [pid, *(p for child in found for p in tree(child))]
    return []
