"""bubblewrap around a zygote: a world of its own in which nothing exists but the interpreter and NumPy."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from grader.worker.landlock import NOT_STANDARD, readable_paths
from grader.worker.user import folders_above

BWRAP_PATH = "/usr/bin:/usr/local/bin:/bin"  # not the user's own PATH
TMPFS_BYTES = 1 << 20
# A zygote that is root forks workers for other users and ends them; it needs nothing else of root's
ZYGOTE_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL")


def bubblewrap_command(argv: Sequence[str]) -> list[str]:
    """Return the command that runs argv, a zygote, where only the system's programs and what a worker reads exist.

    The zygote sees no other process, network, home or package but NumPy, so that not even the size of a hidden file can
    be asked for. An unprivileged user gets a user namespace; root does not, so that its workers can change their user.
    """
    return [
        shutil.which("bwrap", path=BWRAP_PATH) or "bwrap",
        *namespaces(),
        *("--die-with-parent", "--new-session", "--as-pid-1", "--proc", "/proc", "--dev", "/dev"),
        *(word for folder in ("/dev/shm", "/tmp") for word in ("--size", str(TMPFS_BYTES), "--tmpfs", folder)),
        *system_mounts(readable_paths()),
        *("--chdir", "/", "--"),
        *argv,
    ]


def namespaces() -> list[str]:
    """Return bwrap's options for what this user may separate."""
    if os.geteuid() != 0:
        return ["--unshare-all", "--cap-drop", "ALL"]
    kept = [word for name in ZYGOTE_CAPABILITIES for word in ("--cap-add", name)]
    kinds = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    return [*kinds, "--cap-drop", "ALL", *kept]


def system_mounts(readable: Sequence[str]) -> list[str]:
    """Return bwrap's options that show programs, libraries and the interpreter, hide all packages, show readable again."""
    roots = ["/usr", *(folder for folder in (sys.base_prefix,) if not is_beneath(folder, ["/usr"]))]
    hidden = [folder for root in roots for folder in package_folders(root)]
    shown = [path for path in readable if not is_beneath(path, roots) or is_beneath(path, hidden)]
    if sys.prefix != sys.base_prefix:
        shown += [os.path.join(sys.prefix, "bin"), os.path.join(sys.prefix, "pyvenv.cfg")]
    options = []
    for folder in ("/bin", "/lib", "/lib64"):
        if os.path.islink(folder):
            options += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            roots.append(folder)
    for folder in folders_above([*roots, *shown]):
        if not is_beneath(folder, roots):
            options += ["--perms", "0755", "--dir", folder]  # by itself bwrap makes them for root alone
    for folder in roots:
        options += ["--ro-bind", folder, folder]
    for folder in hidden:
        options += ["--size", str(TMPFS_BYTES), "--tmpfs", folder]
    for path in shown:
        options += ["--ro-bind", path, path]
    return options


def package_folders(root: str) -> list[str]:
    """Return the site-packages and dist-packages of every Python beneath a prefix."""
    libraries = [os.path.join(root, *parts) for parts in (("lib",), ("lib64",), ("local", "lib"), ("local", "lib64"))]
    pythons = [
        os.path.join(library, name)
        for library in libraries
        if os.path.isdir(library) and not os.path.islink(library)
        for name in os.listdir(library)
        if name.startswith("python")
    ]
    found = [os.path.join(python, name) for python in pythons for name in NOT_STANDARD]
    return [folder for folder in found if os.path.isdir(folder)]


def is_beneath(path: str, folders: Sequence[str]) -> bool:
    """Return whether path is one of folders or lies in one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


@functools.cache
def bubblewrap_works() -> bool:
    """Return whether bubblewrap is installed and may do its work here, by letting it run this interpreter once.

    Ubuntu's AppArmor and the default profiles of docker and podman refuse it.
    """
    if sys.platform != "linux" or shutil.which("bwrap", path=BWRAP_PATH) is None:
        return False
    code = "import os, sys; sys.exit(os.path.exists('/etc/passwd'))"
    command = bubblewrap_command([sys.executable, "-ISc", code])
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
