"""What a zygote does once, before its first fork, so that its workers are safe and quick to confine."""

from __future__ import annotations

import contextlib
import sys

from grader.worker.landlock import abi_version, readable_paths, shared_ruleset
from grader.worker.limits import address_space, inherited_limits
from grader.worker.profile import pick_profile
from grader.worker.seccomp import PR_SET_NO_NEW_PRIVS, prctl, read_filter
from grader.worker.user import all_can_reach

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36  # linux/prctl.h
OOM_SCORE = 500  # of 1000: half of the machine's memory on top of what a process really has


def prepare_zygote() -> None:
    """Make the parent of all workers safe to have as one, and do once what every worker would do again.

    Call it when NumPy is imported and before a worker is forked. No process of the same user can read its memory then,
    orphans of its workers come to it, and it and they gain no privileges.

    Raises:
        OSError: the kernel refused.
    """
    if sys.platform != "linux":
        return
    offer_to_end_first()
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    inherited_limits()
    with contextlib.suppress(OSError):  # a worker will say so
        address_space()
    all_can_reach(readable_paths())
    if abi_version():
        shared_ruleset()
    profile = pick_profile()
    with contextlib.suppress(OSError):  # a worker will say that there is none
        read_filter(profile)


def offer_to_end_first() -> None:
    """Where memory runs out, let the kernel end a worker of this zygote rather than the grader or anything else.

    Done before the process becomes non-dumpable: its files in /proc belong to root then.
    """
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "r+", encoding="ascii") as file:
        if int(file.read()) < OOM_SCORE:
            file.seek(0)
            file.write(str(OOM_SCORE))
