"""How much of the grader's own memory and time one check may use: its sizes are often chosen by a student's results.

A check subtracts, multiplies and loops over what a submission returned, and functions of its own are called with what a
submission passes; an array of 64 MB against a column of another makes terabytes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from grader.verdict import CheckFailed

if sys.platform != "win32":
    import resource

MEMORY_BYTES = 2 << 30  # beyond what the grader has when a check begins; then MemoryError
CPU_SECONDS = 60.0  # of the grader itself in one check
AGAIN = 5.0  # CPU seconds after which a check that went on is ended again: it may take any exception for an answer
NO_MORE = 120.0  # CPU seconds, the kernel's for it included, after which a grader is ended that nothing interrupts
STATM_BYTES = 256  # its seven numbers fit
PAGE_FIELD = 0  # of /proc/self/statm (man 5 proc_pid_statm): the address space, in pages


class Bounds:
    """Limits on this process from one check's beginning to the next's; Linux only, elsewhere nothing is limited."""

    def __init__(self) -> None:
        self.limits: tuple[int, int] | None = None
        self.handler: object = None
        self.statm: int | None = None

    def renew(self) -> None:
        """Begin to count anew; only the main thread can take signals, and the limit is the whole process's."""
        if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
            return
        if self.limits is None:
            self.limits = resource.getrlimit(resource.RLIMIT_AS)
        soft, hard = self.limits
        if self.statm is None:
            self.statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        pages = int(os.pread(self.statm, STATM_BYTES, 0).split()[PAGE_FIELD])
        wanted = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (wanted if soft == resource.RLIM_INFINITY else min(wanted, soft), hard))
        if self.handler is None:
            self.handler = signal.signal(signal.SIGVTALRM, too_long)
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS, AGAIN)
        signal.setitimer(signal.ITIMER_PROF, NO_MORE)  # inside C no handler is called; this signal needs none

    def lift(self) -> None:
        """Take the limits away until the next check."""
        if self.limits is not None:
            resource.setrlimit(resource.RLIMIT_AS, self.limits)
        if self.handler is not None:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)

    def close(self) -> None:
        """Take the limits away and leave nothing of them behind."""
        self.lift()
        self.limits = None
        if self.handler is not None:
            signal.signal(signal.SIGVTALRM, self.handler)  # type: ignore[arg-type]
            self.handler = None
        if self.statm is not None:
            os.close(self.statm)
            self.statm = None


def too_long(number: int, frame: FrameType | None) -> None:
    """End the check that computes."""
    raise CheckFailed(
        "TIMEOUT", f"the check needs more than {CPU_SECONDS:g} seconds to look at what your code returned"
    )
