"""What one student is told, as Markdown: points, which idea is missing, hints. It holds what a scorecard says and no more."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.gradebook.scores import Score
from grader.report.scores import reasons
from grader.report.terminal import MARKS
from grader.text import clean_text

NOTES = {
    "missing": "Nothing was handed in.",
    "waiting": "This is not graded yet.",
    "grader_error": "The grader failed on this: you lose no points by it. Your teacher looks at it.",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$<>&-])")


def feedback(name: str, cards: Sequence[tuple[Score, Mapping[str, Any] | None]]) -> str:
    """Return the text for one student.

    Args:
        name: what the student is called.
        cards: scores with the cards behind them, chapter by chapter.
    """
    lines = [f"# {escape(name)}", ""]
    for score, card in cards:
        lines += [*_chapter(score, card), ""]
    return "\n".join(lines)


def file_name(student: str) -> str:
    """Return a file name for a student's id: its letters where they are harmless, else with a hash of it."""
    harmless = re.sub(r"[^A-Za-z0-9_-]", "_", student)[:60]
    if harmless == student and harmless.strip("_-"):
        return f"{harmless}.md"
    return f"{harmless}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.md"


def escape(text: str) -> str:
    """Return text as Markdown that shows it and does nothing else, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean_text(text).split()))


def quoted(text: str) -> Iterator[str]:
    """Yield the lines of a block that shows text as it is."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    yield from ("", f"  {fence}text", *(f"  {line}" for line in clean_text(text, 4096).splitlines()), f"  {fence}", "")


def _chapter(score: Score, card: Mapping[str, Any] | None) -> Iterator[str]:
    points = "no points yet" if score.points is None else f"{score.points} of {score.max_points} points"
    yield f"## {escape(score.chapter)}: {points}"
    yield ""
    yield from map(escape, reasons(score))
    if card is None or card["status"] == "grader_error":
        yield NOTES.get(score.status, NOTES["grader_error"])
        return
    if card["reason"] is not None:
        yield f"Nothing could be run: {escape(card['reason']['message'])}"
        return
    for task in card["tasks"]:
        yield from _task(task)


def _task(task: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    mark = MARKS[task["status"]]
    yield f"### {mark} {escape(task['name'])}: {escape(task['title'])} ({task['points']}/{task['max_points']})"
    yield ""
    if task["status"] == "todo":
        yield "Not written yet." if task["name"] != "quiz" else "Not answered yet."
        return
    for check in task["checks"]:
        if check["status"] not in ("passed", "blocked", "not_run"):
            yield from _check(check)
    waiting = sum(check["status"] == "blocked" for check in task["checks"])
    if waiting:
        yield f"- {waiting} more wait{'s' if waiting == 1 else ''} for an earlier one."


def _check(check: Mapping[str, Any]) -> Iterator[str]:
    yield f"- **{escape(check['title'])}** ({check['points']}/{check['max_points']})"
    if check["message"]:
        yield from quoted(check["message"])
    yield from _details(check)
    if check["output"]:
        yield "  Your code printed:"
        yield from quoted(check["output"])


def _details(check: Mapping[str, Any]) -> Iterable[str]:
    where = check["where"]
    if where is not None:
        yield f"  In {escape(where['file'])}, line {where['line']}."
    if check["misconception"] is not None:
        yield f"  This looks like: {escape(check['misconception']['title'])}."
    if check["hint"]:
        yield f"  Hint: {escape(check['hint'])}"
