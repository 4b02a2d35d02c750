"""The user that a worker becomes where the zygote is root, and the powers it gives up in any case."""

from __future__ import annotations

import functools
import os
import struct
from collections.abc import Iterable

from grader.worker.seccomp import checked, libc, prctl

PR_SET_KEEPCAPS = 8  # linux/prctl.h
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
CAP_DAC_READ_SEARCH = 1 << 2


@functools.cache
def all_can_reach(paths: tuple[str, ...]) -> bool:
    """Return whether every user may walk to each of paths."""
    return all(os.stat(folder).st_mode & 0o001 for folder in folders_above(paths))


def folders_above(paths: Iterable[str]) -> list[str]:
    """Return every folder on the way to paths, the outer ones first."""
    folders: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    return sorted(folders)


def set_capabilities(bits: int) -> None:
    """Set the effective and permitted capabilities (of the first 32) and clear all others."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    sets = struct.pack("=6I", bits, bits, 0, 0, 0, 0)
    checked(libc().capset(header, sets), "capset")


def become(uid: int, keeps_search: bool) -> int:
    """Become an unprivileged user for ever and return the capabilities that are kept.

    Args:
        uid: the user's number, and that of its only group.
        keeps_search: whether to keep the right to read whatever modes say.
    """
    if keeps_search:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return CAP_DAC_READ_SEARCH if keeps_search else 0
