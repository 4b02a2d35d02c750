"""Several lanes at once: a program that ends, hangs or blinds its lane is a failure of its own, and the rest goes on."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.selftest.programs import Program
from grader.selftest.traps import new_root, take_away

LAST_MOMENT = 5.0  # seconds in which a lane that was stopped takes away what it planted
PATIENCE = 60.0  # seconds beyond a program's own limit after which its lane is taken for dead


@dataclass(frozen=True)
class Outcome:
    """What became of one program.

    Attributes:
        problems: what it did or got that it should not; empty if the grader survived it.
        seconds: how long its grading took.
        features: the layers that it was confined by.
    """

    name: str
    kind: str
    problems: tuple[str, ...]
    seconds: float = 0.0
    features: tuple[str, ...] = ()

    @property
    def survived(self) -> bool:
        """Whether the grader gave it the verdict it deserves, and nothing was left behind."""
        return not self.problems


def run_programs(
    programs: Sequence[Program], policy: Mapping[str, Any], *, in_bubblewrap: bool = True, lanes: int | None = None
) -> Iterator[Outcome]:
    """Yield what becomes of each program, as it becomes known.

    Args:
        programs: what to grade.
        policy: how workers are confined.
        in_bubblewrap: whether zygotes run in bubblewrap where that works.
        lanes: number of processes that grade: more than processors, for many programs that take long only sleep.
    """
    lanes = lanes or min((os.cpu_count() or 1) + 3, 8, len(programs))
    slow_first = sorted(programs, key=lambda program: -program.at_most)
    outcomes: queue.Queue[Outcome | None] = queue.Queue()
    crew = [Lane(slow_first[i::lanes], policy, in_bubblewrap, outcomes) for i in range(lanes)]
    for lane in crew:
        lane.start()
    try:
        left = len(crew)
        while left:
            outcome = outcomes.get()
            if outcome is None:
                left -= 1
            else:
                yield outcome
    finally:
        for lane in crew:
            lane.stop()


class Lane(threading.Thread):
    """Keeps one process grading until all its programs are through."""

    def __init__(
        self,
        programs: Sequence[Program],
        policy: Mapping[str, Any],
        in_bubblewrap: bool,
        outcomes: queue.Queue[Outcome | None],
    ) -> None:
        super().__init__(daemon=True)
        self.left = deque(programs)
        self.order = {"policy": dict(policy), "in_bubblewrap": in_bubblewrap}
        self.outcomes = outcomes
        self.process: subprocess.Popen[str] | None = None
        self.stopped = False

    def run(self) -> None:
        """Start a process for what is left, again after each that dies."""
        try:
            while self.left and not self.stopped:
                root = new_root()
                try:
                    self.grade_some(root)
                finally:
                    take_away(root)  # a lane that was killed could not
        finally:
            self.outcomes.put(None)

    def grade_some(self, root: Path) -> None:
        """Let one process grade, which plants things in root; the program at which it dies or falls silent is a failure."""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.selftest.lane"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process as process, self.process.stdin:
            order = self.order | {"programs": [program.name for program in self.left], "root": str(root)}
            self.process.stdin.write(json.dumps(order))
            self.process.stdin.close()
            errors: list[str] = []
            reader = threading.Thread(target=lambda: errors.append(self.process.stderr.read()), daemon=True)  # type: ignore[union-attr]
            reader.start()
            watch = Watchdog(process, self.left[0].at_most + PATIENCE)
            for line in self.process.stdout:
                message = json.loads(line)
                if "begins" in message:
                    watch.wait_for(self.left[0].at_most + PATIENCE)
                else:
                    self.report(message)
            watch.end()
            status = process.wait()
            reader.join()
        if self.left and not self.stopped:
            why = f"the grader did not survive it (exit status {status}): {errors[0][-2000:]}"
            program = self.left.popleft()
            self.outcomes.put(Outcome(program.name, program.kind, (why,)))

    def report(self, message: dict[str, Any]) -> None:
        """Pass on what a lane says of a program."""
        program = self.left.popleft()
        assert program.name == message["name"]
        self.outcomes.put(
            Outcome(
                program.name, program.kind, tuple(message["problems"]), message["seconds"], tuple(message["features"])
            )
        )

    def stop(self) -> None:
        """End what still runs."""
        self.stopped = True
        if self.process is not None:
            self.process.kill()
        if self.is_alive():
            self.join(LAST_MOMENT)


class Watchdog:
    """Kills a process that does not report in time."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        self.process = process
        self.until = time.monotonic() + seconds
        self.ended = threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    def wait_for(self, seconds: float) -> None:
        """Wait so long from now on."""
        self.until = time.monotonic() + seconds

    def watch(self) -> None:
        """Look twice a second."""
        while not self.ended.wait(0.5):
            if time.monotonic() > self.until:
                self.process.kill()

    def end(self) -> None:
        """Look no more."""
        self.ended.set()


def environment() -> dict[str, str]:
    """Return the environment of a lane: this process's, with the grader that it was imported from."""
    path = [str(Path(__file__).parents[2]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path)), "OPENBLAS_NUM_THREADS": "1"}
