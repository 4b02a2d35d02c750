"""Cold latency, whole processes: ``grade`` beside a bare Python that makes the same calls, and beside plain pytest.

    python benchmarks/cold.py [--rounds 15] [--write README.md]

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
PLAIN_PYTEST = [
    *(sys.executable, "-m", "pytest", "-q", "--json-report", "-c", os.devnull, "--rootdir", "."),
    *("-p", "no:hypothesispytest"),  # which only the tests of this project need; it takes 0.2 s
]
FLOOR, PYTEST = "floor: the calls alone", "pytest with pytest-json-report"
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
        commands[f"{chapter.name} of the course, `--json`"] = ([str(GRADE), chapter.name, "--json"], folder)
    return commands


def own_course(solutions: Path) -> dict[str, str]:
    """Return the environment in which this course is graded: with bytecode caches, which an installed grader has."""
    environment = dict(os.environ, MICROGRADE_COURSE=str(solutions), OPENBLAS_NUM_THREADS="1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


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
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between its marks in a page")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_course(folder)
        environment = own_course(folder / "solutions")
        course = own_course(HERE.parent / "solutions")
        chapters = fill_exercises(folder / "course")
        plain = folder / "plain"
        commands = {
            FLOOR: ([sys.executable, "floor.py", "submission.py", "submission.py"], plain),
            PYTEST: (PLAIN_PYTEST, plain),
            "`grade chapter1`": ([str(GRADE), "chapter1"], folder),
            "`grade chapter1 --json`": ([str(GRADE), "chapter1", "--json"], folder),
        }
        times: dict[str, list[tuple[float, float]]] = {label: [] for label in commands | chapters}
        for _ in range(arguments.rounds + 1):
            for label, (command, where) in commands.items():
                times[label].append(run(command, where, environment))
            for label, (command, where) in chapters.items():
                times[label].append(run(command, where, course))
    text = table({label: measured[1:] for label, measured in times.items()})
    print(text)
    if arguments.write:
        write_table(arguments.write, text)


def table(times: dict[str, list[tuple[float, float]]]) -> str:
    """Return medians, and the medians of each round's ratios, as a Markdown table."""
    rows = ["| cold, as a whole process | wall ms | CPU ms | of the floor | of pytest |", "|---|---|---|---|---|"]
    for label, measured in times.items():
        wall, cpu = (1000 * statistics.median(each[i] for each in measured) for i in (0, 1))
        floor, pytest = (ratio(measured, times[other]) for other in (FLOOR, PYTEST))
        rows.append(f"| {label} | {wall:.0f} | {cpu:.0f} | {floor:.2f} | {pytest:.2f} |")
    first, formulas, third = (measured for label, measured in times.items() if label.startswith("chapter0"))
    said = f"The chapter of formulas takes {ratio(formulas, first):.2f} times the first chapter"
    return "\n".join([*rows, "", f"{said} and {ratio(formulas, third):.2f} times the third."])


def ratio(measured: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
    """Return the median of the rounds' ratios of wall times."""
    return statistics.median(one / two for (one, _), (two, _) in zip(measured, other, strict=True))


def write_table(page: Path, text: str) -> None:
    """Put the table between its two marks in a page."""
    begin, end = (f"<!-- speed: {words} -->" for words in ("python benchmarks/cold.py --write README.md", "end"))
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{page} has no lines {begin!r} and {end!r}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
