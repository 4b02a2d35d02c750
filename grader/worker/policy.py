"""What a worker is held to, and what it says was reached."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

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
        readable: paths that may be read, landlock.readable_paths() if None.
        uid: the user to become, for root; claim.claim_user() finds one.
        in_cgroup: whether the zygote has entered a cgroup of its own, which is said in the report.
        profile: of seccomp; "auto" is what profile.pick_profile() found.
        without: steps to leave out on purpose ("landlock", "seccomp", "rlimits", …): for tests that show what each
            is for.
    """

    level: Level = "auto"
    memory_bytes: int = 512 << 20
    cpu_seconds: int = 20
    output_bytes: int = 32 << 20
    readable: tuple[str, ...] | None = None
    uid: int | None = None
    in_cgroup: bool = False
    profile: Profile = "auto"
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
        return {
            "level": self.level, "features": list(self.features), "failed": self.failed, "blocked": self.blocked,
        }  # fmt: skip
