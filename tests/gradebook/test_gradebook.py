"""A gradebook keeps every fact once and rewrites none."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from grader.classroom.handed_in import HandedIn, Person, Refused
from grader.errors import GradeError, UsageError
from grader.gradebook import rules, runs, tables
from grader.gradebook.clock import iso, seconds
from grader.gradebook.database import Database, open_database
from grader.gradebook.intake import PACK, note_event
from grader.gradebook.migrations import FIRST, STEPS, migrate
from grader.gradebook.regrade import read_moves
from grader.gradebook.verify import verify
from grader.verdict import Ungradable
from tests.gradebook.conftest import ADA, ALL, CHAPTER, Filled


def test_the_file_is_for_its_owner_and_safe_against_a_crash(tmp_path: Path) -> None:
    database = open_database(tmp_path / "class.db", make=True)
    assert stat.S_IMODE((tmp_path / "class.db").stat().st_mode) == 0o600
    with database.read() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert pragmas == ["wal", 1, 1]  # NORMAL: a kill costs nothing, a power cut the last moments
    database.close()


def test_entering_a_class_again_changes_nothing(filled: Filled) -> None:
    for _ in range(3):
        filled.enter(ADA, Refused("ada/x.pdf", "no Python file", "ada"))
        filled.hand_in("ada", "x = 1\n")
        filled.hand_in("bob", "x = 1\n")
    assert [filled.count(t) for t in (tables.student, tables.alias, tables.submission, tables.hand_in)] == [2, 1, 2, 2]
    assert [filled.count(t) for t in (tables.blob, tables.refused)] == [1, 1]
    assert filled.grade() == 2
    assert filled.grade() == 0


def test_attempts_in_any_order_are_numbered_by_their_time(filled: Filled) -> None:
    filled.hand_in("ada", "x = 2\n", "2026-11-20T13:00:00+01:00")
    filled.hand_in("ada", "x = 1\n", "2026-11-20T11:00:00+00:00")
    filled.grade({"x = 1\n": ALL, "x = 2\n": {"halves"}})
    best = filled.score()
    assert (best.points, best.attempt, best.attempts) == (20, 1, 2)
    assert best.submitted_at == "2026-11-20T11:00:00Z"
    assert best.rule == "best of 2"
    last = filled.score(pick="last")
    assert (last.points, last.attempt) == (4, 2)


def test_the_first_time_of_a_content_stays(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n", "2026-11-20T12:00:00Z")
    filled.hand_in("ada", "x = 1\n", "2026-11-25T12:00:00Z", source="copied again")
    with filled.database.write() as connection:
        rules.set_due(connection, CHAPTER, seconds("2026-11-21T00:00:00Z") or 0)
    filled.grade()
    assert (filled.score().days_late, filled.score().attempts) == (0, 1)
    assert filled.count(tables.hand_in) == 2


def test_everybody_has_a_row(filled: Filled) -> None:
    empty = HandedIn("eve", CHAPTER, Ungradable("NOT_WRITTEN", "eve handed in nothing"), None, None, None, "eve/")
    filled.enter(ADA, Person("eve", "Eve", (), False), empty)
    assert (filled.score("ada").status, filled.score("ada").points) == ("missing", 0)
    assert (filled.score("eve").status, filled.score("eve").points) == ("waiting", None)


def test_a_roster_read_later_names_who_was_found_before(filled: Filled) -> None:
    filled.enter(Person("ada", "ada", (), False))
    filled.enter(ADA)
    filled.enter(Person("ada", "ada", (), False))
    assert (filled.score().name, filled.score().on_roster) == ("Ada", True)


def test_who_is_known_is_read_once_for_a_class_of_any_size(filled: Filled) -> None:
    statements: list[str] = []
    event.listen(filled.database.engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    found = [Person(f"s{n:03}", f"s{n:03}", (f"mail{n}", "of two"), False) for n in range(2 * PACK + 50)]
    assert filled.enter(*found).people == 450
    assert [filled.count(t) for t in (tables.student, tables.alias)] == [450, 451]
    assert filled.enter(*(Person(p.id, p.name.upper(), p.aliases, True) for p in found)).people == 0
    assert [filled.score(p.id).name for p in (found[0], found[-1])] == ["S000", "S449"]
    assert filled.count(tables.alias) == 451
    whole = [text for text in statements if text.startswith("SELECT") and text.endswith(("FROM student", "FROM alias"))]
    assert len([text for text in whole if "count" not in text]) == 2 * 2


def test_due_times_and_overrides_leave_their_history(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n", "2026-11-20T12:00:00Z")
    filled.grade({"numbers"})
    with filled.database.write() as connection:
        rules.set_policy(connection, "last", "10%")
        for due in ("2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"):
            rules.set_due(connection, CHAPTER, seconds(due) or 0)
    score = filled.score()
    assert (score.points, score.graded_points, score.penalty, score.days_late) == (10, 12, 2, 1)
    assert filled.score(late="none").points == 12
    for points, expected in ((17, 17), (18, 18), (None, 10)):
        with filled.database.write() as connection:
            rules.give_points(connection, "ada", CHAPTER, points, "on paper", "me")
        assert filled.score().points == expected
    assert filled.score().override is None
    assert [filled.count(t) for t in (tables.rule, tables.override)] == [4, 3]
    assert filled.count(tables.event) >= 7


@pytest.mark.parametrize(
    ("student", "points", "reason", "said"),
    [
        ("adda", 3, "why", "Did you mean 'ada'"),
        ("ada", 21, "why", "0 to 20"),
        ("ada", -1, "why", "0 to 20"),
        ("ada", 3, " ", "--reason"),
    ],
)
def test_an_override_that_cannot_be_meant_is_refused(
    filled: Filled, student: str, points: int, reason: str, said: str
) -> None:
    filled.hand_in("ada", "x = 1\n")
    with pytest.raises(UsageError, match=said), filled.database.write() as connection:
        rules.give_points(connection, student, CHAPTER, points, reason, "me")
    assert filled.count(tables.override) == 0


def test_a_result_is_kept_once_and_from_the_lane_that_holds_the_run(filled: Filled) -> None:
    from tests.gradebook.conftest import make_card

    filled.hand_in("ada", "x = 1\n")
    card = runs.Result.of(make_card(ALL).to_json())
    with filled.database.write() as connection:
        (number,) = runs.queue_class(connection, [CHAPTER], "test")
        assert not runs.finish(connection, number, "one", card, {})  # it was not begun
        runs.start(connection, number, "one")
        runs.give_back(connection, [number], was_tried=True)
        runs.start(connection, number, "two")
        assert not runs.finish(connection, number, "one", card, {})  # a lane that was given up answers late
        assert runs.finish(connection, number, "two", card, {})
        assert not runs.finish(connection, number, "two", card, {})
        runs.start(connection, number, "three")
        runs.lose(connection, number, "late")
    assert filled.score().status == "graded"
    assert filled.count(tables.check_result) == 3


def test_tries_are_counted_when_a_run_begins_and_given_back_when_it_did_not(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n")
    with filled.database.write() as connection:
        (number,) = runs.queue_class(connection, [CHAPTER], "test")
        assert runs.tries_of(connection) == {}
        runs.start(connection, number, "one")
        assert runs.tries_of(connection) == {number: 1}
        runs.give_back(connection, [number], was_tried=False)
        assert runs.tries_of(connection) == {}
        assert runs.queue_class(connection, [CHAPTER], "test") == [number]


def test_a_regrade_is_looked_at_before_it_counts_and_the_old_runs_stay(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n")
    filled.hand_in("bob", "x = 2\n")
    filled.grade()
    number = filled.regrade({"x = 1\n": {"numbers", "halves"}, "x = 2\n": ALL}, checks="b" * 64)
    assert filled.score().points == 20
    with filled.database.read() as connection:
        (move,) = read_moves(connection, number)
    assert (move.student, move.before, move.after, move.checks) == ("ada", 20, 16, ("arrays: passed → wrong",))
    with filled.database.write() as connection:
        runs.apply_round(connection, number)
    assert filled.score().points == 16
    assert filled.count(tables.run) == 4
    assert filled.grade() == 0
    assert verify(filled.database) == (4, [])


def test_a_regrade_numbers_attempts_as_the_scores_do(filled: Filled) -> None:
    filled.hand_in("ada", "x = 2\n", "2026-11-20T13:00:00Z")
    filled.hand_in("ada", "x = 1\n", "2026-11-20T11:00:00Z")  # found later, handed in before
    filled.grade({"x = 1\n": ALL, "x = 2\n": {"halves"}})
    number = filled.regrade({"x = 1\n": {"numbers"}, "x = 2\n": ALL})
    with filled.database.read() as connection:
        moves = {move.attempt: (move.before, move.after) for move in read_moves(connection, number)}
    assert moves == {1: (20, 12), 2: (4, 20)}
    assert (filled.score(pick="first").attempt, filled.score(pick="first").graded_points) == (1, 20)


def test_a_regrade_that_was_cut_off_is_gone_on_with(filled: Filled) -> None:
    for student in ("ada", "bob"):
        filled.hand_in(student, f"x = '{student}'\n")
    filled.grade()
    with filled.database.write() as connection:
        number, queued = runs.queue_regrade(connection, [CHAPTER], "key")
        filled.end(connection, queued[:1], ALL)
    with filled.database.write() as connection:
        assert runs.queue_regrade(connection, [CHAPTER], "key") == (number, queued[1:])
        other, every = runs.queue_regrade(connection, [CHAPTER], "other key")
    assert other != number
    assert len(every) == 2


def test_a_regrade_that_counts_is_not_gone_on_with_and_one_that_does_not_never_counts(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n")
    number = filled.regrade()
    assert filled.score().status == "waiting"
    with filled.database.write() as connection:
        runs.apply_round(connection, number)
    assert filled.score().points == 20
    with filled.database.write() as connection:
        again, queued = runs.queue_regrade(connection, [CHAPTER], "again")
    assert again != number
    assert len(queued) == 1


def tampered(filled: Filled, statement: str) -> list[str]:
    """Return what verify finds after somebody changed the file behind the gradebook's back."""
    filled.hand_in("ada", "x = 1\n")
    filled.grade({"numbers"})
    assert verify(filled.database) == (1, [])
    with sqlite3.connect(filled.database.path) as connection:
        connection.execute(statement)
    connection.close()
    return verify(filled.database)[1]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE run SET points = 20", "its scorecard makes"),
        ("UPDATE run SET status = 'ungradable'", "its scorecard makes"),
        ("UPDATE run SET card = x'00'", "cannot be read"),
        ("UPDATE run SET card_sha256 = 'x'", "another hash"),
        ("UPDATE check_result SET status = 'passed', points = 4", "its checks are not"),
        ("DELETE FROM check_result", "its checks are not"),
        ("UPDATE checks SET sha256 = 'x'", "its scorecard makes"),
        ("UPDATE blob SET data = x'00'", "its bytes have another hash"),
        ("UPDATE submission SET content_sha256 = 'x'", "its files have another hash"),
        ("UPDATE submission SET student_id = 99", "names a row of student"),
        ("UPDATE run SET state = 'lost'", "it was lost and has points"),
    ],
)
def test_verify_finds_what_was_changed(filled: Filled, statement: str, said: str) -> None:
    assert any(said in problem for problem in tampered(filled, statement))


def test_one_process_at_a_time_grades_into_a_file(filled: Filled) -> None:
    filled.database.hold()
    code = (
        "import sys; from pathlib import Path; from grader.gradebook.database import open_database\n"
        "open_database(Path(sys.argv[1]), False).hold()"
    )
    command = [sys.executable, "-c", code, str(filled.database.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Another `grade` is grading into" in done.stderr
    filled.database.close()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_where_nobody_may_write_no_class_is_graded(filled: Filled) -> None:
    Path(f"{filled.database.path}.lock").mkdir()
    with pytest.raises(UsageError, match=r"class\.db cannot be written: Is a directory"):
        filled.database.hold()


def write_much(database: Database) -> None:
    """Write more than a connection allows its file to have pages."""
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.execute(tables.blob.insert().values(sha256="x", data=bytes(1 << 20)))


def test_a_full_disk_is_said_and_takes_nothing(filled: Filled) -> None:
    filled.hand_in("ada", "x = 1\n")
    with pytest.raises(GradeError, match=r"disk is full\. What it holds is kept"):
        write_much(filled.database)
    assert filled.count(tables.blob) == 1


def stopped_write(database: Database, place: int) -> bool:
    """Write, be stopped at the place-th line that runs, and return whether there were as many."""
    lines = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        if lines == place:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with database.write() as connection:
            note_event(connection, "stopped")
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return lines >= place


@pytest.mark.filterwarnings(
    "ignore:transaction already deassociated", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_a_write_that_is_stopped_anywhere_leaves_the_next_one_free(filled: Filled) -> None:
    place = 1
    while stopped_write(filled.database, place):
        with filled.database.write() as connection:
            note_event(connection, "next")
        place += 3
    assert place > 300


def test_a_write_that_a_reader_keeps_from_its_end_leaves_the_next_one_free(filled: Filled) -> None:
    with filled.database.write() as connection:
        note_event(connection, "first")
        file: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    file.execute("PRAGMA busy_timeout = 100")
    file.execute("PRAGMA journal_mode = DELETE")  # as on a network disk
    with closing(sqlite3.connect(filled.database.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT kind FROM event").fetchone()
        with pytest.raises(GradeError, match="locked"):
            lose(filled.database)
    with filled.database.write() as connection:
        note_event(connection, "next")
        kinds = connection.execute(select(tables.event.c.kind)).scalars().all()
    assert kinds[-2:] == ["first", "next"]


def lose(database: Database) -> None:
    """Write what cannot be kept."""
    with database.write() as connection:
        note_event(connection, "lost")


@pytest.mark.parametrize("content", [b"text\n" * 9, b"SQLite format 3\0 but damaged"])
def test_what_is_no_gradebook_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(content)
    with pytest.raises((UsageError, GradeError)):
        open_database(path, make=True)
    assert path.read_bytes() == content
    with pytest.raises(UsageError, match="There is no gradebook"):
        open_database(tmp_path / "none.db", make=False)
    with pytest.raises(UsageError, match="is a folder"):
        open_database(tmp_path, make=True)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(UsageError, match="something else"):
        open_database(tmp_path / "other.db", make=True)


def version_of(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(tables.meta.c.value).where(tables.meta.c.key == "version")).scalar_one())


def test_an_older_file_takes_the_steps_it_lacks_once(filled: Filled) -> None:
    taken: list[str] = []
    note = Table("note", MetaData(), Column("id", Integer, primary_key=True))
    newest = max(STEPS, default=FIRST)

    def to_next(connection: object) -> None:
        taken.append("next")
        note.create(connection)  # type: ignore[arg-type]

    steps = {**STEPS, newest + 1: to_next, newest + 2: lambda connection: taken.append("after")}
    for expected in ([newest + 1, newest + 2], []):
        with filled.database.write() as connection:
            assert migrate(connection, steps) == expected
    assert taken == ["next", "after"]
    assert version_of(filled.database) == newest + 2
    with filled.database.read() as connection:
        assert "note" in inspect(connection).get_table_names()
    with pytest.raises(UsageError, match="upgrade micrograde"):
        open_database(filled.database.path, make=False)


def test_a_step_that_fails_leaves_the_file_as_it_was(filled: Filled) -> None:
    newest = max(STEPS, default=FIRST)

    def broken(connection: object) -> None:
        raise GradeError("no")

    with pytest.raises(GradeError, match="no"), filled.database.write() as connection:
        migrate(connection, {**STEPS, newest + 1: broken})
    assert version_of(filled.database) == newest


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_the_tables_are_of_any_database(dialect: object) -> None:
    for table in tables.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))  # type: ignore[arg-type]


def test_only_one_place_knows_sqlite() -> None:
    folder = Path(tables.__file__).parent
    knowing = [
        p.name for p in folder.glob("*.py") if any(word in p.read_text() for word in ("PRAGMA", "exec_driver_sql"))
    ]
    assert knowing == ["database.py"]


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T00:00Z", "2026-11-20T12:00", ""])
def test_a_time_needs_a_zone(text: str) -> None:
    with pytest.raises(UsageError, match="write one like"):
        seconds(text)


def test_times_are_kept_in_utc() -> None:
    assert iso(seconds("2026-11-20T23:59:30+01:00")) == "2026-11-20T22:59:30Z"
    assert seconds(None) is None


def test_neither_a_student_nor_a_lane_needs_a_database() -> None:
    code = (
        "import sys; from importlib import import_module as i\n"
        "for m in ('cli', 'cli.grading', 'cli.exercises', 'cli.doctor', 'cli.classes', 'cli.scores', 'run', 'plugin', 'record', 'report.terminal', 'classroom.lane'): i('grader.' + m)\n"
        "print({'sqlalchemy', 'sqlite3', 'grader.gradebook'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
