"""How much a worker may use: memory, CPU seconds, output, and nothing of what an exercise does not need.

Linux is tested. macOS knows fewer limits and none on memory (the grader has to watch the resident size there); Windows
gets a job object. Neither of the two has been run.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from typing import Any

if sys.platform != "win32":
    import resource

FILES_OPEN = 64
SIGNALS_PENDING = 64
CPU_GRACE = 1  # seconds between SIGXCPU, which says what happened, and SIGKILL, which cannot be ignored
SOME = ("RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_SIGPENDING", "RLIMIT_AS")
NOTHING = ("RLIMIT_NPROC", "RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO")


@functools.cache
def address_space() -> int:
    """Return this process's address space in bytes, 0 where /proc does not say; a worker has that of its zygote.

    Raises:
        OSError: Linux without /proc, where a limit on memory would be a guess.
    """
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])  # man 5 proc_pid_statm
    return pages * resource.getpagesize()


def count_threads() -> int:
    """Return how many threads this process has, 1 where /proc does not say.

    Raises:
        OSError: Linux without /proc.
    """
    return len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 1


def apply_limits(base_bytes: int, memory_bytes: int, cpu_seconds: int, output_bytes: int) -> None:
    """Limit this process: memory_bytes more than the base_bytes it has, and no process, core file, lock or queue.

    The address space is what is limited, so it counts what is reserved and not used, too; an idle NumPy has 100 MB.

    Raises:
        OSError: a limit was refused.
    """
    if sys.platform == "win32":
        limit_by_job(base_bytes + memory_bytes, cpu_seconds)
        return
    wanted = {
        "RLIMIT_CPU": (cpu_seconds, cpu_seconds + CPU_GRACE),
        "RLIMIT_FSIZE": (output_bytes, output_bytes),
        "RLIMIT_NOFILE": (FILES_OPEN, FILES_OPEN),
        "RLIMIT_SIGPENDING": (SIGNALS_PENDING, SIGNALS_PENDING),
    }
    wanted |= dict.fromkeys(NOTHING, (0, 0))
    if sys.platform == "linux":  # macOS answers EINVAL or ignores it (python/cpython#78783)
        wanted["RLIMIT_AS"] = (base_bytes + memory_bytes,) * 2
    for name, limit in wanted.items():
        set_limit(name, *limit)


def set_limit(name: str, soft: int, hard: int) -> None:
    """Set a limit, or a lower one where the hard limit is lower already; one this system does not know is left out."""
    known = inherited_limits().get(name)
    if known is None:
        return
    number, ceiling = known
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    try:
        resource.setrlimit(number, (soft, hard))
    except (ValueError, OSError) as error:
        raise OSError(f"{name} = {soft}: {error}") from None


@functools.cache
def inherited_limits() -> dict[str, tuple[int, int]]:
    """Return number and hard limit of everything limited here that this system knows; a worker has its zygote's."""
    numbers = {name: getattr(resource, name) for name in (*SOME, *NOTHING) if hasattr(resource, name)}
    return {name: (number, resource.getrlimit(number)[1]) for name, number in numbers.items()}


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of winnt.h."""

    _fields_ = (
        ("BasicLimitInformation", BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


# JOB_OBJECT_LIMIT_ PROCESS_TIME, ACTIVE_PROCESS, PROCESS_MEMORY, JOB_MEMORY, DIE_ON_UNHANDLED_EXCEPTION and
# KILL_ON_JOB_CLOSE of winnt.h
JOB_FLAGS = 0x2 | 0x8 | 0x100 | 0x200 | 0x400 | 0x2000
EXTENDED_LIMIT_INFORMATION = 9
TICKS_PER_SECOND = 10_000_000  # Windows counts time in 100 ns


def job_limits(memory_bytes: int, cpu_seconds: int) -> ExtendedLimits:
    """Return the limits of a job of one process."""
    limits = ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = JOB_FLAGS
    limits.BasicLimitInformation.PerProcessUserTimeLimit = cpu_seconds * TICKS_PER_SECOND
    limits.BasicLimitInformation.ActiveProcessLimit = 1
    limits.ProcessMemoryLimit = limits.JobMemoryLimit = memory_bytes
    return limits


def limit_by_job(memory_bytes: int, cpu_seconds: int) -> None:
    """Put this process into a Windows job object of its own; its handle stays open as long as the process lives."""
    kernel32: Any = ctypes.CDLL("kernel32", use_errno=True)
    kernel32.CreateJobObjectW.restype = ctypes.c_void_p
    kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
    limits = job_limits(memory_bytes, cpu_seconds)
    size = ctypes.c_uint32(ctypes.sizeof(limits))
    if not kernel32.SetInformationJobObject(job, EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size):
        raise OSError("SetInformationJobObject refused")
    if not kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(kernel32.GetCurrentProcess())):
        raise OSError("AssignProcessToJobObject refused")
