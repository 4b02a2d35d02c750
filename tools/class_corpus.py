"""Grades a class made of the course's own right and wrong answers and of hostile programs, and compares it with each alone.

    python tools/class_corpus.py [CHAPTER…] [--count 1000] [--alone 40] [--kills 0] [--jobs 2] [--seed 1]

Right answers must have full marks, stubs none; of all, --alone are graded once more by ``grade CHAPTER --submission`` in a
process of its own: the cards must be the same but for times. With --kills, so many random processes of the run are killed
with SIGKILL, and the gradebook must be the same as without. Exit status 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from grader.audit.specimens import specimens  # noqa: E402
from grader.course import Chapter, Course, find_course  # noqa: E402
from grader.gradebook.database import open_database  # noqa: E402
from grader.gradebook.scores import read_cards, read_scores  # noqa: E402
from tests.classroom.conftest import timeless  # noqa: E402
from tests.classroom.kills import grade_through_kills  # noqa: E402

GRADE = Path(sys.executable).parent / "grade"
IN_A_CALL = {
    "exits": "import os; os._exit(0)",
    "leaves": "import sys; sys.exit(0)",
    "loops": "while True: pass",
    "swallows": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "recurses": "return recurse()",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "aborts": "import os; os.abort()",
    "allocates": "return np.ones(2**40)",
    "hoards": "hoard = []\n    while True: hoard.append(bytearray(2**24))",
    "forks": "import os\n    while True: os.fork()",
    "reads": "return open('/etc/passwd').read()",
    "writes": "open('canary', 'w').write('x')",
    "connects": "import socket; socket.create_connection(('127.0.0.1', 80), 1)",
    "kills": "import os; os.kill(os.getppid(), 9)",
    "talks": "import os; os.write(3, b'mgw1' * 100)",
    "prints": "print('x' * 10**7)",
}
AT_THE_TOP = {
    "exits at once": "import os; os._exit(0)",
    "raises": "raise RuntimeError('no')",
    "loops at once": "while True: pass",
    "no Python": "def (:",
    "asks for pandas": "import pandas",
}


@dataclass(frozen=True)
class Entry:
    """One student's submission and, where it is known beforehand, its points."""

    student: str
    chapter: Chapter
    source: str
    quiz: str
    points: int | None


def entries(chapter: Chapter) -> Iterator[tuple[str, str, str, int | None]]:
    """Yield kind, text, quiz and known points of every answer there is to a chapter."""
    for specimen in specimens(chapter):
        known = {"stub": 0, "right": chapter.max_points}.get(specimen.kind)
        yield f"{specimen.kind} {specimen.name}", specimen.source, specimen.quiz, known
    solution = next(s for s in specimens(chapter) if s.name == "solution")
    task = chapter.tasks[0].name
    for name, body in IN_A_CALL.items():
        text = f"{solution.source}\n\n\ndef recurse(): return recurse()\n\n\ndef {task}(*args, **kwargs):\n    {body}\n"
        yield f"hostile {name}", text, solution.quiz, None
    for name, body in AT_THE_TOP.items():
        yield f"hostile {name}", f"{body}\n{solution.source}", solution.quiz, 0


def make_class(course: Course, names: list[str], count: int, folder: Path, chance: random.Random) -> list[Entry]:
    """Write a class: every answer at least once if count allows, each text with a comment of its own."""
    pool = [(chapter, *entry) for chapter in course.select(names) for entry in entries(chapter)]
    chance.shuffle(pool)
    made = []
    for number in range(count):
        chapter, kind, source, quiz, points = pool[number % len(pool)]
        entry = Entry(f"s{number:05}", chapter, f"{source}\n# {kind} {number}\n", quiz, points)
        place = folder / entry.student
        place.mkdir(parents=True)
        (place / chapter.file_name).write_text(entry.source, encoding="utf-8")
        (place / "quiz.toml").write_text(entry.quiz, encoding="utf-8")
        made.append(entry)
    return made


def cards_in(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the cards of a gradebook by student and chapter, without times."""
    database = open_database(path, make=False)
    try:
        with database.read() as connection:
            found = read_cards(connection, read_scores(connection))
            return {(score.student, score.chapter): timeless(card) for score, card in found if card is not None}
    finally:
        database.close()


def alone(entry: Entry, folder: Path) -> dict[str, Any]:
    """Return the card of one submission from a process of its own."""
    place = folder / "handed-in" / entry.student
    options = ["--submission", str(place / entry.chapter.file_name), "--secret", str(folder / "secret")]
    command = [str(GRADE), entry.chapter.name, *options, "--isolation", "kernel", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    card: dict[str, Any] = timeless(json.loads(done.stdout))
    return card


def differences(folder: Path, made: list[Entry], sample: list[Entry]) -> Iterator[str]:
    """Yield what is not as it must be."""
    cards = cards_in(folder / "class.db")
    for entry in made:
        card = cards.get((entry.student, entry.chapter.name))
        if card is None:
            yield f"{entry.student} ({entry.source.splitlines()[-1]}): no scorecard"
        elif card["status"] == "grader_error" or entry.points not in (None, card["points"]):
            yield f"{entry.student} ({entry.source.splitlines()[-1]}): {card['status']}, {card['points']} points"
    for entry in sample:
        together, by_itself = cards.get((entry.student, entry.chapter.name)), alone(entry, folder)
        if together is not None:
            by_itself["submission"] |= {
                "student": entry.student,
                "submitted_at": together["submission"]["submitted_at"],
            }
        if together != by_itself:
            yield f"{entry.student} ({entry.source.splitlines()[-1]}): another card alone"


def main() -> int:
    """Grade, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--alone", type=int, default=40)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    course = find_course(ROOT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make_class(course, arguments.chapters or ["all"], arguments.count, folder / "handed-in", chance)
        (folder / "secret").write_text("the secret of a class that nobody is in")
        (folder / "secret").chmod(0o600)
        problems = grade(folder, arguments, chance)
        problems += differences(folder, made, chance.sample(made, min(arguments.alone, len(made))))
    for problem in problems:
        print(problem)
    print(f"{len(made)} submissions, {arguments.alone} of them alone as well: {len(problems)} problems")
    return 1 if problems else 0


def grade(folder: Path, arguments: argparse.Namespace, chance: random.Random) -> list[str]:
    """Grade the class, and once more under fire if that was asked for; return what differs then."""
    options = ["--secret", str(folder / "secret"), "--jobs", str(arguments.jobs)]
    command = [str(GRADE), "class", str(folder / "handed-in"), *arguments.chapters, *options, "--gradebook"]
    started = time.monotonic()
    subprocess.run([*command, str(folder / "class.db")], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    print(f"graded in {seconds:.0f} s, {arguments.count / seconds:.1f} a second")
    if not arguments.kills:
        return []
    pause = seconds / arguments.kills
    under_fire = [*command, str(folder / "killed.db")]
    kills: Counter[str] = grade_through_kills(
        under_fire, os.environ, arguments.kills, (0.2 * pause, 1.2 * pause), chance, timeout=20 * seconds + 60
    )
    print(f"killed: {dict(kills)}")
    calm, killed = cards_in(folder / "class.db"), cards_in(folder / "killed.db")
    return [
        f"{key}: another card after kills" for key in calm.keys() | killed.keys() if calm.get(key) != killed.get(key)
    ]


if __name__ == "__main__":
    sys.exit(main())
