"""Who moves by a regrade, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from grader.gradebook.regrade import Move
from grader.report.scores import short
from grader.text import clean_text, count_of


def print_moves(console: Console, moves: Sequence[Move]) -> None:
    """Print a line for each submission that comes out otherwise and, below it, the checks that changed."""
    for move in moves:
        head = f"{clean_text(move.student)}  {short(move.chapter)}  attempt {move.attempt}: "
        console.print(Text(f"{head}{points(move.before)} → {points(move.after)}{difference(move)}"))
        for line in move.checks:
            console.print(Text(f"    {line}", "dim"))
    down = sum((move.after or 0) < (move.before or 0) for move in moves)
    up = sum((move.after or 0) > (move.before or 0) for move in moves)
    otherwise = "comes out otherwise" if len(moves) == 1 else "come out otherwise"
    console.print(Text(f"{count_of(len(moves), 'submission')} {otherwise}: {up} up, {down} down.", "bold"))


def points(value: int | None) -> str:
    """Return points as text; a dash where there are none."""
    return "–" if value is None else str(value)


def difference(move: Move) -> str:
    """Return `` (+3)``, or nothing where one side has no points."""
    return "" if move.before is None or move.after is None else f" ({move.after - move.before:+d})"
