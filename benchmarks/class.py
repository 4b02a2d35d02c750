"""A class: ``grade class`` beside the same calls in one process, and beside plain pytest started for each submission.

    python benchmarks/class.py [--count 1000] [--rounds 1] [--pytest 20] [--jobs 2] [--epochs 600]

Each round measures the floor before and after the class and takes their mean: a machine whose pace drifts is then the
same for both. The figures are the medians of the rounds.

The submissions are all different. "Floor" is what the calls themselves cost in a bare Python with NumPy, one process for
each core and no other way of telling submissions apart; "own" is what a way of grading costs beyond that. CPU times are
of whole process trees, user and system.
600 epochs are about 60 ms of work on a calm machine; with --epochs 1 nearly nothing is left of it, and memory is what
counts: its growth between a quarter of the class and the end.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import sys
import tempfile
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from statistics import linear_regression, median

from cold import GRADE, HERE, PLAIN_PYTEST, make_course, own_course, run
from trees import run_tree, tree

FLOOR = """
import sys
from pathlib import Path
import numpy as np
from calls import calls, values

part, parts = map(int, sys.argv[2:])
for path in sorted(Path(sys.argv[1]).glob("*/bench.py"))[part::parts]:
    module = {}
    exec(compile(path.read_text(), path, "exec"), module)
    for name, make, times in calls(np.random.default_rng(1)):
        arguments = make()
        for _ in range(times):
            result = module[name](*arguments)
        assert all(np.isfinite(value).all() for value in values(result))
"""


def make_class(folder: Path, count: int) -> Path:
    """Write a class of different submissions that all do the same work."""
    text = (HERE / "cold" / "bench.py").read_text()
    for number in range(count):
        place = folder / "handed-in" / f"s{number:05}"
        place.mkdir(parents=True)
        (place / "bench.py").write_text(f"{text}\n# {number}\n")
    return folder / "handed-in"


class Memory:
    """Looks at the memory of a process tree (PSS, MiB) while it runs."""

    def __init__(self, gradebook: Path) -> None:
        self.gradebook = gradebook
        self.samples: list[tuple[int, float]] = []

    def watch(self, pid: int) -> None:
        """Take samples beside the caller until the process is gone."""
        threading.Thread(target=self._watch, args=(pid,), daemon=True).start()

    def _watch(self, pid: int) -> None:
        while Path(f"/proc/{pid}").exists():
            size = sum(map(pss, tree(pid))) / 1024
            done = graded(self.gradebook)
            if size and done:
                self.samples.append((done, size))
            time.sleep(0.5)

    def growth(self, count: int) -> float:
        """Return MiB for 1,000 submissions: the slope of a line through the samples from a quarter of the class on."""
        late = [(done, size) for done, size in self.samples if count / 4 <= done < count - 10]
        if len(late) < 4:
            return float("nan")
        return 1000 * linear_regression(*zip(*late, strict=True)).slope


def pss(pid: int) -> int:
    """Return the proportional size of a process in KiB."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def graded(gradebook: Path) -> int:
    """Return how many runs a gradebook has that ended."""
    import sqlite3

    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)
        try:
            return int(connection.execute("SELECT count(*) FROM run WHERE state = 'done'").fetchone()[0])
        finally:
            connection.close()
    return 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pytest", type=int, default=20, help="submissions that plain pytest grades")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=600, help="of each of a submission's four trainings")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), arguments)
    if arguments.json:
        print(json.dumps(figures))
    else:
        report(figures)


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """Return the figures, in milliseconds for each submission unless their names say otherwise."""
    folder.chmod(0o755)
    make_course(folder)
    chapter, plain = folder / "solutions" / "chapter01_bench", folder / "plain"
    for place in (chapter, plain):
        text = (place / "calls.py").read_text()
        (place / "calls.py").write_text(re.sub(r"EPOCHS = \d+", f"EPOCHS = {arguments.epochs}", text))
    handed_in = make_class(folder, arguments.count)
    environment = own_course(folder / "solutions")
    (plain / "all.py").write_text(FLOOR)
    floors = [floor(handed_in, plain, environment, arguments.jobs)]
    rounds = []
    for _ in range(arguments.rounds):
        rounds.append(grade_class(folder, handed_in, environment, arguments))
        floors.append(floor(handed_in, plain, environment, arguments.jobs))
    works = [1000 * (one + other) / 2 / arguments.count for one, other in pairwise(floors)]
    pytest = 1000 * plain_pytest(handed_in, plain, environment, arguments.pytest)
    figures = [
        each | {"floor": work, "class over floor": each["class"] / work, "pytest": pytest,
                "own / pytest": (each["class"] - work) / (pytest - work)}
        for each, work in zip(rounds, works, strict=True)
    ]  # fmt: skip
    ratios = [each["class over floor"] for each in figures]
    spread = {"count": arguments.count, "least over floor": min(ratios), "most over floor": max(ratios)}
    return spread | {name: median(each[name] for each in figures) for name in figures[0]}


def plain_pytest(handed_in: Path, plain: Path, environment: dict[str, str], count: int) -> float:
    """Return the CPU seconds that plain pytest needs for a submission, the mean of some."""
    used = []
    for number in range(count):
        shutil.copy(handed_in / f"s{number:05}" / "bench.py", plain / "submission.py")
        used.append(run(PLAIN_PYTEST, plain, environment)[1])
    return sum(used) / count


def grade_class(
    folder: Path, handed_in: Path, environment: dict[str, str], arguments: argparse.Namespace
) -> dict[str, float]:
    """Return what ``grade class`` needs for the class, with a gradebook that is made anew."""
    gradebook = folder / "class.db"
    for old in folder.glob("class.db*"):
        old.unlink()
    memory = Memory(gradebook)
    grade = [str(GRADE), "class", str(handed_in), "--gradebook", str(gradebook), "--jobs", str(arguments.jobs)]
    wall, cpu = run_tree(grade, folder, environment, memory.watch)
    return {
        "class": 1000 * cpu / arguments.count,
        "submissions a second": arguments.count / wall,
        "MiB at the end": memory.samples[-1][1] if memory.samples else float("nan"),
        "MiB more for 1,000": memory.growth(arguments.count),
    }


def floor(handed_in: Path, plain: Path, environment: dict[str, str], jobs: int) -> float:
    """Return the CPU seconds of all calls, made side by side in bare processes whose start is not counted."""
    _, start = run([sys.executable, "-c", "import numpy.random"], plain, environment)
    parts = [shlex.join([sys.executable, "all.py", str(handed_in), str(part), str(jobs)]) for part in range(jobs)]
    _, used = run(["sh", "-c", f"{' & '.join(parts)} & wait"], plain, environment)
    return used - jobs * start


def report(figures: dict[str, float]) -> None:
    """Print the figures for a person."""
    print(f"{figures['count']:.0f} submissions; CPU for each, whole process trees")
    for label, name in (("floor", "floor"), ("grade class", "class"), ("pytest + json-report", "pytest")):
        own = figures[name] - figures["floor"]
        over = figures["class over floor"] if name == "class" else figures[name] / figures["floor"]
        print(f"  {label:<22}{figures[name]:>8.1f} ms{over:>8.2f} x floor{own:>9.1f} ms own")
    print(f"  the rounds of grade class: {figures['least over floor']:.2f} to {figures['most over floor']:.2f} x floor")
    print(f"  own share of pytest's: 1/{1 / figures['own / pytest']:.1f}")
    print(f"  {figures['submissions a second']:.1f} submissions a second")
    print(
        f"  memory of the whole tree: {figures['MiB at the end']:.0f} MiB, {figures['MiB more for 1,000']:+.2f} MiB for 1,000"
    )


if __name__ == "__main__":
    main()
