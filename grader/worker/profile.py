"""Which of the two seccomp profiles lets NumPy work on this machine's C library."""

from __future__ import annotations

import functools
import os
import signal
from typing import Literal

from grader.worker import probes
from grader.worker.seccomp import PR_SET_NO_NEW_PRIVS, load_filter, prctl, read_filter

NO_FILTER = 3  # exit status: then it is not the profile's fault, and confine() will say what is wrong


@functools.cache
def pick_profile() -> Literal["allow", "deny"]:
    """Return the strictest seccomp profile under which NumPy works here: a forked child tries it, once per process."""
    pid = os.fork()
    if pid == 0:
        try_allow_profile()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return "allow" if status in (0, NO_FILTER) else "deny"


def try_allow_profile() -> None:
    """Work under the allow profile and end this process with status 0 if that went well."""
    status = NO_FILTER
    try:
        signal.alarm(10)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        read_filter("deny")
        load_filter("allow")
        status = 1
        probes.ordinary_work()
        status = 0
    finally:
        os._exit(status)
