"""The item analysis as a table, and as CSV's cells."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.gradebook.items import FEW, Item
from grader.report.scores import short


def print_items(console: Console, items: Iterable[Item]) -> None:
    """Print a row for each check: share that passes, item-rest correlation, misconceptions, time, flag."""
    found = list(items)
    for chapter in dict.fromkeys(item.chapter for item in found):
        console.print(Text(short(chapter), "bold"))
        table = Table(box=None, pad_edge=False)
        table.add_column("check", overflow="fold")
        for heading in ("n", "passed", "r", "ms"):
            table.add_column(heading, justify="right")
        table.add_column("misconceptions", overflow="fold")
        table.add_column("look at", overflow="fold")
        task = None
        for item in found:
            if item.chapter != chapter:
                continue
            if item.task != task:
                task = item.task
                table.add_row(Text(task, "bold"))
            table.add_row(*map(Text, cells(item)))
        console.print(table)
    console.print(
        Text(
            "passed: of the submissions that ran. r: correlation of passing with the points of the chapter's other "
            f"checks, from {FEW} submissions on.",
            "dim",
        )
    )


def cells(item: Item) -> list[str]:
    """Return an item's row."""
    ideas = ", ".join(f"{name} ({count})" for name, count in item.misconceptions)
    r = "" if item.correlation is None else f"{item.correlation:.2f}"
    ms = "" if item.milliseconds is None else f"{item.milliseconds:.0f}"
    words = item.check.removeprefix("check_").replace("_", " ")
    name = words.removeprefix(item.task.replace("_", " ")).strip() or words
    return [f"  {name}", str(item.submissions), f"{item.passed:.0%}", r, ms, ideas, item.flag]
