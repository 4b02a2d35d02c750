"""Grades a folder of submissions with one of the peers and prints what became of each; run inside a jail only.

    python inside.py pytest|otter|nbgrader SUBMISSIONS MATERIAL CANARY SECONDS

SUBMISSIONS holds a file for each student, MATERIAL the tests, CANARY is a file that only a hostile program makes. A tool
without a batch of its own is started for each submission, two at a time, and stopped after SECONDS. Scores are of 12; a
student without one has none.
"""

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = 12


def main():
    tool, submissions, material, canary, seconds = sys.argv[1], *map(Path, sys.argv[2:5]), float(sys.argv[5])
    files = sorted(submissions.glob("*.py"))
    work = Path("work").resolve()
    work.mkdir()
    grade_class = {"pytest": by_pytest, "otter": by_otter, "nbgrader": by_nbgrader}[tool]
    prepared = prepare(tool, work, material)
    started = time.monotonic()
    scores = grade_class(files, work, prepared, seconds)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"seconds": time.monotonic() - started, "cpu": used.ru_utime + used.ru_stime, "scores": scores,
                      "canary": canary.exists()}))  # fmt: skip


def prepare(tool, work, material):
    """Make what a teacher makes once, and return where it is."""
    if tool == "pytest":
        return material
    if tool == "otter":
        return make_otter_zip(work / "autograder", material)
    make_course(work, material)
    return material


def by_pytest(files, work, material, seconds):
    """Start pytest for each."""

    def grade(file):
        place = fresh(work / file.stem, file, material)
        ask(["pytest", "-q", "--json-report", "-c", os.devnull, "--rootdir", "."], place, seconds)
        report = read(place / ".report.json")
        return report and report["summary"].get("passed", 0)

    return two_at_a_time(grade, files)


def by_otter(files, work, archive, seconds):
    """Start ``otter run`` for each."""

    def grade(file):
        place = fresh(work / file.stem, file)
        (place / "out").mkdir()
        ask(["otter", "run", "-a", str(archive), "-o", "out", "--no-logo", "submission.py"], place, seconds)
        report = read(place / "out" / "results.json")
        return report and sum(test["score"] for test in report["tests"] if test.get("max_score"))

    return two_at_a_time(grade, files)


def by_nbgrader(files, work, material, seconds):
    """Let nbgrader grade all of them by its own command; its limit is that of a cell."""
    for file in files:
        place = work / "submitted" / file.stem / "ps1"
        place.mkdir(parents=True)
        write_notebook(place / "ps1.ipynb", file.read_text(), as_modules(material))
    ask(["nbgrader", "autograde", "ps1", f"--ExecutePreprocessor.timeout={seconds:g}"], work, seconds * 100)
    ask(["nbgrader", "export", "--to", "grades.csv"], work, 600)
    if not (work / "grades.csv").exists():
        return {file.stem: None for file in files}
    with (work / "grades.csv").open() as lines:
        rows = {row["student_id"]: row for row in csv.DictReader(lines)}
    graded = {path.name for path in (work / "autograded").glob("*")}
    return {f.stem: float(rows[f.stem]["raw_score"]) if f.stem in graded & rows.keys() else None for f in files}


def fresh(place, file, material=None):
    """Return a new folder with a submission, and the tests beside it."""
    place.mkdir()
    shutil.copy(file, place / "submission.py")
    for name in ("cases.py", "oracle.py", "test_plain.py") if material else ():
        shutil.copy(material / name, place)
    return place


def ask(command, place, seconds):
    """Run a tool's module to its end, or kill it and what it started."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = subprocess.Popen([sys.executable, "-m", *command], cwd=place, start_new_session=True,
                               env=os.environ | {"PATH": programs}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def two_at_a_time(grade, files):
    """Return every file's score."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip((file.stem for file in files), pool.map(grade, files), strict=True))


def read(path):
    """Return a JSON file's content, None if there is none."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def make_otter_zip(folder, material):
    """Write an autograder with a test file of otter's for each call; a second module beside a submission is refused."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for number in range(TESTS):
        (tests / f"q{number:02}.py").write_text(
            f"{as_modules(material)}\n"
            "OK_FORMAT = False\nfrom otter.test_files import test_case\n"
            f"name = 'q{number:02}'\npoints = 1\n\n@test_case(points=1)\ndef test_call(env):\n"
            f"    cases.judge(env[cases.cases()[{number}][0]], {number})\n"
        )
    ask(["otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements", "--no-environment"],
        folder, 600)  # fmt: skip
    assert zipfile.is_zipfile(folder / "autograder.zip")
    return folder / "autograder.zip"


def as_modules(material):
    """Return a text that makes the material's modules, whatever folder it is run in."""
    return "import sys, types\n" + "".join(
        f"sys.modules[{name!r}] = {name} = types.ModuleType({name!r})\n"
        f"exec({(material / f'{name}.py').read_text()!r}, {name}.__dict__)\n"
        for name in ("oracle", "cases")
    )


def make_course(work, material):
    """Write a course of nbgrader's with one assignment."""
    (work / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'bench'\n")
    place = work / "source" / "ps1"
    place.mkdir(parents=True)
    solution = f"### BEGIN SOLUTION\n{(material / 'oracle.py').read_text()}\n### END SOLUTION"
    write_notebook(place / "ps1.ipynb", solution, as_modules(material))
    ask(["nbgrader", "generate_assignment", "ps1"], work, 600)


def write_notebook(path, code, modules):
    """Write a notebook: a student's code, the material as modules, and a graded cell for each call."""
    cells = [cell("code", code, solution=True), cell("material", modules, locked=True)]
    for number in range(TESTS):
        text = f"cases.judge(globals()[cases.cases()[{number}][0]], {number})"
        cells.append(cell(f"q{number:02}", text, grade=True, locked=True, points=1))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


def cell(name, source, **flags):
    """Return a code cell with nbgrader's metadata."""
    marks = {"grade": False, "solution": False, "locked": False, "task": False} | flags
    metadata = {"nbgrader": marks | {"grade_id": name, "schema_version": 3}}
    return {"cell_type": "code", "id": name, "metadata": metadata, "source": source, "outputs": [],
            "execution_count": None}  # fmt: skip


if __name__ == "__main__":
    main()
