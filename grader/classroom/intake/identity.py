"""Identity: which person of the class a label means. Nobody is joined to somebody else by a name that two may bear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from grader.classroom.handed_in import Person
from grader.classroom.intake.names import key, readable
from grader.classroom.intake.platforms import Label
from grader.classroom.intake.roster import Roster

SHORTEST_WORD = 3
"""Characters of an id or alias that is looked for among other words; digits alone need one more."""

MAX_WORDS = 20
"""Words of a name that are looked at; their number goes in by its square."""

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a label means, and what a teacher should know about how that was found out."""

    student: str
    flags: tuple[str, ...]


class Identities:
    """The people of a class, and what tells which of them a label means."""

    def __init__(self, roster: Roster, labels: Iterable[Label]) -> None:
        """Find out who every label means; a label is known by what it was found as."""
        self._roster = roster
        self._people = {person.id: person for person in roster.people}
        self._by_found: dict[str, Identity] = {}
        distinct = {label.found: label for label in labels}
        sure = {found: self._by_key(label) for found, label in distinct.items()}
        named = {found: None if sure[found] else self._by_name(label) for found, label in distinct.items()}
        times = Counter(person.id for person in (*sure.values(), *named.values()) if person)
        for found, label in distinct.items():
            by_name = named[found]
            if person := sure[found]:
                self._enter(label, person)
            elif by_name and times[by_name.id] == 1:  # if another label means them too, a name is no proof
                self._enter(label, by_name, "student_by_name")
            elif not by_name and (person := self._by_word(label)):
                self._enter(label, person, "student_by_word")
            else:
                self._enter(label, Person(readable(found), readable(label.name), (), False))

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone on the roster, in its order, then everyone else, in the order of their labels."""
        return tuple(self._people.values())

    def of(self, label: Label) -> Identity:
        """Return who a label means."""
        return self._by_found[label.found]

    def _enter(self, label: Label, person: Person, *flags: str) -> None:
        """Note who a label means; what it was found as becomes an alias of theirs."""
        person = self._people.get(person.id, person)
        if key(label.found) not in map(key, (person.id, *person.aliases)):
            person = replace(person, aliases=(*person.aliases, readable(label.found)))
        self._people[person.id] = person
        self._by_found[label.found] = Identity(person.id, flags)

    def _by_key(self, label: Label) -> Person | None:
        """Return the person whose id or alias is one of a label's keys."""
        people = (self._roster.known.get(key(word)) for word in label.keys)
        return next((person for person in people if person), None)

    def _by_name(self, label: Label) -> Person | None:
        """Return the only person on the roster who bears a label's name."""
        bearers = self._roster.names.get(key(label.name), [])
        return bearers[0] if len(bearers) == 1 else None

    def _by_word(self, label: Label) -> Person | None:
        """Return the one person whose id or alias stands in a label as a word; of two in one place the longer counts.

        "ada" stands for her in hw1_ada, but not in Ada Turing: beside letters alone it may be half of a name.
        """
        text = key(label.words)
        words = [word.span() for word in islice(_WORD.finditer(text), MAX_WORDS)]
        spans = [(a, b) for a, _ in words for _, b in words if a < b]
        hits: dict[tuple[int, int], Person] = {}
        for a, b in sorted(spans, key=lambda span: span[0] - span[1]):
            person = self._roster.known.get(text[a:b])
            is_long = b - a >= SHORTEST_WORD + text[a:b].isdigit()
            is_apart = all(b <= start or end <= a for start, end in hits)
            beside = [text[start:end] for start, end in words if end <= a or b <= start]
            is_whole = _DIGIT.search(text[a:b]) or all(map(_DIGIT.search, beside))
            if person and is_long and is_apart and is_whole:
                hits[a, b] = person
        found = {person.id: person for person in hits.values()}
        return next(iter(found.values())) if len(found) == 1 else None
