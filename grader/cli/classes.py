"""``grade class``: a folder of submissions becomes a gradebook."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.gradebooks import opened, require_library, secret_of
from grader.cli.grading import RUN_SECONDS, read_secret
from grader.course import Course, find_course
from grader.errors import UsageError
from grader.text import count_of

if TYPE_CHECKING:
    from grader.classroom.grading import Tally
    from grader.classroom.handed_in import Person, Refused
    from grader.classroom.lanes import Lanes
    from grader.gradebook.intake import Fact

STOPPED = 130  # exit status of a command that Ctrl-C ended
PICKS = ("best", "last", "first")  # those of grader.gradebook.policy, which nobody needs to import for a help text

jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 256), metavar="N", help="Grade N at a time (default: one for each core)."
)


@click.command("class")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[CHAPTER]...")
@click.option("--gradebook", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Where scores are kept; made if it is not there.")  # fmt: skip
@click.option("--roster", type=click.Path(path_type=Path), metavar="FILE",
              help="Who is in the class: a CSV file with the columns id, name, aliases; the gradebook remembers it.")  # fmt: skip
@click.option(
    "--due", multiple=True, metavar="CHAPTER=TIME", help="In time until then, such as 4=2026-11-20T23:59+01:00."
)
@click.option("--pick", type=click.Choice(PICKS), help="Which of several attempts counts (best).")
@click.option(
    "--late", metavar="RULE", help="What lateness costs: none, cutoff, or a percentage a day such as 10% (none)."
)
@jobs_option
@click.option("--secret", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw the checks' inputs from it (default: FILE.secret beside the gradebook; made if not there).")  # fmt: skip
def grade_class(submissions: Path, names: tuple[str, ...], gradebook: Path, roster: Path | None, secret: Path | None,
                due: tuple[str, ...], pick: str | None, late: str | None, jobs: int | None) -> int:  # fmt: skip
    """Grade everything in SUBMISSIONS (a folder, a zip, clones), by default every chapter, into a gradebook.

    The same command again grades what is new, and goes on where it was stopped.
    """
    require_library()
    from grader.classroom.intake import hand_ins
    from grader.gradebook import intake, rules, runs
    from grader.gradebook.policy import Late

    course = find_course()
    chapters = course.select(names or ("all",))
    dues = [parse_due(text, course) for text in due]
    if late is not None:
        Late.parse(late)
    if not os.path.lexists(submissions):
        raise UsageError(f"There is no {submissions}.")
    if not gradebook.parent.is_dir():
        raise UsageError(f"There is no folder {gradebook.parent} for the gradebook {gradebook.name}.")
    facts = hand_ins(submissions, course, chapters, roster or kept_roster(gradebook))
    first = list(islice(facts, 1))  # a wrong folder, roster or gradebook is said before anything is made
    secret = secret_of(gradebook, secret)
    key = read_secret(secret)
    warn_of_readers(secret)
    stop_like_ctrl_c()
    chosen = [chapter.name for chapter in chapters]
    refused: list[Refused] = []
    with lanes_for(course, chosen, key, None, jobs) as lanes:  # they warm up while the submissions are read
        lanes.require_ready()
        with opened(gradebook, make=True) as database:
            database.hold()
            with database.write() as connection:
                intake.enter_class(connection, noting(chain(first, facts), refused), chapters)
                rules.set_policy(connection, pick, late)
                for chapter, moment in dues:
                    rules.set_due(connection, chapter, moment)
                queued = runs.queue_class(connection, chosen, f"secret of {gradebook.name}")
            tally = grade_shown(database, lanes, queued, None)
            if tally is None:
                return STOPPED
            summarise(database, course, chosen, refused, tally.done, gradebook)
    return 0


def noting(facts: Iterable[Fact], refused: list[Refused]) -> Iterator[Fact]:
    """Yield facts and keep those about files that were not used."""
    from grader.classroom.handed_in import Refused

    for fact in facts:
        if isinstance(fact, Refused):
            refused.append(fact)
        yield fact


def kept_roster(gradebook: Path) -> list[Person]:
    """Return who stood on the roster that a gradebook was made with; nobody if there is no gradebook yet."""
    from grader.gradebook.intake import read_roster

    if not gradebook.exists():
        return []
    with opened(gradebook) as database, database.read() as connection:
        return read_roster(connection)


def lanes_for(
    course: Course, chapters: Sequence[str], secret: bytes | None, seed: int | None, jobs: int | None
) -> Lanes:
    """Return lanes that grade these chapters with inputs from a secret or a seed, one for each core unless said."""
    from grader.classroom.lanes import Lanes, settings_of
    from grader.student.launch import usable_cores

    policy = {"level": "kernel", "cpu_seconds": RUN_SECONDS}  # confined by the kernel, or not run at all
    return Lanes(settings_of(course.folder, course.kind, chapters, secret, seed, policy), jobs or usable_cores())


def grade_shown(database: Any, lanes: Lanes, queued: Sequence[int], number: int | None) -> Tally | None:
    """Make the runs and show how far they are; None if it was stopped, which is said.

    Args:
        database: the gradebook.
        lanes: what grades.
        queued: the runs.
        number: their round's, None for all that count.
    """
    from grader.classroom.grading import grade_queued
    from grader.report.progress import ClassProgress

    try:
        with ClassProgress() as progress:
            return grade_queued(database, lanes, queued, lambda tally: progress.show(tally.total, tally.counts))
    except KeyboardInterrupt:
        stopped(database, number, len(queued))
        return None


def parse_due(text: str, course: Course) -> tuple[str, int]:
    """Return the chapter's full name and the second that ``4=2026-11-20T23:59+01:00`` stands for."""
    from grader.gradebook.clock import seconds

    name, equals, time = text.partition("=")
    if not equals:
        raise UsageError(f"--due {text!r} names no chapter; write one like 4=2026-11-20T23:59+01:00.")
    moment = seconds(time)
    assert moment is not None
    return course.chapter(name).name, moment


def warn_of_readers(secret: Path) -> None:
    """Say so if others may read the secret."""
    if os.name == "posix" and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        click.echo(f"grade: others can read {secret}, and with it every input; run: chmod 600 {secret}", err=True)


def stop_like_ctrl_c() -> None:
    """Let a request to end (SIGTERM) be answered like Ctrl-C: nothing is lost."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def stopped(database: Any, number: int | None, queued: int) -> None:
    """Say how far it came and that nothing is lost; number is the round's, None for all that count."""
    from grader.gradebook.runs import count_pending

    with database.read() as connection:
        done = queued - count_pending(connection, number)
    click.echo(f"Stopped: {done} of {queued} are graded and kept. The same command goes on from here.", err=True)


def summarise(
    database: Any, course: Course, chosen: Sequence[str], refused: Sequence[Refused], done: int, gradebook: Path
) -> None:
    """Print what became of the chosen chapters and of the files that were found now."""
    from grader.gradebook import scores
    from grader.report.scores import print_class
    from grader.report.terminal import make_console

    with database.read() as connection:
        rows = [row for row in scores.read_scores(connection) if row.chapter in chosen]
        old = scores.older_checks(connection, {c.name: c.checks_sha256 for c in course.chapters})
    click.echo(f"{done} graded now.")
    print_class(make_console(), rows, [(fact.path, fact.reason) for fact in refused])
    if old:
        are = "is" if old == 1 else "are"
        click.echo(f"{count_of(old, 'score')} {are} by older checks; `grade regrade {gradebook}` shows who would move.")
    click.echo(f"\nScores: grade scores {gradebook}")
