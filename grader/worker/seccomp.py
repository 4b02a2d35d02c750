"""System calls: making those that Python has no name for, and giving up all that an exercise does not need.

The filters are data, written by tools/make_seccomp.py: x86_64 is tested, aarch64 is run only in the tests' own
interpreter of BPF, never on such a machine.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2  # linux/prctl.h, linux/seccomp.h
OWN_PID = struct.pack("<I", 0x6D677069)  # where a filter of make_seccomp.py wants the process id
WANTED = ("capset", "socket", "memfd_create")  # by every worker: looked up once, before a zygote forks
INSTRUCTION_BYTES = 8  # sizeof(struct sock_filter)


class FilterProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


@functools.cache
def libc() -> ctypes.CDLL:
    """Return the C library that this process runs on."""
    library = ctypes.CDLL(None, use_errno=True)
    for name in WANTED:
        getattr(library, name, None)
    if sys.platform == "linux":
        library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
        library.syscall.argtypes = [ctypes.c_long, *[ctypes.c_long] * 6]  # no system call takes more
    return library


def checked(result: int, what: str) -> int:
    """Return result, or raise the OSError of a C function that answered -1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: int) -> int:
    """Make a system call by its number; pointers are given as addresses.

    Raises:
        OSError: the kernel refused.
    """
    result: int = libc().syscall(number, *arguments, *[0] * (6 - len(arguments)))
    return checked(result, f"system call {number}")


def prctl(option: int, *arguments: int) -> int:
    """Change a property of this process (linux/prctl.h).

    Raises:
        OSError: the kernel refused.
    """
    return checked(libc().prctl(option, *arguments, *[0] * (4 - len(arguments))), f"prctl {option}")


@functools.cache
def read_filter(profile: str) -> bytes:
    """Return the filter of a profile ("allow" or "deny") for this machine.

    Raises:
        OSError: there is none for this machine.
    """
    machine = platform.machine()
    if struct.calcsize("P") != 8:
        raise OSError(f"there is no filter for 32-bit Python on {machine}")
    name = f"seccomp_{machine}_{profile}.bpf"
    try:
        with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise OSError(f"there is no filter {name}: {machine} is not known") from None


def load_filter(profile: str) -> None:
    """Give up, for ever, every system call that the profile does not allow; this process must have one thread.

    Raises:
        OSError: the kernel refused, or there is no filter for this machine.
    """
    code = read_filter(profile).replace(OWN_PID, struct.pack("<I", os.getpid()))
    program = FilterProgram(len(code) // INSTRUCTION_BYTES, code)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program))
