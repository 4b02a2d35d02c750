"""Scores: one row for every student and chapter, worked out from the runs that count, the policy and the overrides."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from grader.gradebook.clock import iso
from grader.gradebook.policy import Attempt, Counted, Policy, count
from grader.gradebook.rules import policies
from grader.gradebook.runs import ENDED, read_card
from grader.gradebook.tables import (
    chapter,
    check,
    check_result,
    checks,
    hand_in,
    override,
    round_,
    run,
    student,
    submission,
)
from grader.text import count_of


@dataclass(frozen=True)
class Score:
    """What one student has for one chapter.

    Attributes:
        status: "graded", "ungradable", "grader_error", "waiting" (not graded yet) or "missing" (nothing was handed in).
        points: what counts in the end; None where nothing can be said yet: waiting, or a fault of the grader.
        graded_points: what the run gave, before penalty and override.
        attempt: which attempt counts, from 1; None without any.
        rule: how the points came about, in words.
        run: number of the run that counts, None without any.
    """

    student: str
    name: str
    chapter: str
    status: str
    points: int | None
    max_points: int
    graded_points: int | None = None
    attempt: int | None = None
    attempts: int = 0
    submitted_at: str | None = None
    days_late: int = 0
    penalty: int = 0
    override: str | None = None
    rule: str = ""
    source: str = ""
    flags: tuple[str, ...] = ()
    on_roster: bool = True
    run: int | None = None


@dataclass(frozen=True)
class CheckRow:
    """One check of one run that counts, for those who analyse a class elsewhere."""

    student: str
    chapter: str
    attempt: int
    task: str
    check: str
    status: str
    points: int | None
    max_points: int
    code: str | None
    misconception: str | None
    milliseconds: int | None
    submitted_at: str | None
    checks_sha256: str


def counting_runs() -> Any:
    """Return the query for the run of each submission that counts: the newest that ended in a round that was applied."""
    place = func.row_number().over(
        partition_by=run.c.submission_id, order_by=(round_.c.applied_at.desc(), run.c.id.desc())
    )
    of = run.join(round_, run.c.round_id == round_.c.id)
    ended = select(
        run.c.id, run.c.submission_id, run.c.status, run.c.points, run.c.max_points, run.c.checks_id, run.c.seed, place.label("place")
    ).select_from(of).where(round_.c.applied_at.is_not(None), run.c.state.in_(ENDED))  # fmt: skip
    newest = ended.subquery()
    return select(newest).where(newest.c.place == 1).subquery()


def read_attempts(connection: Connection) -> dict[tuple[int, int], list[Attempt]]:
    """Return the attempts of each student (by number) at each chapter (by number)."""
    found = hand_ins(connection)
    counting = counting_runs()
    query = select(
        submission.c.id, submission.c.student_id, submission.c.chapter_id, counting.c.id.label("run"),
        counting.c.status, counting.c.points, chapter.c.max_points,
    ).select_from(
        submission.join(chapter, submission.c.chapter_id == chapter.c.id)
        .outerjoin(counting, counting.c.submission_id == submission.c.id)
    )  # fmt: skip
    attempts: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for row in connection.execute(query):
        first_at, last_at, source, flags = found.get(row.id, (None, None, "", ()))
        attempts[row.student_id, row.chapter_id].append(
            Attempt(row.id, first_at, last_at, row.status, row.points, row.max_points, row.run, source, flags)
        )
    return attempts


def hand_ins(connection: Connection) -> dict[int, tuple[int | None, int | None, str, tuple[str, ...]]]:
    """Return for each submission when it was first and last handed in, and where and with which flags it was found first."""
    found: dict[int, tuple[int | None, int | None, str, tuple[str, ...]]] = {}
    for row in connection.execute(select(hand_in).order_by(hand_in.c.submission_id, hand_in.c.id)):
        first, last, source, flags = found.get(
            row.submission_id, (row.submitted_at, row.submitted_at, row.source, tuple(json.loads(row.flags)))
        )
        times = [moment for moment in (first, last, row.submitted_at) if moment is not None]
        found[row.submission_id] = (min(times, default=None), max(times, default=None), source, flags)
    return found


def read_scores(connection: Connection, pick: str | None = None, late: str | None = None) -> list[Score]:
    """Return a score for every student and chapter, by student's id and chapter.

    Args:
        connection: an open gradebook.
        pick: another attempt than the gradebook's policy counts.
        late: another rule for late work.
    """
    held = policies(connection, pick, late)
    attempts = read_attempts(connection)
    given = {
        (row.student_id, row.chapter_id): row for row in connection.execute(select(override).order_by(override.c.id))
    }
    chapters = connection.execute(select(chapter).order_by(chapter.c.name)).all()
    scores = []
    for who in connection.execute(select(student).order_by(student.c.sid)):
        for what in chapters:
            key = (who.id, what.id)
            policy = held[what.name]
            scores.append(_score(who, what, attempts.get(key, []), policy, given.get(key)))
    return scores


def _score(who: Any, what: Any, attempts: list[Attempt], policy: Policy, given: Any) -> Score:
    counted = count(attempts, policy)
    overridden = given if given is not None and given.points is not None else None
    facts: dict[str, Any] = {"status": "missing", "points": 0}
    if counted is not None:
        chosen = counted.attempt
        facts = {
            "status": chosen.status or "waiting", "points": counted.points, "graded_points": chosen.points,
            "attempt": counted.number, "attempts": len(attempts), "submitted_at": iso(chosen.first_at),
            "days_late": counted.days_late, "penalty": counted.penalty, "source": chosen.source, "flags": chosen.flags,
            "run": chosen.run,
        }  # fmt: skip
    if overridden is not None:
        facts |= {"points": overridden.points, "override": overridden.reason}
    rule = _rule(counted, len(attempts), policy, overridden)
    return Score(who.sid, who.name, what.name, max_points=what.max_points, rule=rule, on_roster=who.on_roster, **facts)


def _rule(counted: Counted | None, attempts: int, policy: Policy, overridden: Any) -> str:
    """Return in words how the points came about."""
    words = []
    if counted is not None and attempts > 1:
        words.append(f"{policy.pick} of {attempts}")
    if counted is not None and counted.days_late:
        days = f"{count_of(counted.days_late, 'day')} late"
        words.append(f"{days}, -{counted.penalty}" if counted.penalty else days)
    if overridden is not None:
        words.append(f"by {overridden.by}: {overridden.reason}")
    return "; ".join(words)


def read_check_rows(connection: Connection, scores: list[Score]) -> Iterator[CheckRow]:
    """Yield every check of every run that counts."""
    by_run = {score.run: score for score in scores if score.run is not None}
    of = check_result.join(check, check_result.c.check_id == check.c.id).join(checks, check.c.checks_id == checks.c.id)
    query = select(check_result, check.c.task, check.c.name, check.c.points.label("most"), checks.c.sha256)
    query = query.select_from(of).order_by(check_result.c.run_id, check.c.position)
    for row in connection.execute(query.execution_options(yield_per=5000)):
        score = by_run.get(row.run_id)
        if score is not None:
            yield CheckRow(
                score.student, score.chapter, score.attempt or 1, row.task, row.name, row.status, row.points, row.most,
                row.code, row.misconception, row.milliseconds, score.submitted_at, row.sha256,
            )  # fmt: skip


def read_cards(connection: Connection, scores: list[Score]) -> Iterator[tuple[Score, dict[str, Any] | None]]:
    """Yield each score with the scorecard behind it, None where there is none."""
    for score in scores:
        data = None
        if score.run is not None:
            data = connection.execute(select(run.c.card).where(run.c.id == score.run)).scalar_one()
        yield score, None if data is None else read_card(data)


def older_checks(connection: Connection, current: Mapping[str, str]) -> int:
    """Return how many submissions count by other checks than the current ones (hashes by chapter)."""
    counting = counting_runs()
    of = counting.join(checks, counting.c.checks_id == checks.c.id).join(chapter, checks.c.chapter_id == chapter.c.id)
    query = select(chapter.c.name, checks.c.sha256, func.count().label("runs")).select_from(of)
    rows = connection.execute(query.group_by(chapter.c.name, checks.c.sha256))
    return sum(row.runs for row in rows if row.name in current and current[row.name] != row.sha256)
