"""Which attempt counts, and what lateness costs."""

from __future__ import annotations

import pytest

from grader.cli import classes
from grader.errors import UsageError
from grader.gradebook.policy import DAY, PICKS, Attempt, Late, Policy, count, days_late

DUE = 1_000_000


def attempt(number: int, points: int | None, at: int | None, last_at: int | None = None) -> Attempt:
    return Attempt(number, at, at if last_at is None else last_at, "graded", points, 100)


EARLY, LATE_BETTER, LATER = attempt(1, 60, DUE - 5), attempt(2, 90, DUE + 5), attempt(3, 75, DUE + DAY + 5)
ALL = (EARLY, LATE_BETTER, LATER)


def test_every_pick_can_be_asked_for() -> None:
    assert classes.PICKS == PICKS


@pytest.mark.parametrize(
    ("pick", "late", "chosen", "points"),
    [
        ("best", Late(), 2, 90),
        ("last", Late(), 3, 75),
        ("first", Late(), 1, 60),
        ("best", Late(10), 2, 80),  # 90 - 10 beats 60 and 75 - 20
        ("best", Late(40), 1, 60),  # 90 - 40 does not
        ("last", Late(10), 3, 55),
        ("last", Late(100), 3, 0),  # never below 0
        ("best", Late(is_cutoff=True), 1, 60),
        ("last", Late(is_cutoff=True), 1, 60),
    ],
)
def test_an_attempt_is_picked_after_the_penalty(pick: str, late: Late, chosen: int, points: int) -> None:
    counted = count(ALL, Policy(pick, late, DUE))  # type: ignore[arg-type]
    assert counted is not None
    assert (counted.number, counted.points) == (chosen, points)


def test_after_a_cutoff_late_work_counts_nothing_and_is_still_shown() -> None:
    counted = count([LATE_BETTER, LATER], Policy("best", Late(is_cutoff=True), DUE))
    assert counted is not None
    assert (counted.points, counted.penalty, counted.days_late) == (0, 90, 1)


@pytest.mark.parametrize(
    ("moment", "days"), [(None, 0), (DUE - 1, 0), (DUE, 0), (DUE + 1, 1), (DUE + DAY, 1), (DUE + DAY + 1, 2)]
)
def test_a_day_begun_is_a_day(moment: int | None, days: int) -> None:
    assert days_late(moment, DUE) == days
    assert days_late(moment, None) == 0


def test_the_same_content_again_is_in_time_and_the_last() -> None:
    again = attempt(1, 60, DUE - 5, last_at=DUE + 100)
    counted = count([again, LATE_BETTER], Policy("last", Late(10), DUE))
    assert counted is not None
    assert (counted.number, counted.points, counted.days_late) == (1, 60, 0)


def test_the_best_is_one_with_points_where_there_is_one() -> None:
    failed = Attempt(4, DUE, DUE, "grader_error", None, 100)
    assert count([failed, EARLY], Policy()) == count([EARLY, failed], Policy())
    best = count([failed, EARLY], Policy())
    assert best is not None
    assert best.attempt is EARLY
    only = count([failed], Policy())
    assert only is not None
    assert only.points is None
    assert count([], Policy()) is None


@pytest.mark.parametrize("text", ["-1", "101%", "soon", "", "1.5"])
def test_a_rule_for_late_work_is_read_strictly(text: str) -> None:
    with pytest.raises(UsageError, match="no rule for late work"):
        Late.parse(text)
    assert (Late.parse("10"), Late.parse(" 10% "), Late.parse("none"), Late.parse("cutoff")) == (
        Late(10), Late(10), Late(), Late(is_cutoff=True),
    )  # fmt: skip
