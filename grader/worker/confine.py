"""The door of the sandbox: confine() is called once in a fresh worker, before one byte of the submission is read.

An exercise in NumPy needs no process, program, socket or file of its own. Because all of these are refused, the
worker is one process for ever: its address space is the memory limit, its CPU clock the time limit, and killing it
leaves nothing. Linux is tested; elsewhere only the level "process" exists, and has not been run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Literal

from grader.worker import landlock, probes
from grader.worker.landlock import readable_paths, shared_ruleset
from grader.worker.limits import address_space, apply_limits, count_threads
from grader.worker.policy import ConfinementError, Policy, Report
from grader.worker.profile import pick_profile
from grader.worker.seccomp import PR_SET_NO_NEW_PRIVS, load_filter, prctl, syscall
from grader.worker.user import all_can_reach, become, set_capabilities

IS_LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_CLOSED_FD, LAST_FD = 5, 0xFFFFFFFF  # below it: the pipe, the output and the stack dump
CLOSE_RANGE = 436  # the same number on every machine
MOST_FDS = 4096  # more than a zygote ever has


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
        if self.parent == 1 and not still_open:  # bubblewrap makes the zygote the first process of its own world
            self.features.append("bubblewrap")
        if self.policy.in_cgroup:
            self.features.append("cgroup")
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
        first = FIRST_CLOSED_FD
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
        self.base_bytes, threads = address_space(), count_threads()
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
        self.capabilities = become(uid, self.keeps_search())
        return "uid"

    def keeps_search(self) -> bool:
        """Return whether the user to become cannot reach the interpreter, as in root's home.

        It then keeps the right to read whatever modes say. Landlock has said already what that is; at the level
        "process" it is every file, as it is there for whoever is not root: his own files are not hidden either.
        """
        return self.policy.uid is not None and not all_can_reach(self.readable)

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


def close_range(first: int, last: int) -> None:
    """Close the descriptors from first to last; one by one where the call for it is missing or refused."""
    if IS_LINUX:
        with contextlib.suppress(OSError):
            syscall(CLOSE_RANGE, first, last, 0)
            return
    os.closerange(first, min(last, MOST_FDS) + 1)
