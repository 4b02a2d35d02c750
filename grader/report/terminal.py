"""A scorecard for the person at the terminal: readable in 80 columns and without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from grader.scorecard import CheckResult, Scorecard, TaskResult
from grader.text import clean_text

MARKS = {
    "passed": "✓",
    "partial": "◐",
    "wrong": "✗",
    "todo": "○",
    "error": "✗",
    "timeout": "✗",
    "blocked": "·",
    "not_run": "·",
}
PLAIN_MARKS = {
    "passed": "+",
    "partial": "~",
    "wrong": "x",
    "todo": "o",
    "error": "x",
    "timeout": "x",
    "blocked": ".",
    "not_run": ".",
}
STYLES = {"passed": "green", "partial": "yellow", "wrong": "red", "todo": "cyan", "error": "red", "timeout": "red",
          "blocked": "dim", "not_run": "dim"}  # fmt: skip
MAX_PRINTED_LINES = 8


class PipeConsole(Console):
    """A console that says so when nobody reads any more, instead of ending the program."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError."""
        raise BrokenPipeError


def make_console(width: int | None = None) -> Console:
    """Return a console on standard output; at most 100 columns, for longer lines are hard to read, and at least 40."""
    console = PipeConsole(highlight=False, soft_wrap=False, width=width)
    console.width = max(40, min(console.width, 100))
    return console


def print_scorecard(console: Console, card: Scorecard, title: str, sources: dict[str, list[str]]) -> None:
    """Print one scorecard.

    Args:
        console: where to.
        card: what to print.
        title: the chapter's title.
        sources: lines of the submission's files by name, so that a failure can show the student's own line.
    """
    console.print(Text(f"{card.chapter} · {title}", style="bold"))
    console.print()
    if card.reason is not None:
        print_reason(console, card)
    else:
        width = max(len(task.name) for task in card.tasks)
        for task in card.tasks:
            print_task(console, task, width, sources)
    console.print()
    console.print(total_line(card))


def print_reason(console: Console, card: Scorecard) -> None:
    """Print why nothing was graded, or why the grader failed."""
    assert card.reason is not None
    words = "cannot be graded" if card.status == "ungradable" else "a fault of the grader: nobody loses points"
    console.print(Text.assemble(("  ✗ " if is_unicode(console) else "  x "), (words, "bold red")))
    indented(console, card.reason.message, 4)


def print_task(console: Console, task: TaskResult, width: int, sources: dict[str, list[str]]) -> None:
    """Print a task's line, its name padded to width, and below it each check that did not pass."""
    failed = [check for check in task.checks if check.status not in ("passed", "blocked", "not_run")]
    note = "not written yet" if task.status == "todo" and task.name != "quiz" else ""
    note = "not answered yet" if task.status == "todo" and task.name == "quiz" else note
    console.print(
        row(console, 2, task.status, task.name.ljust(width), note or task.title, task.points, task.max_points)
    )
    if task.status == "todo":
        return
    said: set[str] = set()
    for check in failed:
        print_check(console, check, sources, said)
    waiting = sum(check.status == "blocked" for check in task.checks)
    if waiting:
        indented(console, f"{waiting} more check{'s wait' if waiting > 1 else ' waits'} for the one above.", 6, "dim")


def print_check(console: Console, check: CheckResult, sources: dict[str, list[str]], said: set[str]) -> None:
    """Print a failed check and below it what its task has not said before: what happened, where, why, a hint."""
    head, *rest = textwrap.wrap(check.title, console.width - 20)
    console.print(row(console, 6, check.status, "", head, check.points, check.max_points))
    for line in rest:
        console.print(Text(" " * 8 + line))
    for text, style in details(check, sources):
        kind = text.split(":")[0]
        key = kind if kind == PRINTED else text
        if key not in said:
            indented(console, text, 10, style)
        said.add(key)


PRINTED = "Your code printed"


def details(check: CheckResult, sources: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the lines below a failed check, with their styles."""
    if check.message:
        yield check.message, ""
    if check.where is not None:
        lines = sources.get(check.where.file, [])
        number = check.where.line or 0
        source = clean_text(lines[number - 1].strip()) if 0 < number <= len(lines) else ""
        yield f"{check.where.file}, line {number}: {source}".rstrip(": "), "dim"
    if check.misconception is not None:
        yield f"This looks like: {check.misconception.title} ({check.misconception.id})", "yellow"
    if check.hint:
        yield f"Hint: {check.hint}", "cyan"
    if check.output:
        printed = check.output.rstrip().splitlines()
        more = f"\n… and {len(printed) - MAX_PRINTED_LINES} more lines" if len(printed) > MAX_PRINTED_LINES else ""
        yield f"{PRINTED}:\n" + "\n".join(f"| {line}" for line in printed[:MAX_PRINTED_LINES]) + more, "dim"


def row(console: Console, indent: int, status: str, name: str, title: str, points: int | None, max_points: int) -> Text:
    """Return one line: mark, name, title and, right-aligned, the points."""
    marks = MARKS if is_unicode(console) else PLAIN_MARKS
    head = Text(" " * indent)
    head.append(f"{marks[status]} ", STYLES[status])
    if name:
        head.append(name, "bold")
        head.append("  ")
    earned = f"{'-' if points is None else points}/{max_points}"
    room = console.width - len(earned) - 2
    head.append(title, "" if not name else "dim")
    if len(head) > room:
        head.truncate(room, overflow="ellipsis")
    head.append(" " * (console.width - len(head) - len(earned)))
    head.append(earned, STYLES[status])
    return head


def indented(console: Console, text: str, indent: int, style: str = "") -> None:
    """Print text wrapped behind an indent."""
    width = console.width - indent
    for line in plain(console, text).splitlines():
        for part in textwrap.wrap(line, width, break_on_hyphens=False) or [""]:
            console.print(Text(" " * indent + part, style))


def total_line(card: Scorecard) -> Text:
    """Return the one total."""
    if card.points is None:
        return Text("No points are given or lost.", "bold")
    style = "bold green" if card.points == card.max_points else "bold"
    return Text(f"{card.points} of {card.max_points} points", style)


def print_summary(console: Console, cards: Sequence[Scorecard], closing: Sequence[str]) -> None:
    """Print the total over several cards and the closing lines."""
    if len(cards) > 1:
        points = sum(card.points or 0 for card in cards)
        console.print(Text(f"{points} of {sum(card.max_points for card in cards)} points in all", "bold"))
    for line in closing:
        console.print(Text(plain(console, line)))


def is_unicode(console: Console) -> bool:
    """Return whether the terminal's encoding has the marks."""
    return console.encoding.lower().startswith("utf")


def plain(console: Console, text: str) -> str:
    """Return text as the terminal can show it."""
    return text if is_unicode(console) else text.encode(console.encoding, "replace").decode(console.encoding)
