"""The file behind a gradebook: how it is opened, locked and written. What only SQLite knows stands here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from grader.errors import GradeError, UsageError
from grader.gradebook.migrations import migrate

BUSY_SECONDS = 20
__all__ = ["Connection", "Database", "open_database"]

MAGIC = b"SQLite format 3\0"


class Database:
    """An open gradebook file. Readers see one moment; writers wait for each other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _engine(path)
        self._lock: IO[bytes] | None = None
        self._writer: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees the gradebook as it is at its first query."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection whose changes are kept together at the end, or not at all.

        It is the same one every time: taking one from the engine and giving it back costs as much as a query.
        """
        try:
            if self._writer is None:
                self._writer = self.engine.connect().execution_options(writes=True)
            with self._writer.begin():
                yield self._writer
        except BaseException as error:
            self._drop_writer()  # a signal or a lock may have cut it off anywhere
            if isinstance(error.__context__, KeyboardInterrupt):  # SQLAlchemy says then that its state is odd
                raise error.__context__ from None
            if not isinstance(error, OperationalError):
                raise
            raise GradeError(
                f"The gradebook {self.path} cannot be written: {error.orig}. What it holds is kept: mend that, and "
                "give the same command again."
            ) from None

    def _drop_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(Exception):
                writer.invalidate()
            with suppress(Exception):
                writer.close()

    def hold(self) -> None:
        """Keep every other process from grading into this file until close() or the end of this process.

        Raises:
            UsageError: another process does so now, or nobody may write there.
        """
        import fcntl  # a class is graded on Linux only

        try:
            lock = open(f"{self.path}.lock", "ab")  # noqa: SIM115  it is held as long as the process lives
        except OSError as error:
            raise UsageError(f"The gradebook {self.path} cannot be written: {error.strerror}.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise UsageError(
                f"Another `grade` is grading into {self.path}; wait for it, or stop it and start again."
            ) from None
        self._lock = lock

    def problems(self) -> list[str]:
        """Return what the database itself finds wrong: broken pages, rows that name rows which are not there."""
        with self.read() as connection:
            pages = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]
            rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [*pages, *(f"table {row[0]}, row {row[1]} names a row of {row[2]} that is not there" for row in rows)]

    def close(self) -> None:
        """Close the file and let others grade into it."""
        try:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self.engine.dispose()
        finally:
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def open_database(path: Path, make: bool) -> Database:
    """Return the gradebook in a file, brought to the newest version.

    Args:
        path: the file.
        make: whether a missing one is made, readable for its owner alone.

    Raises:
        UsageError: it is missing, not a gradebook, or cannot be written.
    """
    _refuse_wrong_file(path, make)
    database = Database(path)
    try:
        with database.write() as connection:
            migrate(connection)
    except DatabaseError as error:
        database.close()
        raise UsageError(f"The gradebook {path} cannot be opened: {error.orig}.") from None
    except BaseException:
        database.close()
        raise
    return database


def _refuse_wrong_file(path: Path, make: bool) -> None:
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file for the gradebook.")
        if not path.exists():
            if not make:
                raise UsageError(f"There is no gradebook {path}; `grade class` makes one.")
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))  # names and scores are nobody else's business
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
        if start and start != MAGIC:
            raise UsageError(f"{path} is not a gradebook; name another file.")
    except OSError as error:
        raise UsageError(f"The gradebook {path} cannot be opened: {error.strerror}.") from None


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where begin() says
        with suppress(Exception):  # a network disk has no WAL; the journal beside the file does then
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is committed outlives every kill, and close() waits for the disk; a power cut in between costs at most
        # the last moments, and those submissions are graded again.
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
