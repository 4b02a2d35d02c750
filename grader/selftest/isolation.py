"""How far a worker is confined on this machine, and what would confine it further."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from grader.student.launch import make_launcher
from grader.student.session import Session
from grader.submission import Submission
from grader.worker.bubblewrap import BWRAP_PATH, bubblewrap_works

SYSTEMD_WITH_CGROUP_2 = ("/run/systemd/system", "/sys/fs/cgroup/cgroup.controllers")


def look_at_isolation(in_bubblewrap: bool = False) -> dict[str, Any]:
    """Return a worker's report of its own confinement: level, features, failed steps, and what each probe found blocked.

    Raises:
        GradeError: no worker starts.
    """
    with make_launcher(in_bubblewrap) as launcher:
        session = Session(launcher, Submission("probe.py", b""), "probe", {"level": "auto"}, 10.0)
        try:
            session.load()
        finally:
            session.close()
        return session.isolation


def advice(report: Mapping[str, Any]) -> list[str]:
    """Return what would confine a submission further here, a sentence each; nothing if nothing would."""
    if report["level"] != "kernel":
        missing = "; ".join(f"{step}: {reason}" for step, reason in report["failed"].items())
        return [
            f"Use Linux 5.13 or newer (on Windows: WSL2) with Landlock and seccomp. Here: {missing or sys.platform}."
        ]
    lines = []
    if "bubblewrap" not in report["features"]:
        lines.append(bubblewrap_advice())
    if "uid" not in report["features"]:
        lines.append("Run by root, each grader gives its workers a user id of their own, as one more layer.")
    if "cgroup" not in report["features"] and all(map(os.path.exists, SYSTEMD_WITH_CGROUP_2)):
        lines.append(
            "Run by root as `systemd-run --scope -p Delegate=yes grade class …`, workers have a cgroup too, a second line."
        )
    return lines


def bubblewrap_advice() -> str:
    """Return how to come by bubblewrap."""
    why = "submissions then cannot even ask which files exist (stat hidden files)"
    if bubblewrap_works():
        return (
            "bubblewrap works here and hides which files exist (stat hidden files): classes, --secret and --isolation kernel "
            "use it, a student's own run does without."
        )
    if shutil.which("bwrap", path=BWRAP_PATH) is None:
        return f"Install bubblewrap (`apt install bubblewrap`, `dnf install bubblewrap`): {why}."
    if os.path.exists("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"):
        return f"bubblewrap is installed but may not make namespaces: give /usr/bin/bwrap an AppArmor profile with `userns,`; {why}."
    return f"bubblewrap is installed but may not make namespaces, as in most containers: grade outside of one; {why}."
