"""What `grade selftest` found, for the person at the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from grader.report.terminal import indented, is_unicode, plain

TITLES = {
    "leaving": "leave early",
    "forging": "forge the verdict",
    "comparing": "fool the comparison",
    "reading": "read or touch what is not theirs",
    "special": "look right where they are looked at",
    "exhausting": "use up time, memory, processes, files",
    "hiding": "act on whoever reads their words",
    "files": "are no file, or hard to read",
    "quizzes": "attack through quiz answers",
}
"""Kind of program to what its programs do."""


def print_isolation(console: Console, report: Mapping[str, Any]) -> None:
    """Print the level that workers reach, their layers, and what each probe found."""
    is_kernel = report["level"] == "kernel"
    console.print(Text.assemble("Isolation: level ", (report["level"], "bold green" if is_kernel else "bold red")))
    indented(console, ", ".join(report["features"]), 2, "dim")
    console.print()
    width = max((len(probe) for probe in report["blocked"]), default=0)
    for probe, is_blocked in report["blocked"].items():
        found = ("blocked", "green") if is_blocked else ("OPEN", "yellow" if is_kernel else "red")
        console.print(Text.assemble("  ", mark(console, is_blocked), " ", probe.ljust(width), "  ", found))
    for step, reason in report["failed"].items():
        indented(console, f"not reached: {step}: {reason}", 2, "red")


def watched(console: Console, outcomes: Iterable[Any], total: int) -> list[Any]:
    """Return all outcomes, with a bar that grows with each where there is a terminal."""
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("  grading hostile programs", total=total)
        found = []
        for outcome in outcomes:
            found.append(outcome)
            progress.advance(bar)
    return found


def print_outcomes(console: Console, outcomes: Sequence[Any], seconds: float) -> None:
    """Print how many programs of each kind were survived, each that was not with its problems, and the sum."""
    console.print()
    console.print(Text("Hostile programs that …", "bold"))
    kinds = [kind for kind in TITLES if any(outcome.kind == kind for outcome in outcomes)]
    for kind in kinds:
        those = [outcome for outcome in outcomes if outcome.kind == kind]
        survived = sum(outcome.survived for outcome in those)
        line = Text.assemble("  ", mark(console, survived == len(those)), " ", plain(console, TITLES[kind]))
        count = f"{survived}/{len(those)}"
        console.print(line.append(count.rjust(console.width - len(line)), "green" if survived == len(those) else "red"))
        for outcome in those:
            for problem in outcome.problems:
                indented(console, f"{outcome.name}: {problem}", 6, "red")
    console.print()
    survived = sum(outcome.survived for outcome in outcomes)
    style = "bold green" if survived == len(outcomes) else "bold red"
    console.print(Text(f"{survived} of {len(outcomes)} survived", style).append(f" in {seconds:.0f} s", "dim"))


def print_advice(console: Console, lines: Sequence[str]) -> None:
    """Print what would confine submissions further."""
    for line in lines:
        indented(console, line, 0)


def mark(console: Console, is_well: bool) -> tuple[str, str]:
    """Return a tick or a cross with its style."""
    marks = "✓✗" if is_unicode(console) else "+x"
    return (marks[0], "green") if is_well else (marks[1], "red")
