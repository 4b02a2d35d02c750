"""What is settled before a zygote starts: a user id of its own where it is root, and how long a message to it may be.

No two graders' workers are the same user. Imports nothing slow: the grader does this before it starts the zygote.
"""

from __future__ import annotations

import os
import socket
import sys

# The user ids that no package, person or service is given: systemd's UIDS-GIDS.md
FIRST_UID, LAST_UID = 60706, 61183
CONTROL_LIMIT = 65536  # bytes of one message between the grader and the zygote


def claim_user() -> tuple[int, socket.socket] | None:
    """Return a user id that no other zygote has, and what claims it until the last process that holds it open ends.

    A name in the abstract namespace is the claim: the kernel gives it once, leaves no file behind, and takes it back
    from a process that is killed. None where this process is not root, and so cannot become another user.

    Raises:
        OSError: every id is taken.
    """
    if sys.platform != "linux" or os.geteuid() != 0 or not may_become(FIRST_UID):
        return None
    count = LAST_UID - FIRST_UID + 1
    for i in range(count):
        uid = FIRST_UID + (os.getpid() + i) % count
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0micrograde worker {uid}")
        except OSError:
            claim.close()
        else:
            return uid, claim
    raise OSError(f"all user ids from {FIRST_UID} to {LAST_UID} are taken by other graders on this machine")


def may_become(uid: int) -> bool:
    """Return whether a user id exists in this user namespace."""
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)
