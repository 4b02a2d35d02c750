"""Grades what is queued in a gradebook: gives work to lanes, keeps results as they come, and loses nothing on the way.

A run is marked as begun on disk before a lane gets it, and results are kept in the transaction that begins the next.
What a lane held when it was lost is tried again with nothing beside it, so that it can harm nobody; what breaks its
lane every time is marked. A crash is believed when the same checks crash again: a worker may have been killed from outside.
Whoever grades may be killed as well: what a run was begun for by another process is no evidence against it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from grader.classroom.channel import Message
from grader.classroom.lanes import AHEAD, Lane, Lanes
from grader.classroom.work import Work
from grader.gradebook import runs
from grader.gradebook.database import Connection, Database

ENOUGH_LOSSES = 4  # of the lanes of a run: once in company, then alone
ENOUGH_CRASHES = 3  # of the same checks of a run
MOST_TRIES = 12  # of a run, whatever became of them
READ_AHEAD = 20  # submissions that are read from the gradebook together
LISTEN = 0.5  # seconds between two looks at the clock of the progress bar


@dataclass
class Tally:
    """How far a class is.

    Attributes:
        total: runs to make.
        counts: how many ended with each status.
    """

    total: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many have ended."""
        return sum(self.counts.values())

    def add(self, status: str) -> None:
        """Count one."""
        self.counts[status] = self.counts.get(status, 0) + 1


OnProgress = Callable[[Tally], None]


def grade_queued(database: Database, lanes: Lanes, queued: Iterable[int], on_progress: OnProgress) -> Tally:
    """Make the runs and keep their results; ends when each has one.

    Raises:
        KeyboardInterrupt: it was stopped; what had not ended is queued again.
        GradeError: lanes do not start.
    """
    grading = Grading(database, lanes, list(queued))
    try:
        grading.turn([])
        while grading.is_busy():
            grading.turn(list(lanes.listen(LISTEN)))
            on_progress(grading.tally)
    finally:
        grading.stop()
    return grading.tally


class Grading:
    """The state between two messages: which runs wait, which must be alone, and how often each was tried and crashed."""

    def __init__(self, database: Database, lanes: Lanes, queued: list[int]) -> None:
        self.database = database
        self.lanes = lanes
        self.tally = Tally(len(queued))
        self.known_checks: runs.KnownChecks = {}
        self.works: dict[int, Work] = {}  # of runs that will begin soon
        with database.read() as connection:
            known = runs.tries_of(connection)
        self.losses: Counter[int] = Counter()  # of lanes, by run
        self.crashes: Counter[tuple[int, frozenset[str]]] = Counter()  # by run and checks
        self.tries: dict[int, int] = {number: known[number] for number in queued if number in known}
        self.waiting = deque(number for number in queued if number not in known)
        self.alone = deque(number for number in queued if number in known)

    def is_busy(self) -> bool:
        """Return whether a run has not ended."""
        return bool(self.waiting or self.alone or self.is_grading())

    def is_grading(self) -> bool:
        """Return whether a lane holds a run."""
        return any(lane.holds for lane in self.lanes.lanes)

    def turn(self, came: list[tuple[Lane, Message | None]]) -> None:
        """Keep what came and mark what begins next, in one transaction; then hand it over."""
        if not came and not self.has_room():
            return
        gone = [lane for lane, message in came if message is None]
        with self.database.write() as connection:
            for lane, message in came:
                if message is not None:
                    self.take(connection, lane, message)
            for lane in gone:
                self.bury(connection, lane)
            given = [(lane, self.begin(connection, lane, number)) for lane, number in self.choose(connection)]
        for lane, work in given:
            lane.give(work)
        for lane in gone:
            self.lanes.replace(lane)

    def has_room(self) -> bool:
        """Return whether a run could begin now."""
        ready = self.lanes.ready()
        if self.waiting:
            return any(len(lane.holds) < AHEAD for lane in ready)
        return bool(self.alone and ready and not self.is_grading())

    def choose(self, connection: Connection) -> Iterator[tuple[Lane, int]]:
        """Yield what each lane that is ready gets next; what must be alone comes last, one at a time."""
        ready = self.lanes.ready()
        for lane in ready:
            while self.waiting and len(lane.holds) < AHEAD:
                yield lane, self.waiting.popleft()
        if ready and not self.waiting and not self.is_grading():
            number = self.next_alone(connection)
            if number is not None:
                yield ready[0], number

    def next_alone(self, connection: Connection) -> int | None:
        """Return the next run that broke a lane; those that did so too often are marked instead."""
        while self.alone:
            number = self.alone.popleft()
            losses, tries = self.losses[number], self.tries.get(number, 0)
            if losses < ENOUGH_LOSSES and tries < MOST_TRIES:
                return number
            times = f"each of the {losses}" if losses == tries else f"{losses} of the {tries}"
            runs.lose(connection, number, f"the grader ended {times} times that it graded this")
            self.tally.add("grader_error")
        return None

    def begin(self, connection: Connection, lane: Lane, number: int) -> Work:
        """Mark a run as begun and return what it grades."""
        runs.start(connection, number, lane.name)
        self.tries[number] = self.tries.get(number, 0) + 1
        lane.holds.append(number)
        if number not in self.works:  # the next ones come in the same query
            self.works = runs.read_works(connection, [number, *islice(self.waiting, READ_AHEAD)])
        return self.works.pop(number)

    def take(self, connection: Connection, lane: Lane, message: Message) -> None:
        """Keep a scorecard, or put a doubtful one's run at the end of the queue."""
        number, result = lane.holds.popleft(), runs.Result.of(message["card"])
        if is_doubtful(result.card):
            same = number, crashed_checks(result.card)
            self.crashes[same] += 1
            if self.crashes[same] < ENOUGH_CRASHES and self.tries[number] < MOST_TRIES:
                runs.give_back(connection, [number], was_tried=True)
                self.waiting.append(number)
                return
        if runs.finish(connection, number, lane.name, result, self.known_checks):
            self.tries.pop(number)
            self.tally.add(result.card["status"])

    def bury(self, connection: Connection, lane: Lane) -> None:
        """Put back what a lane that is gone held: the first run is under suspicion, the others were not begun."""
        first, rest = list(lane.holds)[:1], list(lane.holds)[1:]
        lane.holds.clear()
        lane.is_gone = True
        runs.give_back(connection, first, was_tried=True)
        self.losses.update(first)
        self.alone.extend(first)
        self.release(connection, rest)
        self.waiting.extendleft(reversed(rest))

    def release(self, connection: Connection, numbers: list[int]) -> None:
        """Queue runs again as if no lane had been given them."""
        runs.give_back(connection, numbers, was_tried=False)
        for number in numbers:
            self.tries[number] -= 1

    def stop(self) -> None:
        """Queue again what lanes still hold: nothing if everything has ended."""
        held = [number for lane in self.lanes.lanes for number in lane.holds]
        if held:
            with self.database.write() as connection:
                self.release(connection, held)


def is_doubtful(card: Mapping[str, Any]) -> bool:
    """Return whether a card may be due to something outside: a crash, or a fault of the grader."""
    reason = card["reason"] or {}
    return card["status"] == "grader_error" or reason.get("code") == "CRASH" or bool(crashed_checks(card))


def crashed_checks(card: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of a card's checks that ended in a crash."""
    checks = (check for task in card["tasks"] for check in task["checks"])
    return frozenset(check["name"] for check in checks if check["code"] == "CRASH")
