"""How commands open a gradebook, and what they say where its library is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.gradebook.database import Database


@contextmanager
def opened(path: Path, make: bool = False) -> Iterator[Database]:
    """Yield the gradebook in a file and close it afterwards.

    Raises:
        UsageError: it is missing (and not to be made), no gradebook, or SQLAlchemy is not installed.
    """
    require_library()
    from grader.gradebook.database import open_database

    database = open_database(path, make)
    try:
        yield database
    finally:
        database.close()


def secret_of(gradebook: Path, named: Path | None) -> Path:
    """Return where the secret of a gradebook's class is: in the file that was named, else beside the gradebook."""
    return named or Path(f"{gradebook}.secret")


def require_library() -> None:
    """Raise UsageError unless what a gradebook needs is installed."""
    from importlib.util import find_spec

    if find_spec("sqlalchemy") is None:
        raise UsageError('A gradebook needs SQLAlchemy: pip install "sqlalchemy>=2.0.30,<3".')
