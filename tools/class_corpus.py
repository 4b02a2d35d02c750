"""Grades a class made of the course's own right and wrong answers and of hostile programs, and compares it with each alone.

    python tools/class_corpus.py [CHAPTER…] [--count 1000] [--alone 40] [--kills 0] [--jobs 2] [--seed 1]

Of every answer it is known beforehand what must become of it: full marks, none, or which task loses points and by which
name. The hostile programs are of the first chapter: a hostile function costs its task and those that call it and no other,
and nothing is left of what it tries on disk. --alone are graded once more by ``grade CHAPTER --submission`` in a process
of its own: the cards must be the same but for times. With --kills, so many random processes of the run are killed with
SIGKILL, and the gradebook must be the same as without. Exit status 1 if anything differs.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from grader.audit.findings import findings  # noqa: E402
from grader.audit.specimens import Specimen, callers_of, specimens  # noqa: E402
from grader.audit.verdicts import Verdict  # noqa: E402
from grader.course import Chapter, Course, find_course  # noqa: E402
from grader.gradebook.database import open_database  # noqa: E402
from grader.gradebook.scores import read_cards, read_scores  # noqa: E402
from grader.scorecard import Scorecard  # noqa: E402
from tests.classroom.conftest import differences_of, timeless  # noqa: E402
from tests.classroom.kills import grade_through_kills  # noqa: E402

GRADE = Path(sys.executable).parent / "grade"
CANARIES = "CANARIES"  # stands for a folder in which everybody may write
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
    "writes": "open('CANARIES/written', 'w').write('x')",
    "removes": "import os; os.remove('CANARIES/kept')",
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
    """One student's submission, and the answer that it is."""

    student: str
    chapter: Chapter
    specimen: Specimen
    source: str

    @property
    def shown(self) -> str:
        """What a message calls it."""
        return f"{self.student} of {self.chapter.name}, {self.specimen.kind} {self.specimen.name}"


def hostile(chapter: Chapter) -> Iterator[Specimen]:
    """Yield a chapter's solution with hostile code in one task, and at the top."""
    solution = next(s for s in specimens(chapter) if s.name == "solution")
    task = chapter.tasks[-1].name  # one that few others call: a loop costs its time limit in every check that meets it
    for name, body in IN_A_CALL.items():
        text = f"{solution.source}\n\n\ndef recurse(): return recurse()\n\n\ndef {task}(*args, **kwargs):\n    {body}\n"
        yield Specimen(name, "hostile", text, solution.quiz, task)
    for name, body in AT_THE_TOP.items():
        yield Specimen(name, "hostile", f"{body}\n{solution.source}", solution.quiz)


def make_class(course: Course, names: list[str], count: int, folder: Path, chance: random.Random) -> list[Entry]:
    """Write a class: hostile programs, then every answer at least once if count allows, each with a comment of its own."""
    chapters = course.select(names)
    pool = [(chapter, answer) for chapter in chapters for answer in specimens(chapter)]
    chance.shuffle(pool)
    pool = [*((chapters[0], answer) for answer in hostile(chapters[0])), *pool][:count]
    chance.shuffle(pool)
    canaries = folder / "canaries"
    canaries.mkdir()
    canaries.chmod(0o777)
    (canaries / "kept").touch()
    made = []
    for number in range(count):
        chapter, answer = pool[number % len(pool)]
        source = answer.source.replace(CANARIES, str(canaries)) if answer.kind == "hostile" else answer.source
        entry = Entry(f"s{number:05}", chapter, answer, f"{source}\n# {number}\n")
        place = folder / "handed-in" / entry.student
        place.mkdir(parents=True)
        (place / chapter.file_name).write_text(entry.source, encoding="utf-8")
        (place / "quiz.toml").write_text(answer.quiz, encoding="utf-8")
        made.append(entry)
    return made


def cards_in(path: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the cards of a gradebook by student and chapter."""
    database = open_database(path, make=False)
    try:
        with database.read() as connection:
            found = read_cards(connection, read_scores(connection))
            return {(score.student, score.chapter): card for score, card in found if card is not None}
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


def unexpected(entry: Entry, card: dict[str, Any]) -> Iterator[str]:
    """Yield what should not have become of an answer."""
    answer = entry.specimen
    if answer.kind != "hostile":
        yield from findings(answer, Verdict.of(Scorecard.from_dict(card), entry.chapter))
    elif not answer.task:
        if (card["status"], card["points"]) != ("ungradable", 0):
            yield f"{card['status']}, {card['points']} points"
    elif card["status"] != "graded":
        yield f"{card['status']}: {card['reason']}"
    else:
        callers = callers_of(entry.chapter, answer.source.rpartition(f"def {answer.task}(")[0])[answer.task]
        for task in card["tasks"]:
            if task["name"] == answer.task and task["points"]:
                yield f"{answer.task} has {task['points']} points"
            elif task["name"] not in {answer.task, *callers} and task["points"] != task["max_points"]:
                yield f"{task['name']} loses points and does not call {answer.task}"


def differences(folder: Path, made: list[Entry], sample: list[Entry], jobs: int) -> Iterator[str]:
    """Yield what is not as it must be; jobs of the sample are graded at a time."""
    cards = cards_in(folder / "class.db")
    for entry in made:
        card = cards.get((entry.student, entry.chapter.name))
        for problem in ["no scorecard"] if card is None else unexpected(entry, card):
            yield f"{entry.shown}: {problem}"
    with ThreadPoolExecutor(jobs) as pool:
        cards_alone = list(pool.map(lambda entry: alone(entry, folder), sample))
    for entry, by_itself in zip(sample, cards_alone, strict=True):
        together = cards.get((entry.student, entry.chapter.name))
        if together is not None:
            by_itself["submission"] |= {
                "student": entry.student,
                "submitted_at": together["submission"]["submitted_at"],
            }
        yield from differences_of(together and timeless(together), by_itself, f"{entry.shown}, alone")
    left = sorted(path.name for path in (folder / "canaries").iterdir())
    if left != ["kept"]:
        yield f"the folder that everybody may write to holds {left}"


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
        folder.chmod(0o755)  # what it holds is kept from a submission by the sandbox alone
        made = make_class(course, arguments.chapters or ["all"], arguments.count, folder, chance)
        (folder / "secret").write_text("the secret of a class that nobody is in")
        (folder / "secret").chmod(0o600)
        problems = grade(folder, arguments, chance)
        sample = chance.sample(made, min(arguments.alone, len(made)))
        problems += differences(folder, made, sample, arguments.jobs)
    for problem in problems:
        print(problem)
    count = sum(entry.specimen.kind == "hostile" for entry in made)
    print(f"{len(made)} submissions, {count} of them hostile; {arguments.alone} graded alone as well: "
          f"{len(problems)} problems")  # fmt: skip
    return 1 if problems else 0


def grade(folder: Path, arguments: argparse.Namespace, chance: random.Random) -> list[str]:
    """Grade the class, and once more under fire if that was asked for; return what differs then."""
    options = ["--secret", str(folder / "secret"), "--jobs", str(arguments.jobs)]
    command = [str(GRADE), "class", str(folder / "handed-in"), *arguments.chapters, *options, "--gradebook"]
    started = time.monotonic()
    subprocess.run([*command, str(folder / "class.db")], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    print(f"graded in {seconds:.0f} s, {arguments.count / seconds:.1f} a second", flush=True)
    if not arguments.kills:
        return []
    pause = seconds / arguments.kills
    under_fire = [*command, str(folder / "killed.db")]
    kills: Counter[str] = grade_through_kills(
        under_fire, os.environ, arguments.kills, (0.2 * pause, 1.2 * pause), chance, timeout=20 * seconds + 60
    )
    print(f"killed: {dict(kills)}", flush=True)
    calm, killed = (
        {key: timeless(card) for key, card in cards_in(folder / name).items()} for name in ("class.db", "killed.db")
    )
    problems = differences_of(calm, killed, "after kills")
    verified = subprocess.run(
        [GRADE, "verify", folder / "killed.db"], capture_output=True, text=True, check=False
    ).stdout
    if not verified.startswith(f"{arguments.count} runs recomputed, 0 problems"):
        problems.append(f"after kills: {verified}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
