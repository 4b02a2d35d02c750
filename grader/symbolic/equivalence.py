"""Whether an answer equals the reference: evaluation at many points, believed only when more digits agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from random import Random
from typing import Literal

from grader.symbolic.numeric import Arithmetic, Ball, Budget, NoInformation, NoValue, Point, Value
from grader.symbolic.points import Domain, inside, random_point, special_points
from grader.symbolic.tree import Node

ROOT_DIGITS = 20
DIGITS = (50, 110, 230)
LAST_DIGITS = 1200
SURE_BITS = 200
TRUSTED_BITS = 100
ZERO_BITS = -300
WANTED_POINTS = 16
FEWEST_POINTS = 6
MOST_TRIES = 160
MOST_SPECIAL = 60
QUIET_PLACES = 2
STEPS_TO_DECIDE = 150_000
STEPS_AT_LAST = 20_000
STEPS_TO_EXPLAIN = 30_000

Result = Literal["same", "different", "unknown"]


class Place:
    """A point, and the reference's value there to as many digits as are asked for."""

    def __init__(self, point: Point, reference: Node) -> None:
        self.point = point
        self.reference = reference
        self.known: dict[int, Ball | None] = {}

    def expected(self, arithmetic: Arithmetic) -> Ball | None:
        """Return the reference's value, None where it is not known to 30 digits at this precision."""
        if arithmetic.precision not in self.known:
            self.known[arithmetic.precision] = self._trusted(arithmetic)
        return self.known[arithmetic.precision]

    def _trusted(self, arithmetic: Arithmetic) -> Ball | None:
        ball = attempt(arithmetic, self.reference, self.point)
        if ball is None or ball.error > arithmetic.bits(ball.value) - TRUSTED_BITS:
            return None
        return ball


@dataclass(frozen=True)
class Finding:
    """What a comparison found: the result, and for a difference the place and the answer's value (None: no value)."""

    result: Result
    place: Place | None = None
    value: Value | None = None
    expected: Value | None = None


class Comparison:
    """One question's reference at its points, compared with any number of formulas.

    Args:
        function: what the author declared; points where it is not real do not count.
        reference: the right answer's tree.
        variables: the declared variables, the one to derive by first.
        domain: intervals of the variables.
        rng: where the points come from.
    """

    def __init__(
        self, function: Node, reference: Node, variables: tuple[str, ...], domain: Domain, rng: Random
    ) -> None:
        self.function = function
        self.reference = reference
        self.variables = variables
        self.domain = domain
        self.rng = rng
        self.budget = Budget(STEPS_TO_DECIDE)
        self.ladder = [Arithmetic(digits, self.budget) for digits in DIGITS]

    @cached_property
    def places(self) -> list[Place]:
        """The random points at which the reference is known, at most ``WANTED_POINTS`` of them."""
        points = (random_point(self.variables, self.domain, self.rng) for _ in range(MOST_TRIES))
        return [*islice(self._known_places(points), WANTED_POINTS)]

    def place(self, point: Point) -> Place | None:
        """Return the place of a point, None outside the domain and where function or reference is not known."""
        if not inside(point, self.domain) or not self._is_real(self.function, point):
            return None
        place = Place(point, self.reference)
        return place if any(place.expected(arithmetic) for arithmetic in self.ladder) else None

    def decide(self, answer: Node, to_all_digits: bool = True) -> Finding:
        """Return whether the answer equals the reference at every point, and if not, where it differs.

        Args:
            answer: a formula.
            to_all_digits: whether to look for what is too small for 50 digits as well.
        """
        same = 0
        for place in self._all_places(answer):
            finding = self.compare(answer, place)
            if finding.result == "different":
                return finding
            same += finding.result == "same"
        if to_all_digits and same >= FEWEST_POINTS and (finding := self._quietly(answer)).result == "different":
            return finding
        return Finding("same" if same >= FEWEST_POINTS and self.budget.left >= 0 else "unknown")

    def renew_budget(self) -> None:
        """Begin a new budget, for what comes after the decision."""
        self.budget.left = STEPS_TO_EXPLAIN

    def compare(self, answer: Node, place: Place) -> Finding:
        """Return whether the answer has the expected value at one place; a difference must show at two precisions."""
        seen = False
        for arithmetic in self.ladder:
            finding = self._compared(answer, place, arithmetic)
            if finding.result == "same" or (finding.result == "different" and seen):
                return finding
            seen = finding.result == "different"
        return self._at_last(answer, place)

    def exact(self, value: Value) -> Value:
        """Return a value of any of the contexts in the most precise one, unchanged."""
        return self.ladder[-1].context.convert(value)

    def _at_last(self, answer: Node, place: Place) -> Finding:
        """Return the result with very many digits, where a difference must be far beyond its error."""
        return self._compared(answer, place, self._last, SURE_BITS)

    @cached_property
    def _last(self) -> Arithmetic:
        return Arithmetic(LAST_DIGITS, Budget(STEPS_AT_LAST))

    def _compared(self, answer: Node, place: Place, arithmetic: Arithmetic, margin: int = 1) -> Finding:
        expected = place.expected(arithmetic)
        if expected is None:
            return Finding("unknown")
        try:
            value, error = arithmetic.real(answer, place.point)
        except NoInformation:
            return Finding("unknown")
        except NoValue:
            return Finding("different", place, None, self.exact(expected.value))
        apart = arithmetic.bits(value - expected.value)
        if apart > max(error, expected.error) + margin:
            return Finding("different", place, self.exact(value), self.exact(expected.value))
        known = error <= (arithmetic.bits(expected.value) - TRUSTED_BITS if expected.value else ZERO_BITS)
        return Finding("same" if known else "unknown")

    def _all_places(self, answer: Node) -> Iterator[Place]:
        yield from self.places
        if len(self.places) >= FEWEST_POINTS:
            base = [place.point for place in self.places]
            roots = Arithmetic(ROOT_DIGITS, self.budget)
            known = (self.function, self.reference)
            points = special_points(answer, known, self.variables[0], base, roots)
            yield from self._known_places(islice(points, MOST_SPECIAL))

    def _known_places(self, points: Iterable[Point]) -> Iterator[Place]:
        return (place for point in points if (place := self.place(point)))

    def _quietly(self, answer: Node) -> Finding:
        """Return the result at the points nearest to 0 with all digits, which finds what is too small for 50."""
        quiet = sorted(self.places, key=lambda place: sum(abs(value) for value in place.point.values()))
        for place in quiet[:QUIET_PLACES]:
            finding = self._compared(answer, place, self.ladder[-1])
            if finding.result == "different":
                return finding
        return Finding("same")

    def _is_real(self, node: Node, point: Point) -> bool:
        """Tell whether the function has a real value, by the lowest precision that knows it."""
        for arithmetic in self.ladder:
            try:
                arithmetic.real(node, point)
            except NoInformation:
                continue
            except NoValue:
                return False
            return True
        return False


def attempt(arithmetic: Arithmetic, node: Node, point: Point) -> Ball | None:
    """Return the real value, None where there is none or it is not known."""
    try:
        return arithmetic.real(node, point)
    except (NoValue, NoInformation):
        return None
