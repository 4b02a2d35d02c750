"""Which attempt counts and what lateness costs: pure functions over facts, so that a score can be worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from grader.errors import UsageError

Pick = Literal["best", "last", "first"]
PICKS: tuple[Pick, ...] = get_args(Pick)
DAY = 86400


@dataclass(frozen=True)
class Late:
    """What lateness costs.

    Attributes:
        percent: of the chapter's points, for each day begun; 0 costs nothing.
        is_cutoff: what comes late counts nothing.
    """

    percent: int = 0
    is_cutoff: bool = False

    @classmethod
    def parse(cls, text: str) -> Late:
        """Return the rule that ``none``, ``cutoff`` or ``10%`` stands for; raises UsageError for anything else."""
        wanted = text.strip().lower()
        percent = re.fullmatch(r"([0-9]{1,3})\s*%?", wanted)
        if wanted in ("none", "cutoff"):
            return cls(is_cutoff=wanted == "cutoff")
        if percent is None or int(percent[1]) > 100:
            raise UsageError(
                f"{text!r} is no rule for late work; write none, cutoff, or a percentage a day such as 10%."
            )
        return cls(int(percent[1]))


@dataclass(frozen=True)
class Policy:
    """How a student's attempts at one chapter become one score.

    Attributes:
        pick: which attempt counts: the best after the penalty, the last or the first handed in.
        late: what lateness costs.
        due: the second until which work is in time; None knows no lateness.
    """

    pick: Pick = "best"
    late: Late = Late()
    due: int | None = None


@dataclass(frozen=True)
class Attempt:
    """One submission of a student for a chapter, and the run of it that counts.

    Attributes:
        first_at: when this content was first handed in, None if nobody knows; what makes it late.
        last_at: when it was last handed in; what makes it the last.
        status: the run's, None if it is not graded yet.
        points: None without a graded run, and where the grader failed.
    """

    submission: int
    first_at: int | None
    last_at: int | None
    status: str | None
    points: int | None
    max_points: int
    run: int | None = None
    source: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counted:
    """The attempt that counts, and what it is worth.

    Attributes:
        number: its place among the attempts, from 1 by the time it was first handed in.
        points: after the penalty; None if it has none.
        penalty: points taken off for lateness.
        days_late: days begun after the due time; 0 in time.
    """

    attempt: Attempt
    number: int
    points: int | None
    penalty: int
    days_late: int


def count(attempts: Sequence[Attempt], policy: Policy) -> Counted | None:
    """Return the attempt that counts and its worth; None without any.

    Of attempts that a cut-off leaves, else of all; those with points before those without, unless the last or first is
    asked for by time alone.
    """
    weighed = [weigh(attempt, number, policy) for number, attempt in numbered(attempts)]
    if not weighed:
        return None
    in_time = [w for w in weighed if not (policy.late.is_cutoff and w.days_late)]
    left = in_time or weighed
    if policy.pick == "first":
        return left[0]
    if policy.pick == "last":
        return max(left, key=lambda w: (w.attempt.last_at or 0, w.attempt.submission))
    return max(left, key=lambda w: (-1 if w.points is None else w.points, -w.number))


def numbered(attempts: Iterable[Attempt]) -> Iterator[tuple[int, Attempt]]:
    """Yield a student's attempts at a chapter with their numbers, from 1 by the time each was first handed in."""
    return enumerate(sorted(attempts, key=lambda attempt: (attempt.first_at or 0, attempt.submission)), start=1)


def weigh(attempt: Attempt, number: int, policy: Policy) -> Counted:
    """Return what an attempt is worth after the penalty, which is rounded down to whole points."""
    days = days_late(attempt.first_at, policy.due)
    if attempt.points is None:
        return Counted(attempt, number, None, 0, days)
    whole = attempt.points if policy.late.is_cutoff else attempt.max_points * policy.late.percent * days // 100
    penalty = min(attempt.points, whole) if days else 0
    return Counted(attempt, number, attempt.points - penalty, penalty, days)


def days_late(moment: int | None, due: int | None) -> int:
    """Return the days begun after the due time; work of unknown time is in time."""
    if moment is None or due is None or moment <= due:
        return 0
    return -(-(moment - due) // DAY)
