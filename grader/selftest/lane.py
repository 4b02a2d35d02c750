"""One process that grades a part of the hostile programs, one after the other, as a class is graded.

``python -m grader.selftest.lane`` reads what to do as JSON and writes one line of JSON for each program.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.course import Chapter, load_course
from grader.run import Job, Settings, grade
from grader.scorecard import Scorecard
from grader.seeds import secret_source
from grader.selftest.files import MAKERS
from grader.selftest.judging import problems
from grader.selftest.programs import COURSE, RIGHT_QUIZ, Program, read_programs, source_of
from grader.selftest.traps import Traps, descendants
from grader.student.connection import Launcher, WorkerGone
from grader.student.forked import Zygote
from grader.student.launch import make_launcher
from grader.submission import Submission
from grader.verdict import Ungradable
from grader.workspace import read_module, read_quiz

SECRET = b"the selftest's inputs"
Say = Callable[[dict[str, Any]], None]


def main() -> None:
    """Grade what standard input asks for."""
    order = json.loads(sys.stdin.read())
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    by_name = {program.name: program for program in read_programs()}
    programs = [by_name[name] for name in order["programs"]]
    run_lane(programs, order["policy"], order["in_bubblewrap"], Path(order["root"]), say)


def run_lane(programs: Sequence[Program], policy: Mapping[str, Any], in_bubblewrap: bool, root: Path, say: Say) -> None:
    """Grade programs and say of each which problems it showed.

    Args:
        programs: what to grade.
        policy: how workers are confined.
        in_bubblewrap: whether the zygote runs in bubblewrap where that works.
        root: folder to plant things in.
        say: takes ``{"begins": name}`` and then ``{"name": name, "problems": [...], …}``.
    """
    course = load_course(COURSE)
    chapter = course.chapters[0]
    traps = Traps(root)
    try:
        with make_launcher(in_bubblewrap) as launcher:
            lane = Lane(programs, chapter, traps, launcher, say)
            settings = Settings(policy=policy)
            grade(course, lane.jobs(), launcher, settings, lane.take, [chapter])
    finally:
        traps.close()


class Lane:
    """The programs on their way through the grader."""

    def __init__(
        self, programs: Sequence[Program], chapter: Chapter, traps: Traps, launcher: Launcher, say: Say
    ) -> None:
        self.programs = programs
        self.chapter = chapter
        self.traps = traps
        self.launcher = launcher
        self.say = say
        self.program = programs[0]
        self.source = ""
        self.started = 0.0
        self.processes: set[int] | None = None

    def jobs(self) -> Iterator[Job]:
        """Yield a submission for each program, everything planted anew."""
        for number, program in enumerate(self.programs):
            self.program = program
            self.say({"begins": program.name})
            path = self.traps.set_up(number)
            submission = self.hand_in(path)
            self.started = time.monotonic()
            quiz = self.answers(path.with_name("quiz.toml"))
            yield Job(self.chapter, submission, quiz, secret_source(SECRET, submission))

    def hand_in(self, path: Path) -> Submission | Ungradable:
        """Return a program's submission as the grader reads it from its file."""
        program = self.program
        names = self.traps.names() | {
            "CHECKS": str(self.chapter.checks_path),
            "SOLUTION": str(self.chapter.solution_path),
        }
        self.source = "" if program.file else source_of(program, names)
        if program.file:
            MAKERS[program.file](path)
        else:
            path.write_text(self.source, encoding="utf-8")
        for name, text in program.beside.items():
            path.with_name(name).write_text(text.format(**names), encoding="utf-8")
        os.chdir(path.parent)
        return read_module(path)

    def answers(self, path: Path) -> bytes | Ungradable | None:
        """Return a program's quiz as the grader reads it from its file."""
        program = self.program
        if program.quiz_file:
            MAKERS[program.quiz_file](path)
        else:
            path.write_text(RIGHT_QUIZ if program.quiz is None else program.quiz, encoding="utf-8")
        return read_quiz(path)

    def take(self, job: Job, card: Scorecard) -> None:
        """Say what is wrong with a program's card, and what the program left behind."""
        seconds = time.monotonic() - self.started
        if isinstance(self.launcher, Zygote):
            with contextlib.suppress(WorkerGone):
                self.launcher.settle()
        found = [
            *problems(self.program, card, self.source, self.declared(), self.traps.secret, seconds),
            *self.traps.sprung(),
            *self.left_running(),
        ]
        self.say({"name": self.program.name, "problems": found, "seconds": round(seconds, 2),
                  "features": card.run.isolation.features})  # fmt: skip

    def declared(self) -> list[str]:
        """Return the names of all checks and questions."""
        from grader.checks import declared_checks

        checks = declared_checks(sys.modules[f"grader_checks_{self.chapter.name}"])
        return [check.name for check in checks] + [question.id for question in self.chapter.questions]

    def left_running(self) -> Iterator[str]:
        """Yield each process that a worker left."""
        if not isinstance(self.launcher, Zygote):
            return
        running = descendants(self.launcher.process.pid)
        if self.processes is None:
            self.processes = running
        for pid in running - self.processes:
            yield f"left the process {pid}"


if __name__ == "__main__":
    main()
