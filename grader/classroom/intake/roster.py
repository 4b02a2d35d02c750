"""The roster: a CSV file with id, name and aliases, and the rules by which it knows who somebody is."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.classroom.handed_in import Person
from grader.classroom.intake.names import key, readable
from grader.errors import UsageError, did_you_mean
from grader.submission import read_plain_file
from grader.verdict import Ungradable

MAX_BYTES = 10_000_000
COLUMNS = ("id", "name", "aliases")


@dataclass
class Roster:
    """Who is in the class.

    Attributes:
        people: in the roster's order.
        known: the person that an id or an alias stands for, by its key.
        names: the persons that bear a name, by its key; several may share one.
    """

    people: list[Person] = field(default_factory=list)
    known: dict[str, Person] = field(default_factory=dict)
    names: dict[str, list[Person]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[Person]) -> Roster:
        """Return the roster that some people are."""
        roster = cls()
        for person in people:
            roster.add(person, "the roster")
        return roster

    def add(self, person: Person, where: str) -> None:
        """Add a person; raises UsageError if somebody else has the id or an alias already."""
        for word in (person.id, *person.aliases):
            other = self.known.setdefault(key(word), person)
            if other is not person:
                what = "id" if word == person.id else "alias"
                whose = "stands there twice" if what == "id" and word == other.id else f"means {other.id!r} already"
                raise UsageError(
                    f"{where}: the {what} {word!r} {whose}: give each student an id and aliases of their own "
                    "(case does not count)."
                )
        self.names.setdefault(key(person.name), []).append(person)
        self.people.append(person)


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file with the columns id, name and aliases, these separated by semicolons.

    Commas, semicolons or tabs may separate the columns. Other columns are left alone.

    Raises:
        UsageError: it cannot be read, a column is missing, or two students share an id or alias; with file and line.
    """
    roster = Roster()
    rows = _rows(path)
    where, header = next(rows, (str(path), []))
    columns = _columns(where, header)
    for where, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header):
            raise UsageError(f"{where} has {len(row)} cells for {len(header)} columns: put quotes around the aliases.")
        cells = {name: row[n].strip() if n < len(row) else "" for name, n in columns.items()}
        roster.add(_person(where, cells), where)
    return roster


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the cells of each row, and where it stands."""
    text = _text(path)
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        for row in reader:
            yield f"{path}, line {reader.line_num}", row
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: this is no CSV: {error}.") from None


def _text(path: Path) -> str:
    try:
        data = read_plain_file(path.resolve(), MAX_BYTES)
    except Ungradable as reason:
        raise UsageError(f"The roster {path} cannot be read: {reason}.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: this is not UTF-8: save the roster as “CSV UTF-8”.") from None
    if "\0" in text:
        line = text.partition("\0")[0].count("\n") + 1
        raise UsageError(f"{path}, line {line}: there is a NUL character: save the roster as “CSV UTF-8”.")
    return unicodedata.normalize("NFC", text)


def _columns(where: str, header: Sequence[str]) -> dict[str, int]:
    """Return the place of each column that is known."""
    found: dict[str, int] = {}
    for n, title in enumerate(key(cell) for cell in header):
        if title in found:
            raise UsageError(f"{where}: two columns are called {title!r}: rename one.")
        if title in COLUMNS:
            found[title] = n
    for title in map(key, header):
        if "aliases" not in found and (close := did_you_mean(title, ["aliases"])):
            raise UsageError(f"{where}: the column {title!r} is not known.{close}")
    if "id" not in found:
        raise UsageError(f"{where}: the column id is missing: begin the roster with the line id,name,aliases.")
    return found


def _person(where: str, cells: dict[str, str]) -> Person:
    id, name = cells["id"], cells.get("name", "")
    if not id:
        raise UsageError(f"{where}: the id is empty: give each student one.")
    aliases = tuple(dict.fromkeys(word.strip() for word in cells.get("aliases", "").split(";") if word.strip()))
    for word in (id, *aliases):
        if readable(word) != word.replace("\\", "\\\\"):
            raise UsageError(f"{where}: {readable(word)} holds characters that cannot be seen: take them out.")
    return Person(id, readable(name or id), aliases, True)
