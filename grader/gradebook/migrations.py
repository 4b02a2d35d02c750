"""How an older gradebook becomes one of today: small numbered steps, each in the transaction that counts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, insert, inspect, select

from grader.errors import UsageError
from grader.gradebook.tables import meta, metadata

Step = Callable[[Connection], None]

FIRST = 1
"""The version that needs no step: there was none before."""

STEPS: Mapping[int, Step] = {}
"""Version to the step that leads to it. A fresh file is made as tables.py says; an older one takes the steps it lacks."""


def migrate(connection: Connection, steps: Mapping[int, Step] = STEPS) -> list[int]:
    """Bring a gradebook to the newest version and return the versions it went through.

    Raises:
        UsageError: it was made by a newer grader, or the file holds something else.
    """
    newest = max(steps, default=FIRST)
    there = set(inspect(connection).get_table_names())
    if not there:
        metadata.create_all(connection)
        _stamp(connection, newest)
        return [newest]
    if "meta" not in there or "check_result" not in there:
        raise UsageError("This file is a database of something else, not a gradebook; name another file.")
    version = int(connection.execute(select(meta.c.value).where(meta.c.key == "version")).scalar_one())
    if version > newest:
        raise UsageError(
            f"This gradebook has version {version}, and this grader knows {newest}: upgrade micrograde to open it."
        )
    taken = [number for number in sorted(steps) if number > version]
    for number in taken:
        steps[number](connection)
        _stamp(connection, number)
    return taken


def _stamp(connection: Connection, version: int) -> None:
    connection.execute(delete(meta).where(meta.c.key == "version"))
    connection.execute(insert(meta).values(key="version", value=str(version)))
