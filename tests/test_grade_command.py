"""``grade`` as a student types it: scores, messages, exit statuses, files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from grader.cli import main
from grader.scorecard import load_schema
from tests.conftest import GRADE, Checkout, Result

QUIZ = 'format = 1\n[answers]\nq1 = "b"\nq2 = ["a", "c"]\nq3 = 0.25\nq4 = "x+x"\n'
CHECKS = [
    "check_double_of_numbers", "check_double_of_arrays", "check_halves_are_the_two_halves", "check_counter_counts",
    "check_descend_follows_the_oracle", "q1", "q2", "q3", "q4",
]  # fmt: skip


def assert_card(result: Result, status: int) -> None:
    """Assert one valid scorecard with a row for every declared check, and the exit status."""
    assert result.status == status, result.err
    jsonschema.validate(result.card, load_schema())
    assert [check["name"] for task in result.card["tasks"] for check in task["checks"]] == CHECKS
    assert result.card["max_points"] == 20
    if result.card["points"] is not None:
        assert result.card["points"] == sum(task["points"] for task in result.card["tasks"])


def test_stubs_score_nothing_and_every_task_is_todo(checkout: Checkout) -> None:
    result = checkout.grade("chapter1", "--json")
    assert_card(result, 1)
    assert {task["status"] for task in result.card["tasks"]} == {"todo"}
    assert result.card["points"] == 0


def test_the_solution_scores_all_but_the_quiz(checkout: Checkout) -> None:
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 1)
    assert result.points() == {"double": 4, "halves": 4, "Counter": 4, "descend": 4, "quiz": 0}


def test_solution_and_quiz_score_everything(checkout: Checkout) -> None:
    checkout.module.with_name("quiz.toml").write_text(QUIZ, encoding="utf-8")
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 0)
    assert result.card["points"] == 20


def test_a_misconception_is_named_with_its_hint(checkout: Checkout) -> None:
    result = checkout.grade_text(checkout.solution.replace("identity(x) * 2", "identity(x) * x"))
    check = result.check("check_double_of_numbers")
    assert check["code"] == "WRONG_VALUE"
    assert check["misconception"] == {"id": "double-squares", "title": "squaring for doubling"}
    assert check["hint"].startswith("What is 3 times 2")
    assert result.check("check_double_of_arrays")["status"] == "blocked"
    assert result.points() == {"double": 0, "halves": 4, "Counter": 4, "descend": 4, "quiz": 0}


def test_what_runs_long_is_asked_about_its_loops_not_about_the_idea(checkout: Checkout) -> None:
    result = checkout.grade_text(checkout.solution.replace("identity(x) * 2", "next(i for i in iter(int, 1) if i)"))
    check = result.check("check_double_of_numbers")
    assert (check["status"], check["code"]) == ("timeout", "TIMEOUT")
    assert "a loop that never ends" in check["hint"]


@pytest.mark.parametrize("name", ["chapter1", "1", "chapter01", "tiny", "chapter01_tiny", "TINY", "all"])
def test_a_chapter_goes_by_every_name(checkout: Checkout, name: str) -> None:
    assert json.loads(checkout.grade(name, "--json").out)["chapter"] == "chapter01_tiny"


def test_an_unknown_chapter_is_told_what_is_close(checkout: Checkout) -> None:
    result = checkout.grade("tinny")
    assert (result.status, result.out) == (2, "")
    assert "No such chapter 'tinny'. Did you mean 'tiny'?" in result.err


def test_the_same_seed_gives_the_same_inputs(checkout: Checkout) -> None:
    wrong = checkout.solution.replace("identity(x) * 2", "identity(x) * 3")
    first, second = (checkout.grade_text(wrong).check("check_double_of_numbers")["message"] for _ in range(2))
    assert first == second
    other = checkout.grade("1", "--json", "--seed", "2").check("check_double_of_numbers")["message"]
    assert first != other


def test_a_seed_is_drawn_and_recorded(checkout: Checkout) -> None:
    seeds = {checkout.grade("1", "--json").card["run"]["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_a_secret_is_made_private_and_only_its_fingerprint_recorded(checkout: Checkout, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    first = checkout.grade("1", "--json", "--secret", secret)
    assert secret.stat().st_mode & 0o777 == 0o600
    assert first.card["run"]["seed"] is None
    assert first.card["extra"]["seed_id"] == checkout.grade("1", "--json", "--secret", secret).card["extra"]["seed_id"]
    assert secret.read_text().strip() not in first.out


def test_the_scorecard_is_written_beside_the_exercises(checkout: Checkout) -> None:
    result = checkout.grade("chapter1", cwd=checkout.module.parent)
    written = json.loads((checkout.root / "scorecards" / "chapter01_tiny.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, load_schema())
    assert "0 of 20 points" in result.out
    assert "tiny.py and quiz.toml" in result.out


def test_json_writes_no_file(checkout: Checkout) -> None:
    checkout.grade("chapter1", "--json")
    assert not (checkout.root / "scorecards").exists()


def test_output_takes_the_card(checkout: Checkout) -> None:
    result = checkout.grade("chapter1", "--output", "card.json")
    assert json.loads((checkout.root / "card.json").read_text(encoding="utf-8"))["chapter"] == "chapter01_tiny"
    assert "0 of 20 points" in result.out
    assert json.loads(checkout.grade("chapter1", "--output", "-").out)["chapter"] == "chapter01_tiny"


def test_a_submission_of_any_name_is_graded(checkout: Checkout, tmp_path: Path) -> None:
    handed_in = tmp_path / "ada.py"
    handed_in.write_text(checkout.solution, encoding="utf-8")
    result = checkout.grade("1", "--submission", handed_in, "--json")
    assert result.card["points"] == 16
    assert result.card["submission"]["files"][0]["path"] == "ada.py"


@pytest.mark.parametrize(
    "name", ["tiny.py", "chapter1.py", "1.py", "ada_tiny.py", "tiny (1).py", "my_chapter1_v2.py", "sub/TINY.py"]
)
def test_a_module_is_found_in_a_folder(checkout: Checkout, tmp_path: Path, name: str) -> None:
    file = tmp_path / "handed in" / name
    file.parent.mkdir(parents=True)
    file.write_text(checkout.solution, encoding="utf-8")
    assert checkout.grade("1", "--submission", tmp_path / "handed in", "--json").card["points"] == 16


def test_the_quiz_beside_a_submission_counts(checkout: Checkout, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "tiny.py").write_text(checkout.solution, encoding="utf-8")
    (folder / "tiny_quiz.toml").write_text(QUIZ, encoding="utf-8")
    assert checkout.grade("1", "--submission", folder, "--json").card["points"] == 20
    (folder / "other.toml").write_text(QUIZ.replace('"b"', '"a"'), encoding="utf-8")
    assert checkout.grade("1", "--submission", folder, "--quiz", folder / "other.toml", "--json").card["points"] == 19


def test_the_terminal_shows_what_helps(checkout: Checkout) -> None:
    wrong = checkout.solution.replace("return identity(x) * 2", "print('seen', x); return x * x")
    checkout.module.write_text(wrong, encoding="utf-8")
    out = checkout.grade("chapter1").out
    assert "This looks like: squaring for doubling (double-squares)" in out
    assert "Hint: What is 3 times 2" in out
    assert "| seen" in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_students_line_is_shown(checkout: Checkout) -> None:
    checkout.module.write_text(checkout.solution.replace("return identity(x) * 2", "return 1 / 0"), encoding="utf-8")
    out = checkout.grade("chapter1").out
    assert re.search(r"tiny.py, line \d+: return 1 / 0", out)
    assert "Traceback" not in out


def test_the_pytest_report_is_the_teachers(checkout: Checkout) -> None:
    checkout.grade("chapter1", "--pytest-report", "report.json")
    report = json.loads((checkout.root / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["total"] == 9


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("# -*- coding: latin-1 -*-\n", "latin-1"),
        ("#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n", "cp1252"),
    ],
)
def test_a_file_may_name_another_encoding(checkout: Checkout, head: str, encoding: str) -> None:
    checkout.module.write_bytes(f"{head}{checkout.solution}\nGREETING = 'Grüße'\n".encode(encoding))
    assert_card(checkout.grade("chapter1", "--json"), 1)


UNGRADABLE = {
    "empty": (b"", "is empty"),
    "only spaces": (b"  \n\n", "is empty"),
    "not UTF-8": (b"x = '\xff\xfe'\n", "not UTF-8"),
    "encoding unknown": (b"# coding: klingon\nx = '\xff'\n", "unknown encoding: klingon"),
    "encoding named too late": (b"\n\n# coding: latin-1\nx = '\xff'\n", "not UTF-8"),
    "NUL bytes": (b"x = 1\0\n", "NUL"),
    "too large": (b"# " + b"x" * 1_000_001, "larger than 1000 kB"),
    "syntax error": (b"x = 1\ndef f(:\n", "line 2"),
    "exception": (b"x = 1\ny = x / 0\n", "ZeroDivisionError"),
    "exit": (b"import sys\nsys.exit(0)\n", "ends the program"),
    "hard exit": (b"import os\nos._exit(0)\n", "ended the whole program"),
    "import": (b"import math\nimport pandas\n", "cannot import pandas"),
    "other chapter": (b"from xor import sigmoid\n", "cannot import xor"),
    "the grader": (b"import grader.wire\n", "cannot import grader"),
    "crash": (b"import ctypes\nctypes.string_at(0)\n", "crashed"),
    "base exception": (b"raise BaseException('x')\n", "BaseException"),
    "todo at the top": (b"raise NotImplementedError\n", "NotImplementedError"),
}


@pytest.mark.parametrize("name", UNGRADABLE)
def test_what_does_not_load_is_ungradable_and_says_why(checkout: Checkout, name: str) -> None:
    data, words = UNGRADABLE[name]
    checkout.module.write_bytes(data)
    result = checkout.grade("chapter1", "--json")
    assert_card(result, 3)
    assert result.card["status"] == "ungradable"
    assert result.card["points"] == 0
    assert words in result.card["reason"]["message"]
    assert {c["status"] for task in result.card["tasks"] for c in task["checks"]} == {"not_run"}


def test_an_endless_loop_at_import_is_ungradable(checkout: Checkout) -> None:
    checkout.module.write_text("x = 1\nwhile True:\n    x += 1\n", encoding="utf-8")
    result = checkout.grade("chapter1", "--json")
    assert_card(result, 3)
    assert result.card["reason"]["code"] == "TIMEOUT"
    assert result.card["reason"]["where"]["line"] in (2, 3)


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "fifo"])
def test_what_is_no_plain_file_is_ungradable(checkout: Checkout, kind: str) -> None:
    checkout.module.unlink()
    if kind == "folder":
        checkout.module.mkdir()
    elif kind == "link":
        checkout.module.symlink_to(checkout.root / "solutions" / "chapter01_tiny" / "tiny.py")
    elif kind == "fifo":
        os.mkfifo(checkout.module)
    result = checkout.grade("chapter1", "--json")
    assert_card(result, 3)


def test_a_byte_order_mark_and_crlf_are_welcome(checkout: Checkout) -> None:
    checkout.module.write_bytes(b"\xef\xbb\xbf" + checkout.solution.replace("\n", "\r\n").encode())
    assert checkout.grade("chapter1", "--json").card["points"] == 16


@pytest.mark.parametrize(
    "line", ["from numpy import *", "import numpy.testing", "from math import *", "import sysconfig"]
)
def test_every_import_of_numpy_and_the_standard_library_is_fine(checkout: Checkout, line: str) -> None:
    assert checkout.grade_text(f"{line}\n{checkout.solution}").card["points"] == 16


WRONG_USAGE = {
    "no such chapter": (["chapter7"], "No such chapter"),
    "no such option": (["chapter1", "--jsn"], "--json"),
    "bad seed": (["chapter1", "--seed", "x"], "--seed"),
    "seed and secret": (["chapter1", "--seed", "1", "--secret", "s"], "--secret"),
    "submission missing": (["chapter1", "--submission", "nowhere.py"], "nowhere.py"),
    "quiz missing": (["chapter1", "--quiz", "nowhere.toml"], "nowhere.toml"),
    "output folder missing": (["chapter1", "--output", "no/where/card.json"], "cannot be written"),
    "time limit": (["chapter1", "--time-limit", "0"], "--time-limit"),
    "time limit no number": (["chapter1", "--time-limit", "nan"], "--time-limit is a number of seconds"),
    "endless time limit": (["chapter1", "--time-limit", "inf"], "--time-limit is a number of seconds"),
    "negative seed": (["chapter1", "--seed", "-1", "--json"], "--seed"),
    "output into a program": (["chapter1", "--output", "exercises/chapter01_tiny/tiny.py"], "would be lost"),
    "report into a program": (["chapter1", "--pytest-report", "exercises/chapter01_tiny/tiny.py"], "would be lost"),
    "report folder missing": (["chapter1", "--pytest-report", "no/report.json"], "cannot be written"),
    "isolation": (["chapter1", "--isolation", "most"], "--isolation"),
}


@pytest.mark.parametrize("name", WRONG_USAGE)
def test_wrong_usage_is_one_message_and_no_card(checkout: Checkout, name: str) -> None:
    arguments, words = WRONG_USAGE[name]
    result = checkout.grade(*arguments)
    assert (result.status, result.out) == (2, "")
    assert words in result.err
    assert "Traceback" not in result.err
    assert not list((checkout.root / "scorecards").glob("*"))
    assert "NotImplementedError" in checkout.module.read_text(encoding="utf-8")
    assert not (checkout.root / "no").exists()


def test_output_into_a_link_keeps_the_link_and_into_a_device_the_device(checkout: Checkout, tmp_path: Path) -> None:
    card, link = tmp_path / "card.json", tmp_path / "link.json"
    card.touch()
    link.symlink_to(card)
    assert checkout.grade("chapter1", "--output", link).status == 1
    assert link.is_symlink()
    assert json.loads(card.read_text(encoding="utf-8"))["format"] == 1
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)  # so that neither side waits for the other
    try:
        assert checkout.grade("chapter1", "--output", pipe).status == 1
        assert not pipe.is_file()
        assert os.read(end, 1) == b"{"
    finally:
        os.close(end)


def test_a_card_is_written_even_if_nobody_reads_what_is_printed(checkout: Checkout) -> None:
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")}
    read, write = os.pipe()
    os.close(read)
    command = [GRADE, "chapter1", "--output", "card.json"]
    subprocess.run(command, cwd=checkout.root, env=environment, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert json.loads((checkout.root / "card.json").read_text(encoding="utf-8"))["max_points"] == 20


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, {"COLUMNS": "18"}, {"COLUMNS": "0"}], ids=str)
def test_any_terminal_shows_the_points(checkout: Checkout, variables: dict[str, str]) -> None:
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")} | variables
    done = subprocess.run([GRADE, "chapter1"], cwd=checkout.root, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"0 of 20 points" in done.stdout


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_closed_stream_is_none_to_write_to(checkout: Checkout, closed: str) -> None:
    command = f"MICROGRADE_COURSE={checkout.root / 'solutions'} {GRADE} list {closed}>&-"
    done = subprocess.run(["sh", "-c", command], cwd=checkout.root, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_unexpected_exception_is_the_graders_fault_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> None:
        raise KeyError("what a check hides")

    monkeypatch.setattr("grader.cli.exercises.find_course", breaks)
    with pytest.raises(SystemExit) as ended:
        main(["list"])
    assert ended.value.code == 4
    said = capsys.readouterr().err
    assert said.startswith("grade: a fault of the grader, which costs nobody points: KeyError in test_")
    assert "hides" not in said


def test_what_cannot_be_graded_is_called_by_its_own_name(checkout: Checkout, tmp_path: Path) -> None:
    file, quiz = tmp_path / "latin.py", tmp_path / "mine.toml"
    file.write_bytes("# é".encode("latin-1"))
    card = checkout.grade("chapter1", "--submission", file, "--json").card
    assert {check["where"]["file"] for task in card["tasks"] for check in task["checks"] if check["where"]} <= {
        "latin.py"
    }
    assert "latin.py" in card["reason"]["message"]
    quiz.write_text("answers = [", encoding="utf-8")
    result = checkout.grade_text(checkout.solution, "--quiz", quiz)
    assert result.check("q1")["message"].startswith("mine.toml")
    assert [file["path"] for file in result.card["submission"]["files"]] == ["tiny.py", "mine.toml"]


def test_a_checks_own_warnings_show_nobody_its_lines(checkout: Checkout) -> None:
    checks = checkout.root / "solutions" / "chapter01_tiny" / "checks.py"
    text = checks.read_text(encoding="utf-8")
    call = "    counter = student.Counter(start)\n"
    assert call in text
    checks.write_text(text.replace(call, f"    np.float64(1e300) * np.float64(1e300)\n{call}"), encoding="utf-8")
    result = checkout.grade_text(checkout.solution)
    assert result.points()["Counter"] == 4
    assert result.err == ""


def test_a_link_to_nowhere_in_a_folder_is_ungradable(checkout: Checkout, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "tiny.py").symlink_to("nowhere")
    result = checkout.grade("chapter1", "--submission", folder, "--json")
    assert_card(result, 3)
    assert result.card["reason"]["message"] == "tiny.py is a link; hand in the file itself"


def test_outside_a_workspace_the_places_are_listed(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    result = checkout.grade("chapter1", cwd=elsewhere)
    assert (result.status, result.out) == (2, "")
    assert str(elsewhere / "exercises") in result.err
    assert "grade start" in result.err


def test_a_check_that_is_broken_costs_nobody_points(checkout: Checkout) -> None:
    checks = checkout.root / "solutions" / "chapter01_tiny" / "checks.py"
    checks.write_text(checks.read_text().replace("x = float(rng.normal()) + 5.0", "x = 1 / 0"), encoding="utf-8")
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 4)
    assert result.card["status"] == "grader_error"
    assert result.card["points"] is None
    assert "check_double_of_numbers" in result.card["reason"]["message"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('points = 4\ntitle = "Twice', 'points = 5\ntitle = "Twice', "chapter.toml of chapter01_tiny"),
        ('hint = "What is x', 'hnt = "What is x', "Did you mean 'hint'"),
        ('name = "double"', 'name = "doubble"', "doubble"),
    ],
)
def test_a_broken_chapter_is_the_authors_fault(checkout: Checkout, old: str, new: str, words: str) -> None:
    path = checkout.root / "solutions" / "chapter01_tiny" / "chapter.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    result = checkout.grade("chapter1")
    assert (result.status, result.out) == (4, "")
    assert words in result.err


@pytest.mark.parametrize("text", ["no toml at all [", "format = 1\n", "x" * 100_000, "format = 1\n[answers]\nzz = 1\n"])
def test_a_broken_quiz_costs_the_quiz_only(checkout: Checkout, text: str) -> None:
    checkout.module.with_name("quiz.toml").write_text(text, encoding="utf-8")
    result = checkout.grade_text(checkout.solution)
    assert_card(result, 1)
    assert result.card["points"] == 16


def test_two_runs_at_once_both_finish(checkout: Checkout) -> None:
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")}
    runs = [
        subprocess.Popen([GRADE, "chapter1"], cwd=checkout.root, env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [run.wait(timeout=60) for run in runs] == [1, 1]
    for run in runs:
        assert run.stdout is not None
        run.stdout.close()
    json.loads((checkout.root / "scorecards" / "chapter01_tiny.json").read_text(encoding="utf-8"))


def test_list_shows_points_and_the_next_step(checkout: Checkout) -> None:
    checkout.grade("chapter1")
    result = checkout.grade("list")
    assert result.status == 0
    assert "0 / 20" in result.out
    assert "grade chapter1" in result.out


def test_reset_keeps_a_dated_copy(checkout: Checkout) -> None:
    checkout.module.write_text("mine = 1\n", encoding="utf-8")
    assert checkout.grade("reset", "1").status == 0
    assert "NotImplementedError" in checkout.module.read_text(encoding="utf-8")
    copies = list(checkout.module.parent.glob("tiny.*.py"))
    assert [copy.read_text(encoding="utf-8") for copy in copies] == ["mine = 1\n"]


def test_after_a_reset_the_points_of_the_old_file_are_gone(checkout: Checkout) -> None:
    checkout.module.write_text(checkout.solution, encoding="utf-8")
    assert checkout.grade("chapter1").status == 1
    assert " 16 / 20" in checkout.grade("list").out
    assert checkout.grade("reset", "1").status == 0
    assert "  – / 20" in checkout.grade("list").out


def test_start_in_a_chapters_folder_brings_the_workspace_up_to_date(checkout: Checkout) -> None:
    assert checkout.grade("start", cwd=checkout.module.parent).status == 0
    assert not (checkout.module.parent / "exercises").exists()
    assert checkout.grade("start", ".", cwd=checkout.module.parent).status == 0
    assert (checkout.module.parent / "exercises").is_dir()


def test_start_never_overwrites_work(checkout: Checkout, tmp_path: Path) -> None:
    home = tmp_path / "ada"
    home.mkdir()
    assert "grade chapter1" in checkout.grade("start", home).out
    module = home / "exercises" / "chapter01_tiny" / "tiny.py"
    module.write_text("mine = 1\n", encoding="utf-8")
    assert checkout.grade("start", home).status == 0
    assert module.read_text(encoding="utf-8") == "mine = 1\n"


def test_doctor_names_the_isolation_that_a_worker_reaches(checkout: Checkout) -> None:
    result = checkout.grade("doctor")
    assert result.status == 0
    assert "Isolation: level" in result.out
    assert "numpy" in result.out


def listing(checkout: Checkout, stdout: int) -> subprocess.CompletedProcess[bytes]:
    """Return how ``grade list`` ends whose output goes to this descriptor."""
    environment = os.environ | {"MICROGRADE_COURSE": str(checkout.root / "solutions")}
    return subprocess.run(
        [GRADE, "list"], cwd=checkout.root, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written_is_said(checkout: Checkout) -> None:
    with open("/dev/full", "wb") as full:
        done = listing(checkout, full.fileno())
    assert done.returncode == 2
    assert done.stderr.decode() == "grade: the output could not be written: No space left on device\n"


def test_a_reader_that_leaves_ends_the_run_quietly(checkout: Checkout) -> None:
    read, write = os.pipe()
    os.close(read)
    done = listing(checkout, write)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, grader.cli; sys.exit(bool({'numpy', 'pytest', 'sympy', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
