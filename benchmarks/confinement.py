"""What confining a worker costs: ``python benchmarks/confinement.py [--forks N] [--check]``.

Forks of a process that holds NumPy, as the zygote makes them, bare and confined in turn, so that noise meets all alike.
A bare worker loads a submission of three lines, makes one call, answers and ends; the cost of a confinement is what it
adds to that: by the clock, and in CPU time, which other work on the machine changes less.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
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

LIMIT = 0.003  # CPU seconds that confinement may add to a bare worker
PIPE_FD = 3
Times = tuple[float, float]  # by the clock and of the CPU
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
    print(f"{'worker':<30}{'median ms':>10}{'over bare':>10}{'ratio':>7}{'CPU ms':>8}{'over bare':>10}{'ratio':>7}")
    for name, both in times.items():
        cells = ""
        for i, width in ((0, 10), (1, 8)):
            added, ratio = over_bare(both, times["bare"], i)
            median = statistics.median(pair[i] for pair in both)
            cells += f"{median * 1e3:>{width}.2f}{added * 1e3:>10.2f}{ratio:>7.2f}"
        print(f"{name:<30}{cells}")
    (clock, _), (cpu, ratio) = (over_bare(times["confined"], times["bare"], i) for i in (0, 1))
    print(f"\nconfinement adds {cpu * 1e3:.2f} ms of CPU time to a bare worker ({ratio:.2f} times as much), {clock * 1e3:.2f} ms "
          f"by the clock; at most {LIMIT * 1e3:.0f} ms are allowed")  # fmt: skip
    return 1 if options.check and cpu > LIMIT else 0


def over_bare(pairs: Sequence[Times], bare: Sequence[Times], i: int) -> tuple[float, float]:
    """Return the median of what workers take more than the bare ones beside them, in seconds and as a ratio."""
    both = [(one[i], other[i]) for one, other in zip(pairs, bare, strict=True)]
    return statistics.median(one - other for one, other in both), statistics.median(one / other for one, other in both)


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


def measure(actions: dict[str, Callable[[], object]], forks: int) -> dict[str, list[Times]]:
    """Return the seconds of each fork of each kind, made in turn."""
    times: dict[str, list[Times]] = {name: [] for name in actions}
    for _ in range(forks):
        for name, action in actions.items():
            times[name].append(run_worker(action))
    return times


def run_worker(action: Callable[[], object]) -> Times:
    """Return the seconds from the fork of a worker to its end, and the CPU seconds that it used."""
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
    _, status, used = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    os.close(reading)
    os.close(writing)
    if status:
        raise SystemExit(f"a worker ended with status {status}")
    return seconds, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
