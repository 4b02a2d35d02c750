"""``grade course``: for authors: check the course, release exercises, begin a chapter."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from grader.course import Course, find_course
from grader.errors import UsageError


@click.group()
def course() -> None:
    """Check the course itself, release the exercises, begin a new chapter."""


def authors_course() -> Course:
    """Return the checkout's course.

    Raises:
        UsageError: there is only the installed pack, which holds no solutions.
    """
    found = find_course(Path.cwd())
    if found.kind != "checkout":
        raise UsageError("This needs a checkout of the course with its solutions/; the installed course has none.")
    return found


@course.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[DIR]")
def release(folder: Path | None) -> None:
    """Write the exercises (lesson, stub, quiz) to DIR, by default the checkout's exercises/."""
    from grader.release import release_exercises

    found = authors_course()
    out = folder or found.folder.parent / "exercises"
    for action in release_exercises(found, out):
        if action.verb != "unchanged":
            click.echo(f"{action.verb} {action.path}")
    click.echo(f"{os.path.relpath(out)} is what the solutions say.")


@course.command()
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option(
    "--full", is_flag=True, help="Grade with 20 seeds, and machine-made wrong answers too; goes on from a stop."
)
@click.option("--fresh", is_flag=True, help="With --full: forget what earlier runs found out.")
@click.option("--seeds", type=click.IntRange(1, 100), default=None, help="Grade every answer with N seeds.")
@click.option(
    "--table",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --full: write the figures beside the checks, and their table into FILE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings and figures as JSON.")
def check(
    chapters: tuple[str, ...], full: bool, fresh: bool, seeds: int | None, table: Path | None, as_json: bool
) -> int:  # fmt: skip
    """Grade every answer of known verdict: stubs must score 0, right answers full marks, wrong ones be caught and named.

    Without a chapter all are checked, exercises/ must be what `grade course release` would write, and the README's table
    of figures must be of the checks as they are.
    """
    from grader.audit.accuracy import put_table, stale_figures, write_accuracy
    from grader.audit.check import FULL_SEEDS, Depth, audit_chapters
    from grader.release import diff_exercises
    from grader.report.course_check import print_audits, progress_bar

    found = authors_course()
    chosen = found.select(chapters or ("all",))
    if table is not None and not (full and seeds is None):
        raise UsageError("The table is of a full check: write --full with it, and no --seeds.")
    root = found.folder.parent
    stale = [] if chapters else diff_exercises(found, root / "exercises")
    differences = [f"exercises: {difference} (run `grade course release`)" for difference in stale]
    depth = Depth(seeds or (FULL_SEEDS if full else 1), full, is_fresh=fresh)
    with progress_bar() as show:
        audits = audit_chapters(found, chosen, depth, show)
    if table is not None:
        for chapter, audit in zip(chosen, audits, strict=True):
            write_accuracy(chapter, audit)
        found = authors_course()  # with the figures as they are now
        put_table(table, found)
    elif not chapters:
        remedy = "run `grade course check --full --table README.md`"
        differences += [f"README.md: {line} ({remedy})" for line in stale_figures(root / "README.md", found)]
    if as_json:
        click.echo(json.dumps({"differences": differences, "chapters": [audit.to_dict() for audit in audits]}))
    else:
        print_audits(audits, differences)
    return 1 if differences or any(audit.findings for audit in audits) else 0


@course.command()
@click.argument("name")
def new(name: str) -> None:
    """Begin a chapter: NAME is its module's name, such as `convolution`; the folder passes the check once filled in."""
    from grader.release.scaffold import begin_chapter

    folder = begin_chapter(authors_course(), name)
    click.echo(f"Began {os.path.relpath(folder)}. Fill in what says TODO, then run `grade course check {name}`.")
