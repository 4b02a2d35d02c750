"""Scorecards that are not graded, made from one that is."""

from dataclasses import replace

from grader.record import without_points
from grader.scorecard import CheckResult, Reason, Scorecard


def ungradable(card: Scorecard, reason: Reason) -> Scorecard:
    """Return a card with every check not run, 0 points, and the reason."""
    tasks = tuple(replace(task, checks=tuple(map(_unrun, task.checks))) for task in card.tasks)
    return replace(card, tasks=tasks, status="ungradable", reason=reason)


def spoilt(card: Scorecard, reason: Reason) -> Scorecard:
    """Return a card that a fault of the grader spoilt, without any points; what its checks say stays."""
    return replace(card, tasks=tuple(map(without_points, card.tasks)), status="grader_error", reason=reason)


def _unrun(check: CheckResult) -> CheckResult:
    return CheckResult.ended(check.name, check.title, "not_run", check.max_points)
