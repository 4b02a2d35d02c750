"""``grade scores``, ``regrade``, ``override`` and ``verify``: what a gradebook says, and how it is corrected."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.classes import PICKS, STOPPED, grade_shown, jobs_option, lanes_for, stop_like_ctrl_c
from grader.cli.gradebooks import opened, secret_of
from grader.cli.grading import read_secret, refuse_two_sources, seed_option, write_whole
from grader.course import Course, find_course
from grader.errors import UsageError, did_you_mean
from grader.text import count_of

if TYPE_CHECKING:
    from grader.gradebook.database import Connection
    from grader.gradebook.scores import Score

FORMATS = ("table", "csv", "json", "long-csv", "junit")


@click.command()
@click.argument("gradebook", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[CHAPTER]...")
@click.option("--format", "form", type=click.Choice(FORMATS),
              help="csv: a row for each student and chapter; long-csv: for each check (default: table).")  # fmt: skip
@click.option("--sort", type=click.Choice(["student", "name", "points"]), default="student", show_default=True)
@click.option("--missing", is_flag=True, help="Only those who have not handed in every chapter (of those named).")
@click.option("--student", metavar="ID", help="One student only; the scorecards, unless a format is named.")
@click.option(
    "--feedback", type=click.Path(path_type=Path), metavar="DIR", help="Write a Markdown file for each student."
)
@click.option(
    "--items", is_flag=True, help="How each check does: share that passes, correlation, misconceptions, time."
)
@click.option("--pick", type=click.Choice(PICKS), help="Count another attempt than the gradebook's policy does.")
@click.option("--late", metavar="RULE", help="Take off for lateness: none, cutoff, or a percentage a day such as 10%.")
def scores(gradebook: Path, names: tuple[str, ...], form: str | None, sort: str, missing: bool, student: str | None,
           feedback: Path | None, items: bool, pick: str | None, late: str | None) -> int:  # fmt: skip
    """Show the scores in GRADEBOOK, of all chapters or those named."""
    from grader.gradebook.rules import find_student
    from grader.gradebook.scores import read_scores

    refuse_two_views({"--format": form, "--feedback": feedback, "--items": items})
    with opened(gradebook) as database, database.read() as connection:
        rows = select_chapters(read_scores(connection, pick, late), names)
        if missing:
            behind = {row.student for row in rows if row.status == "missing"}
            rows = [row for row in rows if row.student in behind]
        if student is not None:
            find_student(connection, student)
            rows = [row for row in rows if row.student == student]
        if feedback is not None:
            return write_feedback(connection, rows, feedback)
        if items:
            return show_items(connection, rows)
        if student is not None and form is None:
            return show_student(connection, rows)
        show(connection, rows, form or "table", sort)
    return 0


def refuse_two_views(asked: Mapping[str, Any]) -> None:
    """Raise UsageError if more than one of the options is there that each show scores in a way of their own."""
    named = [option for option, value in asked.items() if value]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} show scores in different ways; give one of them at a time.")


def select_chapters(rows: list[Score], names: Iterable[str]) -> list[Score]:
    """Return the scores of the chapters called ``4``, ``chapter4``, ``backward_pass`` or by their full names.

    Raises:
        UsageError: the gradebook has no scores of one.
    """
    there = sorted({row.chapter for row in rows})
    wanted = set()
    for name in names:
        text = name.strip().lower().replace("-", "_")
        fits = [chapter for chapter in there if text in called(chapter)]
        if not fits:
            close = did_you_mean(text, [word for chapter in there for word in called(chapter)])
            raise UsageError(
                f"This gradebook has no scores of {name!r}.{close} It has {', '.join(there) or 'none yet'}."
            )
        wanted.update(fits)
    return [row for row in rows if row.chapter in wanted] if wanted else rows


def called(chapter: str) -> tuple[str, ...]:
    """Return what a chapter can be called."""
    number, _, module = chapter.removeprefix("chapter").partition("_")
    plain = number.lstrip("0") or "0"
    return (chapter, module, number, plain, f"chapter{plain}", f"chapter{number}")


def show(connection: Connection, rows: list[Score], form: str, sort: str) -> None:
    """Print scores in one of the formats."""
    from grader.gradebook.scores import read_cards, read_check_rows

    if form == "table":
        from grader.report.scores import print_scores
        from grader.report.terminal import make_console

        print_scores(make_console(), rows, sort)
        return
    if form == "junit":
        from grader.report.junit import junit_xml

        emit([junit_xml(read_cards(connection, rows))])
        return
    from grader.report import sheets

    if form == "long-csv":
        emit(sheets.checks_csv(read_check_rows(connection, rows)))
    else:
        emit([sheets.scores_csv(rows) if form == "csv" else sheets.scores_json(rows) + "\n"])


def emit(parts: Iterable[str]) -> None:
    """Write text to standard output as UTF-8 with its line ends as they are, whatever the console's encoding is."""
    for part in parts:
        sys.stdout.buffer.write(part.encode())
    sys.stdout.flush()


def show_student(connection: Connection, rows: list[Score]) -> int:
    """Print one student's scorecards."""
    from grader.gradebook.scores import read_cards
    from grader.report.scores import print_reasons, print_scores
    from grader.report.terminal import make_console, print_scorecard
    from grader.scorecard import Scorecard

    console = make_console()
    for score, card in read_cards(connection, rows):
        if card is not None:
            print_scorecard(console, Scorecard.from_dict(card), score.name, {})
            console.print()
    print_scores(console, rows, "student")
    print_reasons(console, rows)
    return 0


def write_feedback(connection: Connection, rows: list[Score], folder: Path) -> int:
    """Write a file for each student into a folder."""
    from itertools import groupby

    from grader.gradebook.scores import read_cards
    from grader.report.feedback import feedback, file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{folder} is a file; name a folder.") from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}.") from None
    count = 0
    for student, mine in groupby(read_cards(connection, rows), key=lambda pair: pair[0].student):
        cards = list(mine)
        write_whole(folder / file_name(student), feedback(cards[0][0].name, cards))
        count += 1
    click.echo(f"Wrote {count_of(count, 'file')} to {folder}.")
    return 0


def show_items(connection: Connection, rows: list[Score]) -> int:
    """Print the item analysis."""
    from grader.gradebook.items import analyse
    from grader.gradebook.scores import read_check_rows
    from grader.report.items import print_items
    from grader.report.terminal import make_console

    print_items(make_console(), analyse(read_check_rows(connection, rows)))
    return 0


@click.command()
@click.argument("gradebook", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[CHAPTER]...")
@click.option("--apply", "is_applied", is_flag=True, help="Let the new scores count.")
@seed_option
@click.option("--secret", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw them from this file (default: the gradebook's secret).")  # fmt: skip
@jobs_option
def regrade(gradebook: Path, names: tuple[str, ...], is_applied: bool, seed: int | None, secret: Path | None,
            jobs: int | None) -> int:  # fmt: skip
    """Grade everything in GRADEBOOK again, by today's checks, and show who would move; --apply keeps it."""
    refuse_two_sources(seed, secret)
    course = find_course()
    with opened(gradebook) as database:
        database.hold()
        chosen = regraded_chapters(database, course, names)
        key = None if seed is not None else read_secret(secret_of(gradebook, secret))
        stop_like_ctrl_c()
        number = run_again(database, course, chosen, key, seed, jobs)
        return STOPPED if number is None else show_moves(database, number, gradebook, is_applied)


def regraded_chapters(database: Any, course: Course, names: tuple[str, ...]) -> list[str]:
    """Return the chapters to grade again: those named, else all that the gradebook has."""
    from grader.gradebook.scores import read_scores

    with database.read() as connection:
        there = sorted({row.chapter for row in select_chapters(read_scores(connection), names)})
    gone = [name for name in there if name not in course.names]
    if gone:
        raise UsageError(f"The course in use has no {', '.join(gone)}; name the chapters to grade again.")
    if not there:
        raise UsageError("This gradebook holds no submission.")
    return there


def run_again(
    database: Any, course: Course, chosen: list[str], key: bytes | None, seed: int | None, jobs: int | None
) -> int | None:
    """Make the runs of a regrade and return the round's number, or None if it was stopped."""
    from grader.gradebook import runs
    from grader.seeds import fingerprint

    inputs = f"seed {seed}" if key is None else f"secret {fingerprint(key)}"
    hashes = [course.chapter(name).checks_sha256 for name in chosen]
    with lanes_for(course, chosen, key, seed, jobs) as lanes:
        lanes.require_ready()
        with database.write() as connection:
            number, queued = runs.queue_regrade(connection, chosen, " ".join([inputs, *hashes]))
        return None if grade_shown(database, lanes, queued, number) is None else number


def show_moves(database: Any, number: int, gradebook: Path, is_applied: bool) -> int:
    """Print who moves, and let the round count if that was asked for; 1 if somebody would move and it was not."""
    from grader.gradebook import regrade, runs
    from grader.report.moves import print_moves
    from grader.report.terminal import make_console

    with database.read() as connection:
        moves = regrade.read_moves(connection, number)
    print_moves(make_console(), moves)
    if is_applied:
        with database.write() as connection:
            runs.apply_round(connection, number)
        click.echo("The new scores count; the old ones stay in the history.")
    elif moves:
        click.echo(f"Nothing is changed yet: `grade regrade {gradebook} --apply` (with the same options) keeps this.")
    return 1 if moves and not is_applied else 0


@click.command()
@click.argument("gradebook", type=click.Path(path_type=Path))
@click.argument("student")
@click.argument("chapter")
@click.argument("points", metavar="POINTS")
@click.option("--reason", required=True, help="Why; it is kept and shown.")
@click.option("--by", metavar="NAME", help="Who decides it (default: who runs this).")
def override(gradebook: Path, student: str, chapter: str, points: str, reason: str, by: str | None) -> int:
    """Give STUDENT these POINTS for CHAPTER, whatever was graded; POINTS `none` takes that back."""
    from grader.gradebook.rules import give_points
    from grader.gradebook.scores import read_scores

    given = None if points.lower() == "none" else whole(points)
    with opened(gradebook) as database:
        with database.read() as connection:
            name = select_chapters(read_scores(connection), (chapter,))[0].chapter
        with database.write() as connection:
            give_points(connection, student, name, given, reason, by or person())
    shown = "the graded points count again" if given is None else f"{given} points count now"
    click.echo(f"{student}, {name}: {shown}.")
    return 0


def whole(text: str) -> int:
    """Return the whole number in a text; raises UsageError for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise UsageError(
            f"{text!r} is no number of points; write a whole number from 0, or none to take an override back."
        )
    return int(text)


def person() -> str:
    """Return who runs this command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


@click.command()
@click.argument("gradebook", type=click.Path(path_type=Path))
def verify(gradebook: Path) -> int:
    """Recompute every total and every hash in GRADEBOOK."""
    from grader.gradebook.verify import verify as recompute

    with opened(gradebook) as database:
        ended, problems = recompute(database)
    for problem in problems:
        click.echo(problem)
    click.echo(f"{count_of(ended, 'run')} recomputed, {count_of(len(problems), 'problem')}.")
    return 1 if problems else 0
