"""How workers are started here, on how many cores: forks of a warm zygote where fork is safe, cold processes elsewhere."""

from __future__ import annotations

import os
import sys

from grader.student.connection import Launcher
from grader.student.forked import Zygote


def fork_is_safe() -> bool:
    """Return whether a process may fork after importing NumPy: macOS's BLAS crashes in the child, Windows has no fork."""
    return sys.platform == "linux"


def usable_processors() -> list[int]:
    """Return the numbers of the processors that this process may use; [] where the system does not say (only Linux does)."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def usable_cores() -> int:
    """Return how many cores this process may use, or how many there are where nothing tells the two apart."""
    return len(usable_processors()) or os.cpu_count() or 1


def make_launcher(in_bubblewrap: bool = False) -> Launcher:
    """Return the launcher for this system; the zygote begins to import NumPy at once.

    Args:
        in_bubblewrap: whether to put the zygote into bubblewrap where that works. It hides which files exist, at the
            cost of 30 ms for every launcher: for other people's submissions, not for a student's own.
    """
    if fork_is_safe():
        return Zygote(in_bubblewrap)
    from grader.student.cold import ColdLauncher  # with threads and queues, which a forked worker spares

    return ColdLauncher()
