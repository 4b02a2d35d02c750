"""The gradebook's tables: facts that are added and never rewritten; scores are computed from them.

Times are whole seconds since 1970 in UTC, so that every database subtracts them alike. Texts that hold a list are JSON.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()


def _table(name: str, *columns: SchemaItem) -> Table:
    """Return a table whose rows have a number."""
    return Table(name, metadata, Column("id", Integer, primary_key=True), *columns)


def _to(table: str) -> Column[int]:
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}.id"), nullable=False)


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""``version``: how many migrations this file has been through."""

student = _table(
    "student",
    Column("sid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("on_roster", Boolean, nullable=False),
)

alias = Table(
    "alias",
    metadata,
    Column("value", Text, primary_key=True),
    _to("student"),
)

chapter = _table(
    "chapter",
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("max_points", Integer, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

submission = _table(
    "submission",
    _to("student"),
    _to("chapter"),
    Column("content_sha256", Text, nullable=False),
    Column("module_name", Text, nullable=False),
    Column("module_sha256", Text, ForeignKey("blob.sha256")),
    Column("module_refusal", Text),
    Column("quiz_sha256", Text, ForeignKey("blob.sha256")),
    Column("quiz_refusal", Text),
    UniqueConstraint("student_id", "chapter_id", "content_sha256"),
)
"""What one student handed in for one chapter, by content; a refusal says why there are no bytes."""

hand_in = _table(
    "hand_in",
    _to("submission"),
    Column("submitted_at", BigInteger),
    Column("time_source", Text),
    Column("source", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("hand_in_of", "submission_id"),
)
"""When and where a submission was found: the same content may be handed in again."""

refused = _table(
    "refused",
    Column("path", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sid", Text),
    Column("seen_at", BigInteger, nullable=False),
    UniqueConstraint("path", "reason"),
)

round_ = _table(
    "round",
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("applied_at", BigInteger),
)
"""A reason to grade: ``class`` or ``regrade``. Its runs count once it is applied; a regrade is looked at before."""

checks = _table(
    "checks",
    _to("chapter"),
    Column("sha256", Text, nullable=False),
    UniqueConstraint("chapter_id", "sha256"),
)

check = _table(
    "check",
    _to("checks"),
    Column("position", Integer, nullable=False),
    Column("task", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("points", Integer, nullable=False),
    UniqueConstraint("checks_id", "task", "name"),
)

run = _table(
    "run",
    _to("round"),
    _to("submission"),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lane", Text),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("checks_id", Integer, ForeignKey("checks.id")),
    Column("seed", Text),
    Column("grader", Text),
    Column("status", Text),
    Column("points", Integer),
    Column("max_points", Integer),
    Column("milliseconds", Integer),
    Column("note", Text),
    Column("card", LargeBinary),
    Column("card_sha256", Text),
    UniqueConstraint("round_id", "submission_id"),
    Index("run_of", "submission_id"),
    Index("run_state", "state"),
)
"""One grading of one submission: queued, running, done, or lost (it broke the grader each time)."""

check_result = Table(
    "check_result",
    metadata,
    Column("run_id", Integer, ForeignKey("run.id"), primary_key=True),
    Column("check_id", Integer, ForeignKey("check.id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("points", Integer),
    Column("code", Text),
    Column("misconception", Text),
    Column("milliseconds", Integer),
    sqlite_with_rowid=False,
)

rule = _table(
    "rule",
    Column("chapter_id", Integer, ForeignKey("chapter.id")),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""``due`` of a chapter, ``pick`` and ``late`` of all: the newest of its kind holds."""

override = _table(
    "override",
    _to("student"),
    _to("chapter"),
    Column("points", Integer),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Points that a person gave; the newest holds, and one without points takes the others back."""

event = _table(
    "event",
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
