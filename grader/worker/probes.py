"""What a confined worker can still do, found out by trying it just before the submission is read.

A probe is harmless where it succeeds: it asks for what no one has (a file that does not exist), or undoes it at once.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable

from grader.worker.seccomp import checked, libc

NOWHERE = "/nonexistent/micrograde"
HOMES = ("/root", "/home", "/Users")
FOLDERS_FOR_ALL = ("/tmp", "/dev/shm", "/var/tmp")
AF_INET, SOCK_STREAM = 2, 1
REFUSED = (errno.EPERM, errno.EACCES)  # by a filter; ENOENT would mean that the kernel went and looked


def read_passwd() -> None:
    """Open a file that everyone may read."""
    os.close(os.open("/etc/passwd", os.O_RDONLY))


def list_home() -> None:
    """Open the folders of people, as one does to list them."""
    any_of(open_folder, HOMES)


def open_folder(path: str) -> None:
    """Open a folder."""
    os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY))


def stat_hidden() -> None:
    """Ask for the size of a file that may not be read: only a mount namespace (bubblewrap) prevents it."""
    os.stat("/etc/passwd")


def create_file() -> None:
    """Create a file where everyone may."""
    any_of(create_unnamed, FOLDERS_FOR_ALL)


def create_unnamed(folder: str) -> None:
    """Create an empty file without a name, which is gone when it is closed: removing one might be what is refused."""
    os.close(os.open(folder, os.O_WRONLY | os.O_TMPFILE, 0o600))


def change_mode() -> None:
    """Change a file's mode."""
    unless_not_found(lambda: os.chmod(NOWHERE, 0o600))


def start_process() -> None:
    """Fork."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def execute() -> None:
    """Become another program."""
    unless_not_found(lambda: os.execv(NOWHERE, [NOWHERE]))


def open_socket() -> None:
    """Open a socket."""
    os.close(checked(libc().socket(AF_INET, SOCK_STREAM, 0), "socket"))


def signal_parent() -> None:
    """Ask whether the parent may be sent a signal (0 is none)."""
    os.kill(max(os.getppid(), 1), 0)


def read_processes() -> None:
    """Open what is said about another process."""
    os.close(os.open("/proc/1/stat", os.O_RDONLY))


def read_parent_memory() -> None:
    """Open the parent's memory."""
    os.close(os.open(f"/proc/{max(os.getppid(), 1)}/mem", os.O_RDONLY))


def memory_beyond_limits() -> None:
    """Create a file in memory, which no limit of this process counts."""
    os.close(checked(libc().memfd_create(ctypes.c_char_p(b"probe"), 0), "memfd_create"))


def any_of(action: Callable[[str], object], paths: tuple[str, ...]) -> object:
    """Return once action works for one of paths; the last one's OSError if for none."""
    for path in paths[:-1]:
        try:
            return action(path)
        except OSError:
            pass
    return action(paths[-1])


def unless_not_found(action: Callable[[], object]) -> None:
    """Let an action on NOWHERE count as possible if what stopped it is that nothing is there."""
    try:
        action()
    except OSError as error:
        if error.errno in REFUSED:
            raise


PROBES: dict[str, Callable[[], None]] = {
    "read /etc/passwd": read_passwd,
    "list home folders": list_home,
    "stat hidden files": stat_hidden,
    "create a file": create_file,
    "change a file's mode": change_mode,
    "start a process": start_process,
    "execute a program": execute,
    "open a socket": open_socket,
    "signal the parent": signal_parent,
    "read /proc": read_processes,
    "read the parent's memory": read_parent_memory,
    "allocate outside the limits": memory_beyond_limits,
}
ONLY_BY_NAMESPACE = ("stat hidden files",)


def try_all() -> dict[str, bool]:
    """Return, for each probe, whether it was blocked; {} on Windows, where nothing of this is."""
    if sys.platform == "win32":
        return {}
    return {name: is_blocked(probe) for name, probe in PROBES.items()}


def is_blocked(probe: Callable[[], None]) -> bool:
    """Return whether a probe failed; on macOS some calls and flags do not exist, which counts as blocked."""
    try:
        probe()
    except (OSError, AttributeError):
        return True
    return False


def ordinary_work() -> None:
    """Do what exercises do, to see that a seccomp profile lets it through on this machine's C library.

    NumPy is used if it is loaded; the modules imported here are small and otherwise unused.
    """
    import importlib
    import time

    importlib.import_module("colorsys")
    os.write(1, b"")
    time.sleep(0)
    bytearray(1 << 20)
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return
    x = numpy.random.default_rng().normal(size=(24, 24))
    numpy.linalg.svd(x @ x.T)
    numpy.fft.fft(x)
