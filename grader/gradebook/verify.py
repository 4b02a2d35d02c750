"""Recomputes what a gradebook says: every total from its rows, every hash from its bytes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator

from sqlalchemy import Connection, select

from grader.errors import UsageError
from grader.gradebook.database import Database
from grader.gradebook.intake import content_of
from grader.gradebook.runs import DONE, LOST, read_card
from grader.gradebook.tables import blob, chapter, check, check_result, checks, run, student, submission
from grader.scorecard import Scorecard


def verify(database: Database) -> tuple[int, list[str]]:
    """Return how many runs were recomputed, and a sentence for each thing that is not as it must be."""
    found = database.problems()
    with database.read() as connection:
        found += _blobs(connection)
        found += _submissions(connection)
        ended = 0
        for count, problems in _runs(connection):
            ended += count
            found += problems
    return ended, found


def _blobs(connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(blob).execution_options(yield_per=200)):
        if hashlib.sha256(row.data).hexdigest() != row.sha256:
            yield f"file {row.sha256[:12]}: its bytes have another hash"


def _submissions(connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(submission).execution_options(yield_per=1000)):
        made = content_of(row.module_sha256, row.module_refusal, row.quiz_sha256, row.quiz_refusal)
        if made != row.content_sha256:
            yield f"submission {row.id}: its files have another hash than it says"
        if (row.module_sha256 is None) == (row.module_refusal is None):
            yield f"submission {row.id}: it must have either a file or a reason why there is none"


def _runs(connection: Connection) -> Iterator[tuple[int, list[str]]]:
    of = run.join(submission, run.c.submission_id == submission.c.id).join(
        student, submission.c.student_id == student.c.id
    )
    of = of.join(chapter, submission.c.chapter_id == chapter.c.id).outerjoin(checks, run.c.checks_id == checks.c.id)
    query = select(
        run, submission.c.module_sha256, student.c.sid, chapter.c.name.label("chapter"), checks.c.sha256.label("checks")
    ).select_from(of).where(run.c.state.in_((DONE, LOST)))  # fmt: skip
    for row in connection.execute(query).yield_per(100):
        where = f"run {row.id} ({row.sid}, {row.chapter})"
        if row.state == LOST:
            yield 1, [f"{where}: it was lost and has points"] if row.points is not None else []
        else:
            yield 1, [f"{where}: {problem}" for problem in _run(connection, row)]


def _run(connection: Connection, row: object) -> Iterator[str]:
    fields = row._mapping  # type: ignore[attr-defined]
    try:
        text = zlib.decompress(fields["card"])
        plain = read_card(fields["card"])
        card = Scorecard.from_dict(plain)
    except (zlib.error, ValueError, TypeError, UsageError) as error:
        yield f"its scorecard cannot be read: {error}"
        return
    if hashlib.sha256(text).hexdigest() != fields["card_sha256"]:
        yield "its scorecard has another hash than it says"
    said = (fields["status"], fields["points"], fields["max_points"], fields["chapter"], fields["checks"])
    made = (card.status, card.points, card.max_points, card.chapter, card.checks_sha256)
    if said != made:
        yield f"it says {said}, its scorecard makes {made}"
    hashes = {file.sha256 for file in card.submission.files}
    if fields["module_sha256"] is not None and hashes and fields["module_sha256"] not in hashes:
        yield "its scorecard is of another file"
    of = check_result.join(check, check_result.c.check_id == check.c.id)
    query = select(check.c.task, check.c.name, check_result.c.status, check_result.c.points).select_from(of)
    rows = {tuple(found) for found in connection.execute(query.where(check_result.c.run_id == fields["id"]))}
    if rows != {(task.name, c.name, c.status, c.points) for task in card.tasks for c in task.checks}:
        yield "its checks are not those of its scorecard"
