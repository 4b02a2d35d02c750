"""Checks as pytest items: what blocks what, whose fault a failure is, and what of the machine has no say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from grader.course import Chapter, load_course
from grader.student.launch import fork_is_safe
from tests.conftest import GRADE, Checkout, Result
from tests.test_grade_command import assert_card

CHECK = 'expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})'


def edit_checks(checkout: Checkout, old: str, new: str) -> None:
    """Replace text in the tiny chapter's checks."""
    path = checkout.root / "solutions" / "chapter01_tiny" / "checks.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


AUTHORS_FAULTS = {
    "assert": "assert student.double(x) == 99, 'author'",
    "exception": "{}['author']",
    "exit": "raise SystemExit('author')",
    "skip": "import pytest; pytest.skip('author')",
    "fail": "import pytest; pytest.fail('author')",
    "unknown code": "from grader.checks import fail; fail('author', code='WRONG')",
    "unknown task": "student.author(x)",
    "its own generator": "student.double(rng) if 'author' else 0",
}


@pytest.mark.parametrize("name", AUTHORS_FAULTS)
def test_a_check_that_breaks_is_named_and_costs_nobody_points(checkout: Checkout, name: str) -> None:
    edit_checks(checkout, CHECK, AUTHORS_FAULTS[name])
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 4)
    assert result.card["status"] == "grader_error"
    assert result.card["reason"]["message"].startswith("check_double_of_numbers: ")
    assert {check["points"] for task in result.card["tasks"] for check in task["checks"]} == {None}
    assert (result.check("check_double_of_numbers")["status"], result.check("check_double_of_numbers")["code"]) == (
        "error",
        "GRADER",
    )


def zygote_of_a_busy_worker(pid: int) -> int:
    """Return the process that has forked a worker, as soon as that computes."""
    for _ in range(3000):
        time.sleep(0.01)
        for zygote in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            for worker in Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split():
                ticks = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[14 - 3])
                if ticks / os.sysconf("SC_CLK_TCK") > 0.2:
                    return int(zygote)
    raise AssertionError("no worker computes")


@pytest.mark.skipif(not fork_is_safe(), reason="workers are forked on Linux only")
@pytest.mark.parametrize("where", ["if True:", "def halves(values):"], ids=["loading", "a check"])
def test_whoever_kills_the_process_that_starts_workers_leaves_a_card(checkout: Checkout, where: str) -> None:
    checkout.module.write_text(f"{checkout.solution}\n{where}\n    while True: pass\n", encoding="utf-8")
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")}
    with subprocess.Popen(
        [GRADE, "chapter1", "--json", "--time-limit", "9"], cwd=checkout.root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.kill(zygote_of_a_busy_worker(process.pid), signal.SIGKILL)
        out, err = process.communicate(timeout=60)
    result = Result(process.returncode, out, err)
    assert_card(result, 4)
    assert (result.card["status"], result.card["points"]) == ("grader_error", None)
    assert "process that starts workers" in result.card["reason"]["message"]


def test_blocked_never_crosses_tasks_and_points_stay_the_chapters(checkout: Checkout) -> None:
    source = "import os\n" + checkout.solution.replace("return identity(x) * 2", "os._exit(0)")
    result = checkout.grade_text(source)
    assert_card(result, 1)
    rows = [(c["status"], c["code"], c["max_points"]) for task in result.card["tasks"] for c in task["checks"]]
    assert rows[:2] == [("error", "EXIT", 3), ("blocked", "BLOCKED", 1)]
    assert {status for status, _, _ in rows[2:5]} == {"passed"}
    assert [task["max_points"] for task in result.card["tasks"]] == [4, 4, 4, 4, 4]


def test_the_card_never_holds_what_the_report_holds(checkout: Checkout) -> None:
    edit_checks(checkout, CHECK, "secret_of_the_check = 77; assert student.double(x) == secret_of_the_check")
    result = checkout.grade_text(checkout.solution, "--pytest-report", "report.json")
    report = (checkout.root / "report.json").read_text(encoding="utf-8")
    assert "secret_of_the_check" in report
    assert "secret_of_the_check" not in result.out
    assert "Traceback" not in result.out
    assert str(checkout.root / "solutions") not in result.out


def test_nothing_of_the_machine_is_loaded(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bomb = "raise RuntimeError('loaded')\n"
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    for folder in (checkout.root, checkout.module.parent):
        (folder / "conftest.py").write_text(bomb, encoding="utf-8")
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (checkout.root / "solutions" / "chapter01_tiny" / "conftest.py").write_text(bomb, encoding="utf-8")
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 1)
    assert result.card["points"] == 16


BROKEN = {
    "points do not add up": ('@check("double", points=3)', '@check("double", points=2)', "worth 3 points, chapter.toml says 4"),
    "unknown task": ('@check("halves", points=4)', '@check("halvs", points=4)', "Did you mean 'halves'"),
    "waits for nothing": ('after=("check_double_of_numbers",)', 'after=("check_nothing",)', "no earlier check of double"),
    "waits for another task": ('@check("halves", points=4)', '@check("halves", points=4, after=("check_double_of_numbers",))', "no earlier check of halves"),
    "blames nobody": ('@check("halves", points=4)', '@check("halves", points=4, blames={"WRONG_SHAPE": "halves-overlp"})', "Did you mean 'halves-overlap'"),
    "does not import": ("import numpy as np", "import nump as np", "nump"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_checks_that_do_not_fit_the_chapter_are_refused(checkout: Checkout, name: str) -> None:
    old, new, words = BROKEN[name]
    edit_checks(checkout, old, new)
    result = checkout.grade("chapter1")
    assert (result.status, result.out) == (4, "")
    assert words in " ".join(result.err.split())
    assert "Traceback" not in result.err


def test_the_last_check_of_a_task_hands_arguments_over_by_name(checkout: Checkout) -> None:
    path = checkout.root / "solutions" / "chapter01_tiny" / "chapter.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('title = "Twice', 'takes = ["x"]\ntitle = "Twice', 1), encoding="utf-8")
    assert checkout.grade_text(checkout.solution).card["points"] == 16
    result = checkout.grade_text(f"{checkout.solution}\n\ndef double(number):\n    return 2 * number\n")
    assert result.card["points"] == 15
    row = result.check("check_double_of_arrays")
    assert (row["status"], row["code"], row["misconception"]) == ("wrong", "WRONG_TYPE", None)


COURSE = load_course(Path(__file__).parents[1] / "solutions")
POSITIONAL = """

def _by_position(function):
    return lambda *given: function(*given)

"""


@pytest.mark.parametrize("chapter", COURSE.chapters, ids=lambda chapter: chapter.short_name)
def test_every_task_of_the_course_is_called_by_the_names_of_its_parameters(chapter: Chapter, tmp_path: Path) -> None:
    named = [task.name for task in chapter.tasks if task.takes]
    file = tmp_path / chapter.file_name
    solution = chapter.solution_path.read_text(encoding="utf-8")
    file.write_text(solution + POSITIONAL + "".join(f"{n} = _by_position({n})\n" for n in named), encoding="utf-8")
    done = subprocess.run(
        [GRADE, chapter.name, "--submission", file, "--json"], capture_output=True, text=True, timeout=120, check=False
    )
    tasks = {task["name"]: task for task in json.loads(done.stdout)["tasks"]}
    for task in chapter.tasks:
        last = tasks[task.name]["checks"][-1]
        assert last["code"] == ("WRONG_TYPE" if task.name in named else None), task.name
    without = [task.name for task in chapter.tasks if not task.takes]
    assert all(f"def {name}()" in solution or f"class {name}:" in solution for name in without)


def test_a_code_can_stand_for_a_misconception(checkout: Checkout) -> None:
    edit_checks(
        checkout, '@check("halves", points=4)', '@check("halves", points=4, blames={"WRONG_SHAPE": "halves-overlap"})'
    )
    result: Result = checkout.grade_text(checkout.solution.replace("values[:middle], ", "values[:1], "))
    row = result.check("check_halves_are_the_two_halves")
    assert (row["code"], row["misconception"]["id"]) == ("WRONG_SHAPE", "halves-overlap")
    assert json.loads(result.out)["points"] == 12
