"""The course's own check for the person at the terminal: a bar while it runs, then a table and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from grader.audit import ChapterAudit
from grader.report.terminal import make_console


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows how far a chapter's audit is; a bar on a terminal's standard error, else nothing."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bars: dict[str, int] = {}

        def show(chapter: str, done: int, planned: int) -> None:
            if chapter not in bars:
                bars[chapter] = progress.add_task(chapter)
            progress.update(bars[chapter], completed=done, total=planned)  # type: ignore[arg-type]

        yield show


def print_audits(audits: Sequence[ChapterAudit], differences: Sequence[str]) -> None:
    """Print the table of figures and below it every finding.

    Args:
        audits: the chapters' audits.
        differences: what is not as the course says outside of its chapters, a line for each.
    """
    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("chapter", no_wrap=True)
    for heading in ("tasks", "checks", "right", "caught", "named", "mutants", "equal", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for audit in audits:
        mutants = f"{audit.killed}/{audit.mutants}" if audit.mutants else "-"
        table.add_row(
            audit.chapter.removeprefix("chapter"), str(audit.tasks), str(audit.checks), f"{audit.variants_passing}/{audit.variants}",
            f"{audit.caught}/{audit.misconceptions}", f"{audit.named}/{audit.misconceptions}", mutants,
            str(audit.equivalents) if audit.mutants else "-", f"{audit.seconds:.1f}",
        )  # fmt: skip
    console.print(table)
    graded, seconds = sum(audit.graded for audit in audits), sum(audit.seconds for audit in audits)
    console.print(Text(f"{graded} submissions graded, {graded / max(seconds, 0.01):.0f} a second", style="dim"))
    for line in [*differences, *(f"{audit.chapter}: {finding}" for audit in audits for finding in audit.findings)]:
        console.print(Text(line), soft_wrap=True)
