"""How far a class is, on the terminal: a bar with rate, time left and counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

WORDS = {"graded": "graded", "ungradable": "cannot be run", "grader_error": "to look at"}


class ClassProgress:
    """A progress bar on standard error; nothing where that is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)
        self.progress = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("· left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[counts]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.task = self.progress.add_task("class", total=None, rate="", counts="")

    def __enter__(self) -> ClassProgress:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def show(self, total: int, counts: Mapping[str, int]) -> None:
        """Show how many of how many have ended, and how."""
        done = sum(counts.values())
        elapsed = self.progress.tasks[0].elapsed or 0.0
        rate = f"{done / elapsed:.1f}/s" if done and elapsed > 0 else ""
        shown = ", ".join(f"{counts[status]} {word}" for status, word in WORDS.items() if counts.get(status))
        self.progress.update(self.task, total=total, completed=done, rate=rate, counts=shown)
