"""How often a chapter's checks are right: the figures beside the checks, and the table in the README."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from grader.audit import ChapterAudit
from grader.course import ACCURACY_FILE, Chapter, Course
from grader.errors import UsageError
from grader.release import write_file

BEGIN, END = "<!-- accuracy: made by `grade course check --full --table README.md` -->", "<!-- accuracy: end -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
_HEADINGS = (
    "chapter", "checks", "right answers with full marks", "wrong answers caught", "called by their name",
    "mutants caught", "mutants equal to the solution", "hash of the checks",
)  # fmt: skip
SHOWN = 8  # digits of the hash: enough to tell two states of a chapter's checks apart


def write_accuracy(chapter: Chapter, audit: ChapterAudit) -> None:
    """Write the figures of a full audit beside the checks that they are of."""
    figures = {
        "checks_sha256": audit.checks_sha256,
        "tasks": audit.tasks,
        "checks": audit.checks,
        "right": [audit.variants_passing, audit.variants],
        "caught": [audit.caught, audit.misconceptions],
        "named": [audit.named, audit.misconceptions],
        "mutants": [audit.killed, audit.mutants],
        "equal": audit.equivalents,
        "seeds": audit.seeds,
    }
    write_file(chapter.folder / ACCURACY_FILE, (json.dumps(figures, indent=1) + "\n").encode())


def accuracy_table(chapters: Sequence[Chapter]) -> str:
    """Return the chapters' figures as a Markdown table; a chapter without figures of its checks has an empty row."""
    rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(_row(chapter) for chapter in chapters)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(chapter: Chapter) -> tuple[str, ...]:
    figures = chapter.accuracy
    if not figures:
        return (chapter.short_name, *("" for _ in _HEADINGS[1:]))
    shares = ["/".join(map(str, figures[key])) for key in ("right", "caught", "named", "mutants")]
    return (
        chapter.short_name,
        str(figures["checks"]),
        *shares,
        str(figures["equal"]),
        f"`{chapter.checks_sha256[:SHOWN]}`",
    )


def put_table(readme: Path, course: Course) -> None:
    """Write the table between its two marks.

    Raises:
        UsageError: the file has no marks.
    """
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    if not _BLOCK.search(text):
        raise UsageError(
            f"{readme} has no place for the table: write the lines {BEGIN!r} and {END!r} where it belongs."
        )
    block = f"{BEGIN}\n{accuracy_table(course.chapters)}\n{END}"
    write_file(readme, _BLOCK.sub(lambda match: block, text).encode())


def stale_figures(readme: Path, course: Course) -> list[str]:
    """Return a line for each chapter whose row in a README's table is not of the checks as they are now.

    A README without the table, or none, has nothing to be wrong.
    """
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    block = _BLOCK.search(text)
    if block is None:
        return []
    wanted = accuracy_table(course.chapters).split("\n")[2:]
    there = set(block[0].split("\n"))
    return [
        f"the figures of {chapter.short_name} are not of its checks as they are now"
        for chapter, row in zip(course.chapters, wanted, strict=True)
        if row not in there or not chapter.accuracy
    ]
