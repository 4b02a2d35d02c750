"""Cold latency, whole processes: ``grade`` beside a bare Python that makes the same calls, and beside plain pytest.

    python benchmarks/cold.py [--rounds 15]

The three commands are run in turn; the table gives the median of the ratios of each round, which hold on a machine whose
speed drifts. The work is that of twelve checks with about 60 ms of training. Below it stand chapters of the course itself
with their solutions in place: the first, the one whose answers are formulas, and the one after it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
GRADE = Path(sys.executable).parent / "grade"
CHAPTER = """format = 1
title = "The benchmark's chapter"
module = "bench"
[[task]]
name = "sigmoid"
points = 3
title = "sigmoid"
lesson = "1.1"
hint = "?"
[[task]]
name = "sigmoid_grad"
points = 3
title = "its derivative"
lesson = "1.1"
hint = "?"
[[task]]
name = "forward"
points = 3
title = "forward"
lesson = "1.1"
hint = "?"
[[task]]
name = "train_xor"
points = 3
title = "training"
lesson = "1.1"
hint = "?"
"""


def make_course(folder: Path) -> None:
    """Write the benchmark's course, its student's folder and the plain tests."""
    chapter = folder / "solutions" / "chapter01_bench"
    chapter.mkdir(parents=True)
    (folder / "solutions" / "course.toml").write_text('format = 1\ntitle = "Benchmark"\nversion = "1"\npoints = 12\n')
    (chapter / "chapter.toml").write_text(CHAPTER)
    (chapter / "README.md").write_text("# Benchmark\n")
    for name in ("bench.py", "checks.py", "calls.py"):
        shutil.copy(HERE / "cold" / name, chapter)
    work = folder / "exercises" / "chapter01_bench"
    work.mkdir(parents=True)
    shutil.copy(HERE / "cold" / "bench.py", work)
    plain = folder / "plain"
    plain.mkdir()
    for name in ("calls.py", "test_plain.py", "floor.py"):
        shutil.copy(HERE / "cold" / name, plain)
    shutil.copy(HERE / "cold" / "bench.py", plain / "submission.py")


def fill_exercises(folder: Path) -> dict[str, tuple[list[str], Path]]:
    """Write the course's exercises with some chapters' solutions in place; return the commands that grade those."""
    solutions = HERE.parent / "solutions"
    subprocess.run([GRADE, "start", str(folder)], check=True, capture_output=True, env=own_course(solutions))
    commands = {}
    for chapter in sorted(solutions.glob("chapter0[123]_*")):
        (name,) = (path.name for path in (folder / "exercises" / chapter.name).glob("*.py"))
        shutil.copy(chapter / name, folder / "exercises" / chapter.name / name)
        commands[f"{chapter.name} --json"] = ([str(GRADE), chapter.name, "--json"], folder)
    return commands


def own_course(solutions: Path) -> dict[str, str]:
    """Return the environment in which this course is graded."""
    return dict(os.environ, MICROGRADE_COURSE=str(solutions), OPENBLAS_NUM_THREADS="1")


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return wall and CPU seconds of one whole process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_course(folder)
        environment = own_course(folder / "solutions")
        course = own_course(HERE.parent / "solutions")
        chapters = fill_exercises(folder / "course")
        plain = folder / "plain"
        commands = {
            "floor": ([sys.executable, "floor.py", "submission.py", "submission.py"], plain),
            "pytest + json-report": (
                [sys.executable, "-m", "pytest", "-q", "--json-report", "-c", os.devnull, "--rootdir", "."],
                plain,
            ),
            "grade chapter1": ([str(GRADE), "chapter1"], folder),
            "grade chapter1 --json": ([str(GRADE), "chapter1", "--json"], folder),
        }
        times: dict[str, list[tuple[float, float]]] = {label: [] for label in commands | chapters}
        for _ in range(arguments.rounds + 1):
            for label, (command, where) in commands.items():
                times[label].append(run(command, where, environment))
            for label, (command, where) in chapters.items():
                times[label].append(run(command, where, course))
    report({label: measured[1:] for label, measured in times.items()})


def report(times: dict[str, list[tuple[float, float]]]) -> None:
    """Print medians and the medians of each round's ratios."""
    print(f"{'':<32}{'wall ms':>9}{'cpu ms':>9}{'wall / floor':>14}{'wall / pytest':>15}")
    for label, measured in times.items():
        wall = statistics.median(w for w, _ in measured) * 1000
        cpu = statistics.median(c for _, c in measured) * 1000
        floor, pytest = (
            statistics.median(w / o for (w, _), (o, _) in zip(measured, times[other], strict=True))
            for other in ("floor", "pytest + json-report")
        )
        print(f"{label:<32}{wall:>9.0f}{cpu:>9.0f}{floor:>14.2f}{pytest:>15.2f}")
    first, formulas, third = (measured for label, measured in times.items() if label.startswith("chapter0"))
    for other, name in ((first, "first"), (third, "third")):
        ratio = statistics.median(w / o for (w, _), (o, _) in zip(formulas, other, strict=True))
        print(f"the chapter of formulas / the {name}: {ratio:.2f}")


if __name__ == "__main__":
    main()
