"""What a regrade changes: who would move, by how much, and on which checks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.gradebook.policy import numbered
from grader.gradebook.runs import ENDED
from grader.gradebook.scores import counting_runs, read_attempts
from grader.gradebook.tables import chapter, check, check_result, run, student, submission


@dataclass(frozen=True)
class Move:
    """One submission whose run would come out otherwise.

    Attributes:
        attempt: its number among the student's attempts, as the scores count them.
        before: points of the run that counts; None if it has none.
        after: points of the new run.
        checks: the checks that changed, as ``name: passed → wrong``.
    """

    student: str
    chapter: str
    attempt: int
    before: int | None
    after: int | None
    checks: tuple[str, ...]


def read_moves(connection: Connection, number: int) -> list[Move]:
    """Return the moves of a round against what counts now, the largest loss first."""
    counting = counting_runs()
    query = (
        select(
            student.c.sid, chapter.c.name, submission.c.id, run.c.id.label("new_run"), run.c.points.label("after"),
            run.c.status.label("new_status"), counting.c.id.label("old_run"), counting.c.points.label("before"),
            counting.c.status.label("old_status"),
        )
        .select_from(run.join(submission, run.c.submission_id == submission.c.id))
        .join(student, submission.c.student_id == student.c.id)
        .join(chapter, submission.c.chapter_id == chapter.c.id)
        .outerjoin(counting, counting.c.submission_id == submission.c.id)
        .where(run.c.round_id == number, run.c.state.in_(ENDED))
    )  # fmt: skip
    attempts = read_attempts(connection).values()
    numbers = {attempt.submission: place for mine in attempts for place, attempt in numbered(mine)}
    moves = []
    for row in connection.execute(query).all():
        changed = _changed(connection, row.old_run, row.new_run)
        if (row.before, row.old_status) != (row.after, row.new_status) or changed:
            moves.append(Move(row.sid, row.name, numbers[row.id], row.before, row.after, tuple(changed)))
    return sorted(moves, key=lambda move: ((move.after or 0) - (move.before or 0), move.student, move.chapter))


def _changed(connection: Connection, old: int | None, new: int) -> list[str]:
    before = _results(connection, old) if old is not None else {}
    after = _results(connection, new)
    names = [*after, *(name for name in before if name not in after)]
    pairs = [(name, before.get(name, "no such check"), after.get(name, "no such check")) for name in names]
    return [f"{name}: {was} → {now}" for name, was, now in pairs if was != now] if before else []


def _results(connection: Connection, number: int) -> dict[str, str]:
    of = check_result.join(check, check_result.c.check_id == check.c.id)
    query = select(check.c.name, check_result.c.status).select_from(of).where(check_result.c.run_id == number)
    return {row.name: row.status for row in connection.execute(query.order_by(check.c.position))}
