"""What a hostile program's scorecard must say, and what must not stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.scorecard import LONGEST_OUTPUT, CheckResult, Scorecard
from grader.selftest.programs import LINE_MARK, Codes, Program
from grader.text import LONGEST_MESSAGE

HIDDEN = "hidden-4f1c9be27ad0"
"""Stands in the course's checks."""

ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters that act on a terminal, hide text, turn it round or are half of one."""


def problems(
    program: Program, card: Scorecard, source: str, declared: Sequence[str], secret: str, seconds: float
) -> Iterator[str]:
    """Yield what is wrong with the scorecard of a hostile program.

    Args:
        program: says what must be lost.
        card: what the grader made of it.
        source: the text that was graded.
        declared: names of all checks and questions.
        secret: what nobody may find.
        seconds: how long it took.
    """
    rows = [check for task in card.tasks for check in task.checks]
    if [row.name for row in rows] != list(declared):
        yield f"not one row for each check: {[row.name for row in rows]}"
    if program.ungradable:
        yield from ungradable_problems(program.ungradable, card)
    elif card.status != "graded":
        yield f"it is {card.status}: {card.reason}"
    else:
        groups = {task.name: [check.name for check in task.checks] for task in card.tasks}
        yield from verdict_problems(program, rows, groups)
        yield from line_problems(rows, source)
    yield from text_problems(card.to_dict())
    words = [secret, HIDDEN, program.forbids, program.bubblewrap_hides if is_in_bubblewrap(card) else ""]
    yield from (f"the scorecard holds {word!r}" for word in words if word and word in str(card.to_dict()))
    if seconds > program.at_most:
        yield f"it took {seconds:.0f} s, more than {program.at_most:.0f}"


def ungradable_problems(codes: Codes, card: Scorecard) -> Iterator[str]:
    """Yield what is wrong with a card that should say that nothing can be graded."""
    if card.status != "ungradable" or card.reason is None or card.reason.code not in codes:
        yield f"it is {card.status} with {card.points} points ({card.reason}), not ungradable for {' or '.join(codes)}"


def verdict_problems(program: Program, rows: Iterable[CheckResult], groups: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield each check that was lost or passed and should not be."""
    loses, may_lose = by_check(program.loses, groups), by_check(program.may_lose, groups)
    must = by_check(dict.fromkeys(program.at_least or program.loses, ()), groups)
    for row in rows:
        codes = loses.get(row.name, ()) + may_lose.get(row.name, ())
        if row.status == "passed":
            if row.name in must:
                yield f"{row.name} passed: undeserved points"
        elif row.code not in codes:
            due = f"to be lost with {' or '.join(codes)}" if codes else "to pass"
            yield f"{row.name} is {row.status} with {row.code} ({row.message}), and ought {due}"


def by_check(table: Mapping[str, Codes], groups: Mapping[str, list[str]]) -> dict[str, Codes]:
    """Return codes by check of codes by check or task."""
    found: dict[str, Codes] = {}
    groups = {"tasks": [name for task, names in groups.items() if task != "quiz" for name in names], **groups}
    for name, codes in table.items():
        for check in groups.get(name, [name]):
            found[check] = found.get(check, ()) + codes
    return found


def line_problems(rows: Iterable[CheckResult], source: str) -> Iterator[str]:
    """Yield each lost check that does not point to one of the marked lines, if there are any."""
    lines = source.split("\n")
    marked = {number for number, line in enumerate(lines, 1) if LINE_MARK in line}
    for row in rows:
        if marked and row.status in ("wrong", "error", "timeout", "todo") and row.code != "BLOCKED":
            line = row.where.line if row.where else None
            if line not in marked:
                yield f"{row.name} points to line {line}, not to one of {sorted(marked)}"


def text_problems(value: Any, path: str = "card") -> Iterator[str]:
    """Yield each text of a card that acts on whoever reads it, or is too long."""
    if isinstance(value, str):
        if ACTING.search(value):
            yield f"{path} holds {ACTING.search(value)}"
        limit = LONGEST_OUTPUT if path.endswith("output") else LONGEST_MESSAGE
        if len(value.encode("utf-8", "replace")) > limit:
            yield f"{path} has more than {limit} bytes"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from text_problems(item, f"{path}.{key}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from text_problems(item, f"{path}[{i}]")


def is_in_bubblewrap(card: Scorecard) -> bool:
    """Return whether the program ran where bubblewrap hides files."""
    return "bubblewrap" in card.run.isolation.features
