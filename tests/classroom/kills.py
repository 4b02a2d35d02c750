"""Kills lanes, coordinators and workers of a running ``grade class`` at random, and starts it again until it is done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

COORDINATOR, LANE, BELOW = "coordinator", "lane", "worker"


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that still run."""
    with suppress(OSError, ValueError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def below(pid: int) -> list[int]:
    """Return what a process started, and what that started."""
    return [found for child in children(pid) for found in (child, *below(child))]


def targets(coordinator: int) -> dict[str, list[int]]:
    """Return the processes of a class by kind; a zygote is counted with its workers."""
    lanes = children(coordinator)
    return {COORDINATOR: [coordinator], LANE: lanes, BELOW: [pid for lane in lanes for pid in below(lane)]}


def kill_one(coordinator: int, chance: random.Random) -> str | None:
    """Kill a random process of a random kind and return the kind; None if there was none of that kind."""
    kind, pids = chance.choice(list(targets(coordinator).items()))
    if not pids:
        return None
    with suppress(ProcessLookupError):
        os.kill(chance.choice(pids), signal.SIGKILL)
    return kind


def grade_through_kills(
    command: Sequence[str], environment: Mapping[str, str], kills: int, every: tuple[float, float], chance: random.Random,
    look: Callable[[], None] = lambda: None, timeout: float = 600,
) -> Counter[str]:  # fmt: skip
    """Run a command to its end through some kills and return how many of each kind there were.

    Args:
        command: ``grade class …``.
        environment: of the command.
        kills: how many kills there are to be; once they are done the command is left alone.
        every: seconds between two kills, at least and at most.
        chance: decides whom and when.
        look: called after each kill of the coordinator, before it is started again.
        timeout: seconds for all of it.
    """
    done: Counter[str] = Counter()
    end = time.monotonic() + timeout
    while True:
        process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while process.poll() is None and done.total() < kills:
            assert time.monotonic() < end, "it takes too long"
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(*every))
            if process.poll() is None and (kind := kill_one(process.pid, chance)):
                done[kind] += 1
        _, errors = process.communicate(timeout=max(1.0, end - time.monotonic()))
        if process.returncode == 0:
            return done
        assert process.returncode == -signal.SIGKILL, errors.decode()
        look()
