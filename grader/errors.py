"""Every error a person can cause, and the strict reader of authors' TOML files, which raises most of them."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_WORD = 200
"""Characters of a mistyped word that are compared: difflib's time grows with the square of the length."""

CLOSE, ABOUT_AS_CLOSE = 0.6, 0.1
"""The likeness, from 0 to 1, from which a candidate is worth naming, and how far others may stay behind the best."""


class GradeError(Exception):
    """An error that is shown to a person as one message, without a traceback; its exit status is that of ``grade``."""

    exit_status = 4

    def __init__(self, message: str) -> None:
        """Keep the message: what is wrong, where, and what to do."""
        super().__init__(message)
        self.message = message


class UsageError(GradeError):
    """The command cannot be carried out as it was given: wrong names, places that are missing or not writable."""

    exit_status = 2


class CourseError(GradeError):
    """A file of the course itself is broken: its author has to mend it, and it costs no student points."""

    exit_status = 4


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?``, ready to be appended to a sentence, or ``""`` if no candidate is close.

    Case is ignored. The closest candidate is named, and with it at most two that are about as close.
    """
    from difflib import SequenceMatcher

    mistyped = word[:LONGEST_WORD].lower()
    likeness = {
        candidate: SequenceMatcher(None, candidate[:LONGEST_WORD].lower(), mistyped).ratio() for candidate in candidates
    }
    closest = max(likeness.values(), default=0.0)
    if closest < CLOSE:
        return ""
    close = [candidate for candidate, alike in likeness.items() if alike >= max(CLOSE, closest - ABOUT_AS_CLOSE)][:3]
    if len(close) == 1:
        return f" Did you mean {close[0]!r}?"
    return f" Did you mean one of: {', '.join(map(repr, close))}?"


def read_author_text(path: Path, where: str) -> str:
    """Return the text of a course's file, its line ends as newlines; raises CourseError if it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"{where} is missing: write {path}.") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{where} is not UTF-8 at byte {error.start}: save it as UTF-8.") from None
    except OSError as error:
        raise CourseError(f"{where} cannot be read: {error.strerror} ({path}).") from None
    return text.replace("\r\n", "\n")


@dataclass(frozen=True)
class Table:
    """A table of an author's TOML file. Every mistake in it is a CourseError that names file and key.

    Attributes:
        values: what the file holds.
        where: the file and the place in it, as messages name it: ``chapter.toml of chapter01_xor: task "dense"``.
    """

    values: Mapping[str, Any]
    where: str

    @classmethod
    def parse(cls, text: str, where: str) -> "Table":
        """Return the table that a TOML text holds; ``format = 1`` must be in it."""
        try:
            table = cls(tomllib.loads(text), where)
        except (ValueError, RecursionError) as error:
            raise CourseError(f"{where} is not TOML: {error}.") from None
        if table.values.get("format") != 1:
            raise CourseError(f"{where}: format must be 1: write `format = 1` as the first line.")
        return table

    def only(self, *known: str) -> None:
        """Refuse every key that is not known."""
        for key in self.values:
            if key not in known:
                close = did_you_mean(key, known) or f" Known here: {', '.join(known)}."
                raise CourseError(f"{self.where}: {key!r} is no key here; take it out or correct it.{close}")

    def has(self, key: str) -> bool:
        """Return whether the key was written."""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not blank, stripped at both ends."""
        value = self._value(key, default, 'text, such as "…"')
        if not isinstance(value, str) or not (value.strip() or value == default):
            raise self._wrong(key, value, 'text, such as "…"')
        return value.strip()

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a whole number of at least 1."""
        value = self._value(key, default, "a whole number of at least 1")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._wrong(key, value, "a whole number of at least 1")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number of at least 0."""
        value = self._value(key, default, "a number of at least 0")
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e300:
            raise self._wrong(key, value, "a number of at least 0")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default, "true or false")
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def one_of(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        """Return one of these words."""
        value = self.text(key, default)
        if value not in words:
            allowed = " or ".join(f'"{word}"' for word in words)
            raise CourseError(f"{self.where}: {key} is {value!r}; write {allowed}.{did_you_mean(value, words)}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts as a tuple, empty if the key was not written."""
        value = self.values.get(key, [])
        is_words = isinstance(value, list) and all(isinstance(word, str) and word.strip() for word in value)
        if not is_words or len(set(value)) != len(value):
            raise self._wrong(key, value, 'a list of different texts, such as ["a", "b"]')
        return tuple(value)

    def texts(self, key: str) -> dict[str, str]:
        """Return a table of texts, empty if the key was not written."""
        value = self.values.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value.values()):
            raise self._wrong(key, value, 'a table of texts, such as { a = "…", b = "…" }')
        return dict(value)

    def table(self, key: str, where: str | None = None) -> "Table":
        """Return the table under a key, empty if it was not written."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, value, f"a table: write it below a line [{key}]")
        return Table(value, where or f"{self.where}: [{key}]")

    def tables(self, key: str) -> list["Table"]:
        """Return the tables under a key, at least one; messages name each by its name or id, else by its number."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            raise CourseError(f"{self.where}: {key} must be a list of tables: write each below a line [[{key}]].")
        return [Table(row, f"{self.where}: {key} {_label(row, n)}") for n, row in enumerate(value, start=1)]

    def _value(self, key: str, default: Any, wanted: str) -> Any:
        if key not in self.values and default is None:
            close = did_you_mean(key, self.values)
            raise CourseError(f"{self.where}: {key} is missing: give it {wanted}.{close}")
        return self.values.get(key, default)

    def _wrong(self, key: str, value: object, wanted: str) -> CourseError:
        return CourseError(f"{self.where}: {key} must be {wanted}, not {_short(value)}.")


def _label(row: Mapping[str, Any], n: int) -> str:
    name = row.get("name", row.get("id"))
    return f'"{name}"' if isinstance(name, str) else str(n)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
