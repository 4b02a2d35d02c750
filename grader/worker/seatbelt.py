"""Seatbelt around a cold worker on macOS: it reads Python and NumPy, and writes, starts and connects to nothing.

Written for macOS and not run there: tests look at what is asked for. A trial decides whether it is used, so that a rule
too strict for some version of macOS leaves a student with a process of its own and never without a grader.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Sequence

from grader.worker.landlock import readable_paths

IS_MAC = sys.platform == "darwin"
SANDBOX_EXEC = "/usr/bin/sandbox-exec"
SYSTEM = ("/usr/lib", "/System/Library", "/private/var/db/dyld", "/System/Volumes/Preboot/Cryptexes")
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")


def profile(readable: Sequence[str], program: str) -> str:
    """Return the rules, in sandbox-exec's language: everything is denied that is not named.

    Args:
        readable: files and folders that may be read.
        program: the interpreter, the one program that may be started.
    """
    folders = [path for path in (*SYSTEM, *readable, sys.base_prefix) if not os.path.isfile(path)]
    files = [path for path in (*DEVICES, *readable, program) if path not in folders]
    rules = ["(version 1)", "(deny default)", "(allow sysctl-read)", "(allow file-read-metadata)"]
    rules += [f"(allow file-read* (subpath {quoted(path)}))" for path in folders]
    rules += [f"(allow file-read* (literal {quoted(path)}))" for path in files]
    rules += [f"(allow process-exec (literal {quoted(program)}))", '(allow file-write-data (literal "/dev/null"))']
    return "\n".join([*rules, "(allow signal (target self))"])


def quoted(path: str) -> str:
    """Return a path as a text of that language."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_seatbelt(argv: list[str]) -> list[str]:
    """Return the command that runs a worker behind the rules, or the command itself where they do not work."""
    return [*prefix(), *argv] if seatbelt_works() else argv


def prefix() -> list[str]:
    """Return what stands before a command behind the rules."""
    return [SANDBOX_EXEC, "-p", profile(readable_paths(), os.path.realpath(sys.executable))]


@functools.cache
def seatbelt_works() -> bool:
    """Return whether NumPy can be imported behind the rules, and nothing of the user's be read: one trial."""
    if not IS_MAC or not os.path.exists(SANDBOX_EXEC):
        return False
    code = "import os, sys, numpy; sys.exit(os.access('/etc/passwd', os.R_OK))"
    try:
        return subprocess.run([*prefix(), sys.executable, "-c", code], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
