"""Enters what a class handed in: who, what, when and from where. The same class entered again changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from grader.classroom.handed_in import HandedIn, Person, Refused
from grader.course import Chapter
from grader.gradebook.clock import now, seconds
from grader.gradebook.tables import alias, blob, chapter, event, hand_in, refused, student, submission
from grader.submission import Submission
from grader.verdict import Ungradable

PACK = 200  # facts that are held at a time
Fact = HandedIn | Person | Refused
Key = tuple[int, int, str]  # a submission's student, chapter and content
Keyed = tuple[Key, HandedIn]


@dataclass(frozen=True)
class Entered:
    """What was new: people, submissions, and files refused."""

    people: int
    submissions: int
    refused: int


def enter_class(connection: Connection, facts: Iterable[Fact], chapters: Iterable[Chapter]) -> Entered:
    """Add everyone and everything that is not in the gradebook yet, a pack at a time.

    Args:
        connection: an open gradebook.
        facts: what the intake found; a person stands before what that person handed in.
        chapters: those that are graded; what was handed in for others is left out.
    """
    at = now()
    chapter_ids = enter_chapters(connection, chapters)
    students: dict[str, Row[Any]] = {row.sid: row for row in connection.execute(select(student))}
    taken = set(connection.execute(select(alias.c.value)).scalars())
    people = submissions = left_out = 0
    for pack in packs(facts):
        people += enter_people(connection, [fact for fact in pack if isinstance(fact, Person)], students, taken)
        handed_in = [fact for fact in pack if isinstance(fact, HandedIn) and fact.chapter in chapter_ids]
        submissions += enter_pack(connection, handed_in, students, chapter_ids, at)
        left_out += enter_refused(connection, [fact for fact in pack if isinstance(fact, Refused)], at)
    entered = Entered(people, submissions, left_out)
    note_event(connection, "entered", **asdict(entered))
    return entered


def packs(facts: Iterable[Fact]) -> Iterator[list[Fact]]:
    """Yield facts some at a time."""
    remaining = iter(facts)
    while pack := list(islice(remaining, PACK)):
        yield pack


def enter_chapters(connection: Connection, chapters: Iterable[Chapter]) -> dict[str, int]:
    """Return the chapters' numbers in the gradebook; title and points are those of today's course."""
    known = {row.name: row for row in connection.execute(select(chapter))}
    for entry in chapters:
        values = {"title": entry.title, "max_points": entry.max_points}
        row = known.get(entry.name)
        if row is None:
            connection.execute(insert(chapter).values(name=entry.name, **values))
        elif (row.title, row.max_points) != (entry.title, entry.max_points):
            connection.execute(update(chapter).where(chapter.c.id == row.id).values(**values))
    return {row.name: row.id for row in connection.execute(select(chapter.c.name, chapter.c.id))}


def enter_people(
    connection: Connection, people: Sequence[Person], students: dict[str, Row[Any]], taken: set[str]
) -> int:
    """Add who is new, with aliases, and put a roster's names right; return how many were new.

    Args:
        connection: an open gradebook.
        people: at most a pack of them.
        students: everybody's row by id; kept up to date.
        taken: everybody's aliases; kept up to date.
    """
    fresh = [p for p in people if p.id not in students]
    if fresh:
        connection.execute(insert(student), [{"sid": p.id, "name": p.name, "on_roster": p.on_roster} for p in fresh])
    known = [(p, students[p.id]) for p in people if p.id in students]
    changed = [p for p, row in known if p.on_roster and (row.name, row.on_roster) != (p.name, True)]
    for person in changed:
        of = student.c.id == students[person.id].id
        connection.execute(update(student).where(of).values(name=person.name, on_roster=True))
    if touched := {p.id for p in [*fresh, *changed]}:
        rows = connection.execute(select(student).where(student.c.sid.in_(touched)))
        students.update((row.sid, row) for row in rows)
    aliases: dict[str, int] = {}
    for person in people:
        for value in person.aliases:
            if value not in taken:
                aliases.setdefault(value, students[person.id].id)
    if aliases:
        taken.update(aliases)
        connection.execute(insert(alias), [{"value": value, "student_id": of} for value, of in aliases.items()])
    return len(fresh)


def read_roster(connection: Connection) -> list[Person]:
    """Return everybody who stood on a roster, with aliases, so that the class can be entered again without it."""
    query = select(alias.c.value, student.c.sid).join(student, alias.c.student_id == student.c.id)
    aliases: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(alias.c.value)):
        aliases.setdefault(row.sid, []).append(row.value)
    people = connection.execute(select(student).where(student.c.on_roster).order_by(student.c.id))
    return [Person(row.sid, row.name, tuple(aliases.get(row.sid, ())), True) for row in people]


def enter_pack(
    connection: Connection, pack: Sequence[HandedIn], students: Mapping[str, Row[Any]], chapters: Mapping[str, int],
    at: int,
) -> int:  # fmt: skip
    """Add the submissions and hand-ins of some entries that are new and return how many submissions were."""
    keyed: list[Keyed] = [
        ((students[entry.student].id, chapters[entry.chapter], content_sha256(entry.module, entry.quiz)), entry)
        for entry in pack
    ]
    before = _submissions(connection, keyed)
    _enter_blobs(connection, pack)
    fresh: dict[Key, dict[str, object]] = {}
    for key, entry in keyed:
        if key not in before:
            fresh.setdefault(key, _row(key, entry))
    if fresh:
        connection.execute(insert(submission), list(fresh.values()))
    _enter_hand_ins(connection, keyed, _submissions(connection, keyed) if fresh else before, at)
    return len(fresh)


def content_sha256(module: Submission | Ungradable, quiz: bytes | Ungradable | None) -> str:
    """Return the hash of all that decides a submission's score: the bytes, or why there are none."""
    return content_of(_sha256(module), _refusal(module), _sha256(quiz), _refusal(quiz))


def content_of(
    module_sha256: str | None, module_refusal: str | None, quiz_sha256: str | None, quiz_refusal: str | None
) -> str:
    """Return the same from what the gradebook keeps."""
    text = json.dumps([module_sha256, module_refusal, quiz_sha256, quiz_refusal])
    return hashlib.sha256(text.encode()).hexdigest()


def refusal_of(text: str | None) -> Ungradable | None:
    """Return the refusal that the gradebook keeps as text."""
    return None if text is None else Ungradable(*json.loads(text))


def note_event(connection: Connection, kind: str, **detail: object) -> None:
    """Add a line to the event log."""
    connection.execute(insert(event).values(at=now(), kind=kind, detail=json.dumps(detail)))


def enter_refused(connection: Connection, found: Iterable[Refused], at: int) -> int:
    """Add the files that were refused and are not listed yet; return how many."""
    rows = {(r.path, r.reason): {"path": r.path, "reason": r.reason, "sid": r.student, "seen_at": at} for r in found}
    query = select(refused.c.path, refused.c.reason).where(refused.c.path.in_({path for path, _ in rows}))
    known = {(row.path, row.reason) for row in connection.execute(query)}
    fresh = [row for key, row in rows.items() if key not in known]
    if fresh:
        connection.execute(insert(refused), fresh)
    return len(fresh)


def _submissions(connection: Connection, keyed: Iterable[Keyed]) -> dict[Key, int]:
    wanted = {student_id for (student_id, _, _), _ in keyed}
    table = submission.c
    query = select(table.id, table.student_id, table.chapter_id, table.content_sha256)
    rows = connection.execute(query.where(table.student_id.in_(wanted)))
    return {(row.student_id, row.chapter_id, row.content_sha256): row.id for row in rows}


def _enter_blobs(connection: Connection, pack: Iterable[HandedIn]) -> None:
    found = {}
    for entry in pack:
        for part in (entry.module, entry.quiz):
            data = part.source if isinstance(part, Submission) else part
            if isinstance(data, bytes):
                found[hashlib.sha256(data).hexdigest()] = data
    known = set(connection.execute(select(blob.c.sha256).where(blob.c.sha256.in_(found))).scalars())
    fresh = [{"sha256": sha256, "data": data} for sha256, data in found.items() if sha256 not in known]
    if fresh:
        connection.execute(insert(blob), fresh)


def _enter_hand_ins(connection: Connection, keyed: Iterable[Keyed], ids: Mapping[Key, int], at: int) -> None:
    rows = {}
    for key, entry in keyed:
        of = ids[key]
        moment = seconds(entry.submitted_at)
        rows[of, moment, entry.source] = {
            "submission_id": of, "submitted_at": moment, "time_source": entry.time_source, "source": entry.source,
            "flags": json.dumps(list(entry.flags)), "seen_at": at,
        }  # fmt: skip
    table = hand_in.c
    query = select(table.submission_id, table.submitted_at, table.source)
    known = {tuple(row) for row in connection.execute(query.where(table.submission_id.in_({key[0] for key in rows})))}
    fresh = [row for key, row in rows.items() if key not in known]
    if fresh:
        connection.execute(insert(hand_in), fresh)


def _row(key: Key, entry: HandedIn) -> dict[str, object]:
    name = entry.module.name if isinstance(entry.module, Submission) else ""
    return {
        "student_id": key[0], "chapter_id": key[1], "content_sha256": key[2], "module_name": name,
        "module_sha256": _sha256(entry.module), "module_refusal": _refusal(entry.module),
        "quiz_sha256": _sha256(entry.quiz), "quiz_refusal": _refusal(entry.quiz),
    }  # fmt: skip


def _sha256(part: Submission | Ungradable | bytes | None) -> str | None:
    if isinstance(part, Submission):
        return part.sha256
    return hashlib.sha256(part).hexdigest() if isinstance(part, bytes) else None


def _refusal(part: Submission | Ungradable | bytes | None) -> str | None:
    return json.dumps([part.code, part.message, part.line]) if isinstance(part, Ungradable) else None
