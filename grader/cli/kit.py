"""``grade kit``: what a class is given."""

from __future__ import annotations

from pathlib import Path

import click

from grader.course import find_course
from grader.release.kit import check_kit, write_kit
from grader.text import count_of


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--check", is_flag=True, help="Write nothing; prove that OUT holds a kit and nothing else.")
def kit(out: Path, check: bool) -> int:
    """Write what a class is given into the folder OUT: exercises, a README and the packed course, and check it."""
    course = find_course()
    if not check:
        click.echo(f"Wrote {count_of(write_kit(course, out), 'file')} to {out}.")
    problems = check_kit(course, out)
    for problem in problems:
        click.echo(problem)
    searched = "; no answer of the course is in it" if course.kind == "checkout" else ""
    if not problems:
        click.echo(f"{out} holds the exercises, a README and the packed course, and nothing else{searched}.")
    return 1 if problems else 0
