"""The queue of runs and their results: a run is started on disk before it begins, and its result is kept once."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from grader.classroom.work import Work
from grader.gradebook.clock import iso, now
from grader.gradebook.intake import note_event, refusal_of
from grader.gradebook.tables import (
    blob,
    chapter,
    check,
    check_result,
    checks,
    hand_in,
    round_,
    run,
    student,
    submission,
)
from grader.submission import Submission

QUEUED, RUNNING, DONE, LOST = "queued", "running", "done", "lost"
ENDED = (DONE, LOST)


KEEP = 3  # zlib's level for scorecards: a third of the time of its default for a tenth more bytes

# Statements that are made once for each submission, built once: that takes longer than to run them.
_NUMBER = run.c.id == bindparam("number")
_START = (
    update(run)
    .where(_NUMBER, run.c.state.not_in(ENDED))
    .values(state=RUNNING, lane=bindparam("of_lane"), started_at=bindparam("at"), tries=run.c.tries + 1)
)
_HELD = update(run).where(_NUMBER, run.c.state == RUNNING, run.c.lane == bindparam("of_lane"))
_FINISH = _HELD.values({name: bindparam(name) for name in (
    "state", "finished_at", "checks_id", "seed", "grader", "status", "points", "max_points", "milliseconds", "card",
    "card_sha256",
)})  # fmt: skip
_QUIZ = blob.alias("quiz")
_WORK = (
    select(
        run.c.id, submission.c.module_name, submission.c.module_refusal, submission.c.quiz_refusal, chapter.c.name,
        student.c.sid, blob.c.data, _QUIZ.c.data.label("quiz"),
        select(func.min(hand_in.c.submitted_at)).where(hand_in.c.submission_id == submission.c.id).scalar_subquery()
        .label("first_at"),
    )
    .select_from(run.join(submission, run.c.submission_id == submission.c.id))
    .join(chapter, submission.c.chapter_id == chapter.c.id)
    .join(student, submission.c.student_id == student.c.id)
    .outerjoin(blob, submission.c.module_sha256 == blob.c.sha256)
    .outerjoin(_QUIZ, submission.c.quiz_sha256 == _QUIZ.c.sha256)
    .where(run.c.id.in_(bindparam("numbers", expanding=True)))
)  # fmt: skip
_RESULT = insert(check_result)

KnownChecks = dict[tuple[str, str], tuple[int, dict[tuple[str, str], int]]]
"""Chapter and hash of its checks → their number, and the numbers of the checks by task and name."""


@dataclass(frozen=True)
class Result:
    """A scorecard as it came, and what it says."""

    text: str
    card: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> Result:
        """Return the result that a scorecard's JSON is."""
        return cls(text, json.loads(text))


def open_round(connection: Connection, kind: str, key: str, is_applied: bool) -> int:
    """Return the number of a new round."""
    at = now()
    row = {"kind": kind, "key": key, "began_at": at, "applied_at": at if is_applied else None}
    number = connection.execute(insert(round_).values(**row)).inserted_primary_key
    assert number is not None
    return int(number[0])


def queue_class(connection: Connection, chapters: Sequence[str], key: str) -> list[int]:
    """Return the runs of these chapters that are still to be made, queueing one for each submission that has none.

    A run that is marked as running was cut off together with whoever ran it; it stays so until it is started again.
    """
    of_round = run.join(round_, run.c.round_id == round_.c.id)
    has_run = select(run.c.submission_id).select_from(of_round).where(round_.c.applied_at.is_not(None))
    numbers = _chapter_ids(connection, chapters)
    query = select(submission.c.id).where(submission.c.chapter_id.in_(numbers), submission.c.id.not_in(has_run))
    fresh = list(connection.execute(query.order_by(submission.c.id)).scalars())
    if fresh:
        _queue(connection, open_round(connection, "class", key, is_applied=True), fresh)
    return _pending(connection, numbers, round_.c.applied_at.is_not(None))


def queue_regrade(connection: Connection, chapters: Sequence[str], key: str) -> tuple[int, list[int]]:
    """Return a round that grades every submission of these chapters again, and its runs that are still to be made.

    A round with the same key that was not applied is gone on with.
    """
    query = select(round_.c.id).where(round_.c.kind == "regrade", round_.c.key == key, round_.c.applied_at.is_(None))
    number = connection.execute(query.order_by(round_.c.id.desc())).scalars().first()
    if number is None:
        number = open_round(connection, "regrade", key, is_applied=False)
    numbers = _chapter_ids(connection, chapters)
    mine = select(run.c.submission_id).where(run.c.round_id == number)
    wanted = select(submission.c.id).where(submission.c.chapter_id.in_(numbers), submission.c.id.not_in(mine))
    fresh = list(connection.execute(wanted.order_by(submission.c.id)).scalars())
    if fresh:
        _queue(connection, number, fresh)
    return number, _pending(connection, numbers, round_.c.id == number)


def apply_round(connection: Connection, number: int) -> None:
    """Let the runs of a round count from now on."""
    connection.execute(update(round_).where(round_.c.id == number).values(applied_at=now()))
    note_event(connection, "applied", round=number)


def tries_of(connection: Connection) -> dict[int, int]:
    """Return how often each run that was begun and has not ended was begun."""
    query = select(run.c.id, run.c.tries).where(run.c.tries > 0, run.c.state.not_in(ENDED))
    return {row.id: row.tries for row in connection.execute(query)}


def count_pending(connection: Connection, number: int | None) -> int:
    """Return how many runs of a round have not ended; of all rounds that count if number is None."""
    which = round_.c.applied_at.is_not(None) if number is None else round_.c.id == number
    query = select(func.count()).select_from(run.join(round_, run.c.round_id == round_.c.id))
    return connection.execute(query.where(which, run.c.state.not_in(ENDED))).scalar_one()


def start(connection: Connection, number: int, lane: str) -> None:
    """Mark a run as begun by a lane, before it begins."""
    connection.execute(_START, {"number": number, "of_lane": lane, "at": now()})


def give_back(connection: Connection, runs: Sequence[int], was_tried: bool) -> None:
    """Queue runs again that a lane was given and did not end."""
    values: dict[str, Any] = {"state": QUEUED, "lane": None}
    if not was_tried:
        values["tries"] = run.c.tries - 1
    connection.execute(update(run).where(run.c.id.in_(runs), run.c.state == RUNNING).values(**values))


def finish(connection: Connection, number: int, lane: str, result: Result, known: KnownChecks) -> bool:
    """Keep a run's scorecard and return True, or False if this lane does not hold the run any more.

    Args:
        connection: an open gradebook.
        number: the run.
        lane: who has made it.
        result: the scorecard.
        known: checks that were looked up before; new ones are added.
    """
    card, data = result.card, result.text.encode()
    checks_id, check_ids = _checks(connection, card, known)
    values = {
        "number": number, "of_lane": lane, "state": DONE, "finished_at": now(), "checks_id": checks_id,
        "seed": seed_of(card), "grader": card["grader"]["version"], "status": card["status"], "points": card["points"],
        "max_points": card["max_points"], "milliseconds": round(1000 * card["run"]["duration_s"]),
        "card": zlib.compress(data, KEEP), "card_sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    if connection.execute(_FINISH, values).rowcount != 1:
        return False
    connection.execute(_RESULT, list(check_rows(number, card, check_ids)))
    return True


def lose(connection: Connection, number: int, note: str) -> None:
    """Mark a run that broke its lane every time: it has no points, and a person must look at it."""
    values = {"state": LOST, "lane": None, "finished_at": now(), "status": "grader_error", "note": note}
    connection.execute(update(run).where(run.c.id == number, run.c.state.not_in(ENDED)).values(**values))
    note_event(connection, "lost", run=number, note=note)


def seed_of(card: Mapping[str, Any]) -> str:
    """Return what names the inputs of a card: ``seed 1``, or ``secret`` and its fingerprint."""
    seed = card["run"]["seed"]
    return f"seed {seed}" if seed is not None else f"secret {card.get('extra', {}).get('seed_id')}"


def read_card(data: bytes) -> dict[str, Any]:
    """Return the scorecard that a run keeps."""
    card: dict[str, Any] = json.loads(zlib.decompress(data))
    return card


def check_rows(number: int, card: Mapping[str, Any], ids: Mapping[tuple[str, str], int]) -> Iterable[dict[str, Any]]:
    """Yield a row for each check of a card."""
    for task in card["tasks"]:
        for row in task["checks"]:
            duration = row["duration_s"]
            yield {
                "run_id": number, "check_id": ids[task["name"], row["name"]], "status": row["status"],
                "points": row["points"], "code": row["code"],
                "misconception": row["misconception"]["id"] if row["misconception"] else None,
                "milliseconds": None if duration is None else round(1000 * duration),
            }  # fmt: skip


def read_works(connection: Connection, numbers: Sequence[int]) -> dict[int, Work]:
    """Return what runs grade, by their numbers."""
    works = {}
    for row in connection.execute(_WORK, {"numbers": numbers}):
        module = refusal_of(row.module_refusal) or Submission(row.module_name, row.data or b"")
        quiz = refusal_of(row.quiz_refusal) or row.quiz
        works[row.id] = Work(row.id, row.name, row.sid, module, quiz, iso(row.first_at))
    return works


def _queue(connection: Connection, number: int, submissions: Iterable[int]) -> None:
    rows = [{"round_id": number, "submission_id": s, "state": QUEUED, "tries": 0} for s in submissions]
    connection.execute(insert(run), rows)


def _pending(connection: Connection, chapter_ids: Iterable[int], which: Any) -> list[int]:
    of = run.join(round_, run.c.round_id == round_.c.id).join(submission, run.c.submission_id == submission.c.id)
    query = select(run.c.id).select_from(of)
    query = query.where(which, run.c.state.not_in(ENDED), submission.c.chapter_id.in_(list(chapter_ids)))
    return list(connection.execute(query.order_by(run.c.id)).scalars())


def _chapter_ids(connection: Connection, names: Sequence[str]) -> list[int]:
    return list(connection.execute(select(chapter.c.id).where(chapter.c.name.in_(names))).scalars())


def _checks(
    connection: Connection, card: Mapping[str, Any], known: KnownChecks
) -> tuple[int, dict[tuple[str, str], int]]:
    """Return the number of the checks that made a card, and of each of them; they are entered with their first card."""
    key = card["chapter"], card["checks_sha256"]
    if key not in known:
        of = checks.join(chapter, checks.c.chapter_id == chapter.c.id)
        query = select(checks.c.id).select_from(of).where(chapter.c.name == key[0], checks.c.sha256 == key[1])
        number = connection.execute(query).scalar_one_or_none()
        if number is None:
            number = _enter_checks(connection, card)
        rows = connection.execute(select(check.c.id, check.c.task, check.c.name).where(check.c.checks_id == number))
        known[key] = number, {(row.task, row.name): row.id for row in rows}
    return known[key]


def _enter_checks(connection: Connection, card: Mapping[str, Any]) -> int:
    of = connection.execute(select(chapter.c.id).where(chapter.c.name == card["chapter"])).scalar_one()
    made = connection.execute(insert(checks).values(chapter_id=of, sha256=card["checks_sha256"])).inserted_primary_key
    assert made is not None
    declared = [(task["name"], row) for task in card["tasks"] for row in task["checks"]]
    rows = [
        {"checks_id": made[0], "position": position, "task": task, "name": row["name"], "title": row["title"],
         "points": row["max_points"]}
        for position, (task, row) in enumerate(declared)
    ]  # fmt: skip
    connection.execute(insert(check), rows)
    return int(made[0])
