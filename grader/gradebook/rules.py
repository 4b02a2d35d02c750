"""What a person decides: due times, which attempt counts, what lateness costs, and points given by hand."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from grader.errors import UsageError, did_you_mean
from grader.gradebook.clock import iso, now
from grader.gradebook.intake import note_event
from grader.gradebook.policy import PICKS, Late, Policy
from grader.gradebook.tables import chapter, override, rule, student


def set_due(connection: Connection, name: str, due: int) -> None:
    """Note until when a chapter's work is in time; the time before it stays in the history."""
    _set(connection, "due", str(due), _chapter_id(connection, name))
    note_event(connection, "due", chapter=name, due=iso(due))


def set_policy(connection: Connection, pick: str | None, late: str | None) -> None:
    """Note which attempt counts and what lateness costs, where they are given."""
    for kind, value in (("pick", pick), ("late", late)):
        if value is not None:
            _set(connection, kind, value, None)
            note_event(connection, kind, value=value)


def policies(connection: Connection, pick: str | None = None, late: str | None = None) -> dict[str, Policy]:
    """Return each chapter's policy as it holds now, or as it would be with another pick or another rule for late work."""
    held: dict[tuple[int | None, str], str] = {}
    for row in connection.execute(select(rule).order_by(rule.c.id)):
        held[row.chapter_id, row.kind] = row.value
    chosen = pick or held.get((None, "pick"), "best")
    costs = Late.parse(late or held.get((None, "late"), "none"))
    made = {}
    for row in connection.execute(select(chapter.c.id, chapter.c.name)):
        due = held.get((row.id, "due"))
        made[row.name] = Policy(next(p for p in PICKS if p == chosen), costs, int(due) if due else None)
    return made


def give_points(connection: Connection, sid: str, name: str, points: int | None, reason: str, by: str) -> None:
    """Give a student points for a chapter whatever was graded; None takes earlier ones back.

    Raises:
        UsageError: no such student or chapter, more points than it has, no reason, or nothing to take back.
    """
    if not reason.strip():
        raise UsageError("Say why with --reason: whoever reads the scores later must know.")
    of = find_student(connection, sid)
    target = _chapter_id(connection, name)
    most = connection.execute(select(chapter.c.max_points).where(chapter.c.id == target)).scalar_one()
    if points is not None and not 0 <= points <= most:
        raise UsageError(f"{name} is worth 0 to {most} points, not {points}.")
    if points is None and _points_by_hand(connection, of, target) is None:
        raise UsageError(f"{sid} has no points given by hand for {name}; there is nothing to take back.")
    row = {"student_id": of, "chapter_id": target, "points": points, "reason": reason, "by": by, "at": now()}
    connection.execute(insert(override).values(**row))
    note_event(connection, "override", student=sid, chapter=name, points=points, reason=reason, by=by)


def find_student(connection: Connection, sid: str) -> int:
    """Return a student's number; raises UsageError with the ids that are close if there is none."""
    ids = {row.sid: row.id for row in connection.execute(select(student.c.sid, student.c.id))}
    if sid not in ids:
        raise UsageError(f"There is no student {sid!r} in this gradebook.{did_you_mean(sid, ids)}")
    return int(ids[sid])


def _set(connection: Connection, kind: str, value: str, of: int | None) -> None:
    connection.execute(insert(rule).values(chapter_id=of, kind=kind, value=value, at=now()))


def _points_by_hand(connection: Connection, of: int, target: int) -> int | None:
    """Return what a student was given last for a chapter, None if nothing is or it was taken back."""
    mine = (override.c.student_id == of) & (override.c.chapter_id == target)
    return connection.execute(select(override.c.points).where(mine).order_by(override.c.id.desc())).scalars().first()


def _chapter_id(connection: Connection, name: str) -> int:
    ids = {row.name: row.id for row in connection.execute(select(chapter.c.name, chapter.c.id))}
    if name not in ids:
        known = ", ".join(ids) or "no chapter yet"
        raise UsageError(f"This gradebook has no scores of {name}. It has {known}.")
    return int(ids[name])
