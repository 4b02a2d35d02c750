"""What is wrong with a chapter's checks, seen from the scorecards of answers whose verdict is known."""

from __future__ import annotations

from collections.abc import Iterator

from grader.audit.specimens import Specimen
from grader.scorecard import CheckResult, Scorecard, TaskResult


def findings(specimen: Specimen, card: Scorecard) -> Iterator[str]:
    """Yield a sentence for everything that should not have become of a specimen.

    Args:
        specimen: the answer and what it is.
        card: its scorecard.
    """
    if card.reason is not None:
        yield f"{specimen.name}: {card.status}: {card.reason.message}"
    elif specimen.kind == "stub":
        yield from _stub(specimen, card)
    elif specimen.kind == "right":
        yield from _right(specimen, card)
    elif specimen.kind == "odd":
        yield from _odd(specimen, card)
    else:
        yield from _wrong(specimen, card)


def _stub(specimen: Specimen, card: Scorecard) -> Iterator[str]:
    if card.points != 0:
        yield f"{specimen.name}: scores {card.points} points, must score 0"
    for task in card.tasks:
        if task.status != "todo":
            yield f"{specimen.name}: {task.name} is {task.status}, must be todo: {_words(_first_failed(task))}"


def _right(specimen: Specimen, card: Scorecard) -> Iterator[str]:
    for task in card.tasks:
        for check in task.checks:
            if check.status != "passed":
                yield f"{specimen.name}: {task.name} is right and loses points: {_words(check)}"


def _odd(specimen: Specimen, card: Scorecard) -> Iterator[str]:
    for task in card.tasks:
        if task.name != "quiz" and task.points == task.max_points:
            yield f"{specimen.name}: {task.name} takes that for right"


def _wrong(specimen: Specimen, card: Scorecard) -> Iterator[str]:
    for task in card.tasks:
        if task.name == specimen.task:
            if task.points == task.max_points:
                yield f"{specimen.name}: {task.name} is wrong and keeps its points"
            elif not specimen.unnamed:
                yield from _name(specimen, task)


def _name(specimen: Specimen, task: TaskResult) -> Iterator[str]:
    named = [check.misconception.id for check in task.checks if check.misconception]
    if not named:
        yield f"{specimen.name}: is caught but not named: {_words(_first_failed(task))}"
    elif named[0] != specimen.misconception:
        yield f"{specimen.name}: is called {named[0]}: {_words(_first_failed(task))}"


def _first_failed(task: TaskResult) -> CheckResult:
    return next((check for check in task.checks if check.status != "passed"), task.checks[0])


def _words(check: CheckResult) -> str:
    return f"{check.name} ({check.status}, {check.code}): {check.message}"
