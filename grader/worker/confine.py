"""The door of the sandbox: confine() is called once in a fresh worker, before one byte of the submission is read.

An exercise in NumPy needs no process, program, socket or file of its own. Because all of these are refused, the
worker is one process for ever: its address space is the memory limit, its CPU clock the time limit, and killing it
leaves nothing. Linux is tested; elsewhere only the level "process" exists, and has not been run.
"""

from __future__ import annotations

import dataclasses
import errno
import functools
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

if sys.platform != "win32":
    import fcntl

from grader.worker import landlock, probes
from grader.worker.landlock import readable_paths
from grader.worker.limits import apply_limits, size_and_threads
from grader.worker.seccomp import checked, libc, load_filter, prctl, read_filter, syscall

__all__ = [
    "ConfinementError",
    "Policy",
    "Report",
    "bubblewrap_command",
    "bubblewrap_works",
    "confine",
    "pick_profile",
    "pick_uid",
    "prepare_zygote",
    "readable_paths",
]

IS_LINUX = sys.platform == "linux"
# linux/prctl.h
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 36, 38
LAST_FD = 0xFFFFFFFF
RULESET_FD = 300  # at least
CLOSE_RANGE = 436  # the same number on every machine
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
CAP_DAC_READ_SEARCH = 1 << 2
# The user ids that no package, person or service is given: systemd's UIDS-GIDS.md
FIRST_UID, LAST_UID = 60706, 61183

Level = Literal["kernel", "process", "auto"]
Profile = Literal["allow", "deny", "auto"]


class ConfinementError(Exception):
    """A step of the confinement that was asked for has failed; the submission must not run."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"the worker could not be confined: {step}: {reason}")
        self.step = step
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Policy:
    """What a worker is held to.

    Attributes:
        level: "kernel" needs every layer, "process" wants limits only, "auto" takes what can be had and says
            what could not.
        memory_bytes: address space beyond what the worker has when it is forked.
        cpu_seconds: then SIGXCPU, a second later SIGKILL.
        output_bytes: the largest size of the file behind standard output.
        readable: paths that may be read, readable_paths() if None.
        uid: the user to become, for root; pick_uid() finds one. gid is the same number if None.
        profile: of seccomp; "auto" is what pick_profile() found.
        first_closed_fd: this descriptor and all above it are closed.
        without: steps to leave out on purpose ("landlock", "seccomp", "rlimits", …): for tests that show what each
            is for.
    """

    level: Level = "auto"
    memory_bytes: int = 512 << 20
    cpu_seconds: int = 20
    output_bytes: int = 32 << 20
    readable: tuple[str, ...] | None = None
    uid: int | None = None
    gid: int | None = None
    profile: Profile = "auto"
    first_closed_fd: int = 5
    without: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Report:
    """What was reached: the level, the layers in place, the steps that failed and why, and the probes' answers."""

    level: Literal["kernel", "process"]
    features: tuple[str, ...]
    failed: dict[str, str]
    blocked: dict[str, bool]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return dataclasses.asdict(self) | {"features": list(self.features)}


def confine(policy: Policy) -> Report:
    """Confine this process for ever and return what was reached; its descriptors must be in place.

    The process must be a fresh fork with one thread. Afterwards it can open no file outside policy.readable, and start,
    signal, connect to and change nothing.

    Raises:
        ConfinementError: a step failed, unless policy.level is "auto". The process is half confined then and must end.
    """
    confinement = Confinement(policy)
    for step, action in confinement.steps():
        if step not in policy.without:
            confinement.attempt(step, action)
    return confinement.report()


class Confinement:
    """One process on its way into the sandbox."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.readable = readable_paths() if policy.readable is None else tuple(policy.readable)
        self.parent = os.getppid()
        self.features: list[str] = []
        self.failed: dict[str, str] = {}
        self.base_bytes: int | None = None
        self.ruleset: int | None = None
        self.capabilities = 0
        wants_landlock = policy.level != "process" and "landlock" not in policy.without
        self.shares_ruleset = wants_landlock and policy.readable is None and shared_ruleset.cache_info().currsize > 0

    def steps(self) -> Iterator[tuple[str, Callable[[], str | None]]]:
        """Yield the steps in the one order that works.

        The ruleset is opened before the user changes (who may not reach the interpreter), the death signal set again
        after it (setresuid clears it), no_new_privs before Landlock and seccomp (which need it), and seccomp comes last
        (it refuses all the others).
        """
        by_kernel = self.policy.level != "process"
        if by_kernel and not IS_LINUX:
            yield "kernel", self.refuse_system
            by_kernel = False
        yield "session", self.start_session
        yield "death-signal", self.die_with_parent
        yield "closed-fds", self.close_descriptors
        yield "single-thread", self.measure
        if by_kernel:
            yield "landlock", self.open_ruleset
        if self.policy.uid is not None:
            yield "uid", self.change_user
            yield "death-signal", self.die_with_parent
        yield "no-capabilities", self.drop_capabilities
        yield "folder", self.leave_folder
        yield "rlimits", self.set_limits
        yield "no-new-privs", self.set_no_new_privs
        if by_kernel:
            yield "landlock", self.restrict_self
            yield "seccomp", self.load_filter

    def attempt(self, step: str, action: Callable[[], str | None]) -> None:
        """Take one step and note what it brought, or why it failed."""
        try:
            feature = action()
        except OSError as error:
            reason = f"{errno.errorcode.get(error.errno or 0, type(error).__name__)}: {error}"
            if self.policy.level != "auto":
                raise ConfinementError(step, reason) from None
            self.failed.setdefault(step, reason)
            return
        if feature and feature not in self.features:
            self.features.append(feature)

    def report(self) -> Report:
        """Try what is still possible and return the report.

        Raises:
            ConfinementError: the level asked for is "kernel", and what was tried shows that it was not reached.
        """
        blocked = probes.try_all()
        still_open = [name for name, is_blocked in blocked.items() if not is_blocked]
        level, reason = self.judge([name for name in still_open if name not in probes.ONLY_BY_NAMESPACE])
        if (
            self.parent == 1 and not still_open
        ):  # bubblewrap_command makes the zygote the first process of its own world
            self.features.append("bubblewrap")
        if reason and self.policy.level == "kernel":
            raise ConfinementError("self-test", reason)
        if reason and self.policy.level == "auto" and not self.failed:
            self.failed["self-test"] = reason
        return Report(level, tuple(self.features), self.failed, blocked)

    def judge(self, still_open: list[str]) -> tuple[Literal["kernel", "process"], str]:
        """Return the level, and why it is not "kernel"."""
        layers = {feature.partition("-")[0] for feature in self.features}
        if missing := [layer for layer in ("landlock", "seccomp", "rlimits") if layer not in layers]:
            return "process", f"not in place: {', '.join(missing)}"
        if still_open:
            return "process", f"still possible: {', '.join(still_open)}"
        return "kernel", ""

    def refuse_system(self) -> None:
        """Say that there is nothing for this system."""
        raise OSError(errno.ENOTSUP, f"Landlock and seccomp are Linux's; this is {sys.platform}")

    def start_session(self) -> str | None:
        """Leave the parent's terminal and process group."""
        if not hasattr(os, "setsid"):
            return None
        if os.getsid(0) != os.getpid():
            os.setsid()
        return "session"

    def die_with_parent(self) -> str | None:
        """Be killed when the parent ends."""
        if not IS_LINUX:
            return None
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.parent:
            raise ProcessLookupError(errno.ESRCH, "the parent ended first")
        return "death-signal"

    def close_descriptors(self) -> str:
        """Close every descriptor that the worker was not meant to have."""
        first = self.policy.first_closed_fd
        if self.shares_ruleset:
            close_range(first, shared_ruleset() - 1)
            first = shared_ruleset() + 1
        close_range(first, LAST_FD)
        return "closed-fds"

    def measure(self) -> str:
        """Read how much address space there is, before /proc is out of reach, and see that there is one thread.

        Raises:
            OSError: there is another thread: seccomp and Landlock bind only the one that asks.
        """
        self.base_bytes, threads = size_and_threads()
        if threads != 1:
            raise OSError(errno.EBUSY, f"the process has {threads} threads, not one")
        return "single-thread"

    def open_ruleset(self) -> None:
        """Open what may be read, while the rights to do so are there."""
        self.ruleset = shared_ruleset() if self.shares_ruleset else landlock.open_ruleset(self.readable)

    def change_user(self) -> str:
        """Become an unprivileged user."""
        uid = self.policy.uid
        assert uid is not None
        gid = uid if self.policy.gid is None else self.policy.gid
        keeps_search = self.keeps_search()
        if keeps_search:
            prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        self.capabilities = CAP_DAC_READ_SEARCH if keeps_search else 0
        return "uid"

    def keeps_search(self) -> bool:
        """Return whether the user to become cannot reach the interpreter, as in root's home.

        It then keeps the right to read whatever modes say; Landlock has said already what that is.
        """
        return self.policy.uid is not None and self.ruleset is not None and not all_can_reach(self.readable)

    def drop_capabilities(self) -> str | None:
        """Give up root's powers, also where root stays root."""
        if not IS_LINUX:
            return None
        set_capabilities(self.capabilities)
        return "one-capability" if self.capabilities else "no-capabilities"

    def leave_folder(self) -> None:
        """Stand nowhere in particular."""
        os.chdir("/")
        os.umask(0o077)

    def set_limits(self) -> str:
        """Limit what may be used."""
        if self.base_bytes is None:
            raise OSError(errno.ENODATA, "the address space is not known")
        policy = self.policy
        apply_limits(self.base_bytes, policy.memory_bytes, policy.cpu_seconds, policy.output_bytes)
        return "rlimits"

    def set_no_new_privs(self) -> str | None:
        """Let no program give back what was given up."""
        if not IS_LINUX:
            return None
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        return "no-new-privs"

    def restrict_self(self) -> str | None:
        """Submit to the rules."""
        if self.ruleset is None:
            return None
        try:
            landlock.restrict_self(self.ruleset)
        finally:
            os.close(self.ruleset)
        return f"landlock-{landlock.abi_version()}"

    def load_filter(self) -> str:
        """Give up system calls."""
        profile = pick_profile() if self.policy.profile == "auto" else self.policy.profile
        load_filter(profile)
        return f"seccomp-{profile}"


@functools.cache
def shared_ruleset() -> int:
    """Return the ruleset for readable_paths() that every worker of this zygote inherits: 200 rules are slow to open.

    It lies above the descriptors that a worker puts its own on. A worker closes it before the submission is read.
    """
    ruleset = landlock.open_ruleset(readable_paths())
    try:
        return fcntl.fcntl(ruleset, fcntl.F_DUPFD_CLOEXEC, RULESET_FD)
    finally:
        os.close(ruleset)


def close_range(first: int, last: int) -> None:
    """Close the descriptors from first to last."""
    try:
        if not IS_LINUX:
            raise OSError(errno.ENOSYS, "close_range is Linux's")
        syscall(CLOSE_RANGE, first, last, 0)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        os.closerange(first, min(last, 4096) + 1)


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


def prepare_zygote() -> None:
    """Make the parent of all workers safe to have as one, and do once what every worker would do again.

    Call it when NumPy is imported and before a worker is forked. No process of the same user can read its memory then,
    orphans of its workers come to it, and it and they gain no privileges.

    Raises:
        OSError: the kernel refused.
    """
    if not IS_LINUX:
        return
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    all_can_reach(readable_paths())
    if landlock.abi_version():
        shared_ruleset()
    pick_profile()


@functools.cache
def pick_profile() -> Literal["allow", "deny"]:
    """Return the strictest seccomp profile under which NumPy works here: a forked child tries it, once per process."""
    pid = os.fork()
    if pid == 0:
        try_allow_profile()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return "allow" if status in (0, NO_FILTER) else "deny"


NO_FILTER = 3  # exit status: then it is not the profile's fault, and confine() will say what is wrong


def try_allow_profile() -> None:
    """Work under the allow profile and end this process with status 0 if that went well."""
    status = NO_FILTER
    try:
        signal.alarm(10)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        read_filter("deny")
        load_filter("allow")
        status = 1
        probes.ordinary_work()
        status = 0
    finally:
        os._exit(status)


def pick_uid(slot: int) -> int | None:
    """Return the user id of a zygote's workers if this process is root and may give it away, else None.

    Args:
        slot: number of the zygote, from 0, its own on this machine.

    Raises:
        ValueError: no user id is free for so high a slot.
    """
    if not IS_LINUX or os.geteuid() != 0:
        return None
    uid = FIRST_UID + slot
    if not FIRST_UID <= uid <= LAST_UID:
        raise ValueError(f"slot {slot} is not one of 0 to {LAST_UID - FIRST_UID}")
    with open("/proc/self/uid_map", encoding="ascii") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    return uid if any(first <= uid < first + count for first, _, count in ranges) else None


BWRAP_PATH = "/usr/bin:/usr/local/bin:/bin"  # not the user's own PATH
TMPFS_BYTES = 1 << 20
# A zygote that is root forks workers for other users and ends them; it needs nothing else of root's
ZYGOTE_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL")


def bubblewrap_command(argv: Sequence[str], readable: Sequence[str]) -> list[str]:
    """Return the command that runs argv, a zygote, where only the system's programs and readable exist.

    The zygote sees no other process, network, home or package but NumPy, so that not even the size of a hidden file can
    be asked for. An unprivileged user gets a user namespace; root does not, so that its workers can change their user.
    """
    return [
        shutil.which("bwrap", path=BWRAP_PATH) or "bwrap",
        *namespaces(),
        *("--die-with-parent", "--new-session", "--as-pid-1", "--proc", "/proc", "--dev", "/dev"),
        *(word for folder in ("/dev/shm", "/tmp") for word in ("--size", str(TMPFS_BYTES), "--tmpfs", folder)),
        *system_mounts(readable),
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
    found = [os.path.join(python, name) for python in pythons for name in landlock.NOT_STANDARD]
    return [folder for folder in found if os.path.isdir(folder)]


def is_beneath(path: str, folders: Sequence[str]) -> bool:
    """Return whether path is one of folders or lies in one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


@functools.cache
def bubblewrap_works() -> bool:
    """Return whether bubblewrap is installed and may do its work here, by letting it run this interpreter once.

    Ubuntu's AppArmor and the default profiles of docker and podman refuse it.
    """
    if not IS_LINUX or shutil.which("bwrap", path=BWRAP_PATH) is None:
        return False
    code = "import os, sys; sys.exit(os.path.exists('/etc/passwd'))"
    command = bubblewrap_command([sys.executable, "-ISc", code], readable_paths())
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
