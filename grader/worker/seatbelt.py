"""Seatbelt around a cold worker on macOS: it reads Python and NumPy, and writes, starts and connects to nothing.

Written for macOS and not run there: tests look at what is asked for. A trial decides whether it is used, so that a rule
too strict for some version of macOS leaves a student with a process of its own and never without a grader.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence

from grader.worker.bubblewrap import is_beneath, package_folders
from grader.worker.landlock import readable_paths

IS_MAC = sys.platform == "darwin"
SANDBOX_EXEC = "/usr/bin/sandbox-exec"
SYSTEM = ("/usr/lib", "/System/Library", "/private/var/db/dyld", "/System/Volumes/Preboot/Cryptexes")
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")
APP = "Resources/Python.app/Contents/MacOS/Python"  # what a framework's bin/python3 becomes (CPython's Mac/Tools/pythonw.c)
OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PRIVATE = "/etc/passwd"
TRIAL = """
import sys
sys.path += {listed!r}
import numpy, grader.worker.cold
for path in {hidden!r}:
    try:
        open(path, "rb").close()
    except OSError:
        continue
    sys.exit(path + " can be read")
"""


def profile(readable: Iterable[str], listed: Iterable[str], program: str) -> str:
    """Return the rules, in sandbox-exec's language: everything is denied that is not named, and the last rule that fits wins.

    Args:
        readable: files and folders that may be read.
        listed: folders whose entries may be seen and not read, as an import of one of them needs.
        program: the interpreter, the one program that may be started; a framework's has a second name.
    """
    readable = both_names([*readable, os.path.join(sys.prefix, "pyvenv.cfg")])
    files = [path for path in readable if os.path.isfile(path)]
    programs = [program, *both_names(filter(os.path.isfile, [os.path.join(sys.base_prefix, APP)]))]
    rules = ["(version 1)", "(deny default)", "(allow sysctl-read)", "(allow file-read-metadata)"]
    rules += reading("allow", "subpath", both_names([*SYSTEM, sys.base_prefix]))
    rules += reading("deny", "subpath", both_names(package_folders(sys.base_prefix)))
    rules += reading("allow", "subpath", filter(os.path.isdir, readable))
    rules += reading("allow", "literal", [*DEVICES, *files, *programs, *both_names(["/", OURS, *listed])])
    rules += [f"(allow process-exec (literal {quoted(path)}))" for path in programs]
    return "\n".join([*rules, '(allow file-write-data (literal "/dev/null"))', "(allow signal (target self))"])


def both_names(paths: Iterable[str]) -> list[str]:
    """Return paths as they are written, and as they are where that goes through a link."""
    return list(dict.fromkeys(name for path in paths for name in (path, os.path.realpath(path))))


def reading(decision: str, extent: str, paths: Iterable[str]) -> Iterator[str]:
    """Yield the rule for reading each of paths."""
    return (f"({decision} file-read* ({extent} {quoted(path)}))" for path in paths)


def quoted(path: str) -> str:
    """Return a path as a text of that language."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_seatbelt(argv: list[str], listed: Sequence[str]) -> list[str]:
    """Return the command that runs a worker behind the rules, or the command itself where they do not work.

    Args:
        argv: the worker's command.
        listed: the folders that NumPy and the grader are imported from.
    """
    return [*prefix(listed), *argv] if seatbelt_works(tuple(listed)) else argv


def prefix(listed: Sequence[str]) -> list[str]:
    """Return what stands before a command behind the rules."""
    return [SANDBOX_EXEC, "-p", profile(readable_paths(), listed, os.path.realpath(sys.executable))]


@functools.cache
def seatbelt_works(listed: tuple[str, ...]) -> bool:
    """Return whether NumPy can be imported behind the rules, and no file be read that is hidden: one trial."""
    if not IS_MAC or not os.path.exists(SANDBOX_EXEC):
        return False
    try:
        return subprocess.run([*prefix(listed), *trial(listed)], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def trial(listed: Sequence[str]) -> list[str]:
    """Return the command that ends with status 0 if a worker's imports work and nothing hidden can be read."""
    return [sys.executable, "-sSP", "-c", TRIAL.format(listed=list(listed), hidden=hidden_files(listed))]


def hidden_files(listed: Sequence[str]) -> list[str]:
    """Return a file that everyone may read, one of the grader's own, and one of another package in each folder of packages."""
    found = [PRIVATE, os.path.join(OURS, "plugin.py")]
    for folder in [*package_folders(sys.base_prefix), *listed]:
        inits = (os.path.join(folder, name, "__init__.py") for name in sorted(os.listdir(folder)))
        others = (path for path in inits if os.path.isfile(path) and not is_beneath(path, readable_paths()))
        found += [path for path in others if os.path.dirname(path) != OURS][:1]
    return found
