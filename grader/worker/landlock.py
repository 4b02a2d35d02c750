"""Landlock: this process may read what it was given by name, and write, connect to and signal nothing.

Numbers and structures are those of linux/landlock.h. Landlock never hides metadata (stat) and knows no chmod, chown,
utime or UDP in any version: seccomp answers for these.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from grader.worker.seccomp import syscall

if sys.platform != "win32":
    import fcntl

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every machine
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
SHARED_FD = 300  # at least
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# All rights over files that a version knows: 13 at first, then REFER, TRUNCATE and IOCTL_DEV
FILE_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
NET_BIND_AND_CONNECT_TCP, NET_FROM_ABI = 0b11, 4
SCOPE_ABSTRACT_UNIX_AND_SIGNAL, SCOPE_FROM_ABI = 0b11, 6

# Shared libraries that extension modules of the standard library load when they are first imported; Tk, which needs a
# screen, and NIS, which needs a network, are left out
LIBRARIES = (
    "ffi ssl crypto z zstd bz2 lzma expat mpdec uuid sqlite3 gcc_s m "
    "readline edit ncurses ncursesw tinfo tinfow panel panelw crypt gdbm gdbm_compat db"
).split()
LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
NOT_STANDARD = ("site-packages", "dist-packages")  # lie inside the standard library's folder in many installations


@functools.cache
def abi_version() -> int:
    """Return the version of Landlock that this kernel speaks, 0 for none.

    Asked by the call itself: /sys/kernel/security/lsm is absent in containers and on WSL2, where Landlock works.
    """
    try:
        return syscall(CREATE_RULESET, 0, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def open_ruleset(paths: Iterable[str]) -> int:
    """Return a descriptor of rules that let only paths, and what is beneath them, be read.

    Raises:
        OSError: the kernel has no Landlock, or one of paths cannot be opened.
    """
    abi = abi_version()
    if not abi:
        raise OSError("this kernel has no Landlock (Linux 5.13 brought it)")
    attributes = ctypes.create_string_buffer(ruleset_attributes(abi))
    ruleset = syscall(CREATE_RULESET, ctypes.addressof(attributes), len(attributes) - 1, 0)
    try:
        for path in paths:
            allow_reading(ruleset, path)
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def ruleset_attributes(abi: int) -> bytes:
    """Return struct landlock_ruleset_attr with everything that a version can handle."""
    files = FILE_RIGHTS[max(known for known in FILE_RIGHTS if known <= abi)]
    fields = [files]
    if abi >= NET_FROM_ABI:
        fields.append(NET_BIND_AND_CONNECT_TCP)
    if abi >= SCOPE_FROM_ABI:
        fields.append(SCOPE_ABSTRACT_UNIX_AND_SIGNAL)
    return struct.pack(f"={len(fields)}Q", *fields)


def allow_reading(ruleset: int, path: str) -> None:
    """Add one file, or one folder with all that is in it."""
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = READ_FILE | READ_DIR if stat.S_ISDIR(os.fstat(fd).st_mode) else READ_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd))
        syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(fd)


def restrict_self(ruleset: int) -> None:
    """Submit this process to the rules, for ever; it must have no_new_privs."""
    syscall(RESTRICT_SELF, ruleset, 0)


@functools.cache
def readable_paths() -> tuple[str, ...]:
    """Return what a worker has to read: the standard library, NumPy, our worker, shared libraries, time zones.

    Landlock cannot take a folder out of an allowed one, so a standard library that holds site-packages is given entry
    by entry: what is installed there (our hidden checks, too) stays unreadable.
    """
    found = [*standard_library(), *numpy_folders(), *our_own(), *shared_libraries(), *SYSTEM_FILES]
    return tuple(sorted({path for path in found if os.path.exists(path)}))


def standard_library() -> Iterator[str]:
    """Yield the standard library's folder, or its entries one by one where it holds other packages.

    Found beside os, not by sysconfig, which would import a large module of build settings first; in a virtual
    environment both parts lie under the base installation.
    """
    folder = os.path.dirname(os.__file__)
    names = os.listdir(folder)
    if any(name in NOT_STANDARD for name in names):
        yield from (os.path.join(folder, name) for name in names if name not in NOT_STANDARD)
    else:
        yield folder
    yield os.path.join(sys.base_exec_prefix, sys.platlibdir, os.path.basename(folder), "lib-dynload")
    yield os.path.join(os.path.dirname(folder), f"python{sys.version_info.major}{sys.version_info.minor}.zip")


def numpy_folders() -> Iterator[str]:
    """Yield NumPy's folder and that of the libraries its wheel brought."""
    module = sys.modules.get("numpy")
    spec = find_spec("numpy") if module is None else module.__spec__
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield folder
        yield f"{folder}.libs"


def our_own() -> Iterator[str]:
    """Yield what of ours runs in a worker."""
    worker = os.path.dirname(os.path.abspath(__file__))
    yield worker
    yield os.path.join(os.path.dirname(worker), "__init__.py")
    yield os.path.join(os.path.dirname(worker), "wire.py")


def shared_libraries() -> Iterator[str]:
    """Yield the files of LIBRARIES: never a whole folder, since some systems keep site-packages in /usr/lib."""
    folders = [*LIBRARY_FOLDERS, os.path.join(sys.base_prefix, "lib")]
    folders += [os.path.join(folder, f"{platform.machine()}-linux-gnu") for folder in LIBRARY_FOLDERS]
    starts = tuple(f"lib{name}{end}" for name in LIBRARIES for end in (".so", "-"))
    starts += (f"libpython{sys.version_info.major}.{sys.version_info.minor}",)
    for folder in {os.path.realpath(folder) for folder in folders if os.path.isdir(folder)}:
        names = [name for name in os.listdir(folder) if name.startswith(starts) and ".so" in name]
        yield from (os.path.realpath(os.path.join(folder, name)) for name in names)


@functools.cache
def shared_ruleset() -> int:
    """Return the ruleset for readable_paths() that every worker of this zygote inherits: 200 rules are slow to open.

    It lies above the descriptors that a worker puts its own on. A worker closes it before the submission is read.
    """
    ruleset = open_ruleset(readable_paths())
    try:
        return fcntl.fcntl(ruleset, fcntl.F_DUPFD_CLOEXEC, SHARED_FD)
    finally:
        os.close(ruleset)
