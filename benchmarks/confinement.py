"""What confining a worker costs: ``python benchmarks/confinement.py [--forks N] [--check]``.

Forks of a process that holds NumPy, as the zygote makes them, bare and confined in turn, so that noise meets all alike.
A bare worker loads a submission of three lines, makes one call, answers and ends; the cost of a confinement is what it
adds to that.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from grader.worker import probes
from grader.worker.claim import claim_user
from grader.worker.confine import confine
from grader.worker.nursery import prepare_zygote
from grader.worker.policy import Policy

LIMIT = 0.003  # seconds that confinement may add to a bare worker (issue 5)
PIPE_FD = 3
SUBMISSION = """
import numpy as np
def affine(X, W, b):
    return X @ W + b
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forks", type=int, default=60, help="of each kind")
    parser.add_argument("--check", action="store_true", help="exit with 1 if the confinement costs more than 3 ms")
    options = parser.parse_args()
    np.random.default_rng(0).normal(size=(4, 4)) @ np.eye(4)
    prepare_zygote()
    gc.collect()
    gc.freeze()
    times = measure(kinds(), options.forks)
    bare = times["bare"]
    print(f"{'worker':<34}{'median ms':>10}{'p20 ms':>9}{'over bare ms':>14}{'ratio':>8}")
    for name, seconds in times.items():
        median, low = statistics.median(seconds), percentile_20(seconds)
        added = statistics.median(one - other for one, other in zip(seconds, bare, strict=True))
        ratio = statistics.median(one / other for one, other in zip(seconds, bare, strict=True))
        print(f"{name:<34}{median * 1e3:>10.2f}{low * 1e3:>9.2f}{added * 1e3:>14.2f}{ratio:>8.2f}")
    added = statistics.median(one - other for one, other in zip(times["confined"], bare, strict=True))
    print(f"\nconfinement adds {added * 1e3:.2f} ms to a bare worker; at most {LIMIT * 1e3:.0f} ms are allowed")
    return 1 if options.check and added > LIMIT else 0


def kinds() -> dict[str, Callable[[], object]]:
    """Return what each kind of worker does before it says that it is there."""
    full = Policy(level="kernel", uid=claimed[0] if (claimed := claim_user()) else None)
    partial = replace(full, level="auto")
    policies = {
        "confined": full,
        "confined, deny profile": replace(full, profile="deny"),
        "confined, no user change": replace(full, uid=None),
        "without seccomp": replace(partial, without=("seccomp",)),
        "without Landlock": replace(partial, without=("landlock",)),
        "limits only": replace(full, level="process"),
    }
    found: dict[str, Callable[[], object]] = {"bare": lambda: None, "bare, again": lambda: None}
    found |= {name: (lambda policy=policy: confine(policy)) for name, policy in policies.items()}  # type: ignore[misc]
    found["only the probes, unconfined"] = probes.try_all
    return found


def measure(actions: dict[str, Callable[[], object]], forks: int) -> dict[str, list[float]]:
    """Return the seconds of each fork of each kind, made in turn."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(forks):
        for name, action in actions.items():
            times[name].append(run_worker(action))
    return times


def run_worker(action: Callable[[], object]) -> float:
    """Return the seconds from the fork of a worker to its end."""
    reading, writing = os.pipe()
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.dup2(writing, PIPE_FD)
            action()
            module: dict[str, Any] = {"__name__": "submission"}
            exec(compile(SUBMISSION, "submission.py", "exec"), module)
            os.write(PIPE_FD, module["affine"](np.ones((8, 3)), np.ones((3, 4)), np.zeros(4)).tobytes())
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - start
    os.close(reading)
    os.close(writing)
    if status:
        raise SystemExit(f"a worker ended with status {status}")
    return seconds


def percentile_20(seconds: list[float]) -> float:
    """Return what a fifth of the measurements stay below: less noisy than the median on a busy machine."""
    return sorted(seconds)[len(seconds) // 5]


if __name__ == "__main__":
    sys.exit(main())
