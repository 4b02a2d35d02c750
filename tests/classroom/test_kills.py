"""Whatever is killed, the gradebook is the same at the end: everything graded once, nobody marked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.course import Course
from grader.gradebook import tables
from grader.gradebook.database import open_database
from tests.classroom.conftest import KINDS, cards_of, differences_of, redefined, scores_of
from tests.classroom.kills import below, children, grade_through_kills
from tests.conftest import GRADE

SLOW = "import time\n_double = double\ndef double(x):\n    time.sleep(0.02)\n    return _double(x)"
SECRET = "a secret of a class in a test"
STUDENTS = 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of students' folders; every seventh program crashes or cannot be read."""
    for number in range(STUDENTS):
        place = tmp_path / "handed-in" / f"s{number:02}"
        place.mkdir(parents=True)
        kind = {3: "crashes", 5: "no Python"}.get(number % 7)
        text = KINDS[kind][0] if kind else redefined(SLOW)
        (place / "tiny.py").write_text(f"# {number}\n{text}", encoding="utf-8")
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    return tmp_path


def command(folder: Path, gradebook: str) -> list[str]:
    """Return the command that grades the folder."""
    names = ["handed-in", "--gradebook", gradebook, "--secret", "secret"]
    places = [str(folder / name) if not name.startswith("-") else name for name in names]
    return [str(GRADE), "class", *places, "--jobs", "2"]


def environment(course: Course) -> dict[str, str]:
    return os.environ | {"MICROGRADE_COURSE": str(course.folder)}


def ended(path: Path) -> dict[int, tuple[int, str]]:
    """Return when each run of a gradebook ended, and its card's hash."""
    database = open_database(path, make=True)
    with database.read() as connection:
        table = tables.run.c
        query = select(table.submission_id, table.finished_at, table.card_sha256).where(table.state == "done")
        found = {row.submission_id: (row.finished_at, row.card_sha256) for row in connection.execute(query)}
    database.close()
    return found


def test_ten_kills_leave_no_trace(tiny: Course, folder: Path) -> None:
    chance = random.Random(os.environ.get("MICROGRADE_KILL_SEED", "8"))
    kept: dict[int, tuple[int, str]] = {}

    def look() -> None:
        now = ended(folder / "killed.db")
        assert kept.items() <= now.items()  # what was graded is not graded again
        kept.update(now)

    kills = grade_through_kills(command(folder, "killed.db"), environment(tiny), 10, (0.05, 0.4), chance, look, 240)
    assert kills.total() == 10
    look()
    assert len(kept) == STUDENTS
    subprocess.run(command(folder, "calm.db"), env=environment(tiny), check=True, capture_output=True, timeout=120)
    calm, killed = (open_database(folder / name, make=False) for name in ("calm.db", "killed.db"))
    one, other = cards_of(calm), cards_of(killed)
    assert [d for student in one for d in differences_of(one[student], other[student], student)] == []
    points = {student: (s.status, s.points) for student, s in scores_of(calm).items()}
    assert points == {student: (s.status, s.points) for student, s in scores_of(killed).items()}
    assert {status for status, _ in points.values()} == {"graded", "ungradable"}
    for database in (calm, killed):
        database.close()


def heed_interrupts() -> None:
    """Take Ctrl-C again in a new process; what a script runs in the background is started without."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_is_clean_and_the_same_command_goes_on(tiny: Course, folder: Path, number: int) -> None:
    process = subprocess.Popen(
        command(folder, "class.db"), env=environment(tiny), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_interrupts,
    )  # fmt: skip
    wait_for_results(folder / "class.db", 5)
    started = below(process.pid)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "of 40 are graded and kept. The same command goes on from here." in errors
    assert "Traceback" not in errors
    assert still_running(started) == []
    before = ended(folder / "class.db")
    assert 5 <= len(before) < STUDENTS
    done = subprocess.run(
        command(folder, "class.db"), env=environment(tiny), capture_output=True, text=True, check=True
    )
    assert f"{STUDENTS - len(before)} graded now." in done.stdout
    assert before.items() <= ended(folder / "class.db").items()


def test_nothing_runs_on_when_the_coordinator_is_killed(tiny: Course, folder: Path) -> None:
    process = subprocess.Popen(
        command(folder, "class.db"), env=environment(tiny), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for_results(folder / "class.db", 2)
    started = below(process.pid)
    assert len(children(process.pid)) == 2
    process.kill()
    process.wait()
    assert still_running(started) == []


def wait_for_results(path: Path, count: int) -> None:
    """Return when a gradebook has some results."""
    deadline = time.monotonic() + 60
    while not path.exists() or not path.stat().st_size or len(ended(path)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def still_running(pids: list[int], seconds: float = 10) -> list[int]:
    """Return which processes run on when they have had time to end: the kernel ends a killed one in its own time."""
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def is_running(pid: int) -> bool:
    """Return whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
