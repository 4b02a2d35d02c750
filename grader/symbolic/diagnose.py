"""Which one broken rule gives exactly the wrong answer that was handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from grader.symbolic import tree
from grader.symbolic.derive import derive
from grader.symbolic.equivalence import Comparison, Finding, Place
from grader.symbolic.forms import folded, recognised
from grader.symbolic.numeric import Ball, NoInformation, NoValue
from grader.symbolic.rules import RANK
from grader.symbolic.slips import Slip, everywhere, slips
from grader.symbolic.tree import Node

FEWEST_VALUES = 4


def broken_rule(comparison: Comparison, answer: Node, found: Finding, variable: str | None, order: int) -> str | None:
    """Return the id of the rule whose breaking gives the answer at every point, None where no rule does.

    Args:
        comparison: the question at its points.
        answer: the wrong answer.
        found: where it differs; a rule must give the answer there too.
        variable: what was to be derived by; None where the function itself is asked.
        order: how often.
    """
    points = [place.point for place in ([found.place] if found.place else []) + comparison.places]
    # Most candidates fall at the first place: the budget does for all of them only if few digits do there.
    low = comparison.ladder[0]
    places = sorted((Place(point, answer) for point in points), key=lambda place: place.expected(low) is None)
    sheet = _Sheet(comparison, answer, places)
    candidates = _derivatives(comparison, variable, order) if variable else _of_itself(comparison)
    ranked = sorted(candidates, key=lambda slip: RANK[slip[0]])
    matching = (rule for rule, wrong in ranked if sheet.equals(wrong))
    return next(matching, None) or _relation(sheet, variable)


def _derivatives(comparison: Comparison, variable: str, order: int) -> Iterator[Slip]:
    """Yield every wrong derivative of the declared function."""
    function = comparison.function
    yield "sign_flip", tree.negate(comparison.reference)
    yield "second_derivative", derive(comparison.reference, variable)
    yield "returned_f", function
    forms = {folded(function), recognised(folded(function))}
    for form in sorted(forms, key=repr):
        last = form
        for _ in range(order - 1):
            last = derive(last, variable)
        yield from _of_form(last, variable)
        if order > 1:
            yield "derived_too_little", last
        for other in sorted(tree.names_in(form) - {variable}):
            yield "wrong_variable", derive(last, other)


def _of_form(function: Node, variable: str) -> Iterator[Slip]:
    once = slips(function, variable)
    yield from once
    yield from (("constant_kept", function) for _ in range(not tree.depends(function, variable)))
    for rule, times in Counter(rule for rule, _ in once).items():
        if times > 1:
            yield rule, everywhere(function, variable, rule)


def _of_itself(comparison: Comparison) -> Iterator[Slip]:
    yield "sign_flip", tree.negate(comparison.reference)
    for variable in comparison.variables:
        yield "derived", derive(comparison.reference, variable)


def _relation(sheet: _Sheet, variable: str | None) -> str | None:
    """Return the relation of the whole answer to the right one, where there is a plain one."""
    if variable and sheet.is_integral(variable):
        return "integrated"
    if sheet.moves and sheet.is_multiple():
        return "constant_factor"
    return "constant_term" if sheet.moves and sheet.is_shifted() else None


class _Sheet:
    """A wrong answer and its values at the points of the question."""

    def __init__(self, comparison: Comparison, answer: Node, places: Sequence[Place]) -> None:
        self.comparison = comparison
        self.answer = answer
        self.places = places
        self.moves = bool(tree.names_in(answer)) and bool(tree.names_in(comparison.reference))

    def equals(self, wrong: Node) -> bool:
        """Tell whether a formula has the answer's values everywhere, and none where the answer has none."""
        known = 0
        for place in self.places:
            result = self._same_at(wrong, place)
            if result is False:
                return False
            known += result is True
        return known >= FEWEST_VALUES

    def is_integral(self, variable: str) -> bool:
        """Tell whether deriving the answer gives the function back."""
        slope = derive(self.answer, variable)
        found = [self.comparison.compare(slope, Place(place.point, self.comparison.function)) for place in self.places]
        results = [finding.result for finding in found]
        return "different" not in results and results.count("same") >= FEWEST_VALUES

    def is_multiple(self) -> bool:
        """Tell whether the answer is the right one times one number."""
        pairs = self._pairs()
        return len(pairs) >= FEWEST_VALUES and all(
            answer.value and self._close(answer.value * pairs[0][1].value, pairs[0][0].value * right.value)
            for answer, right in pairs
        )

    def is_shifted(self) -> bool:
        """Tell whether the answer is the right one plus one number."""
        pairs = self._pairs()
        shifts = [answer.value - right.value for answer, right in pairs]
        sizes = [abs(right.value) + abs(shift) for (_, right), shift in zip(pairs, shifts, strict=True)]
        return len(pairs) >= FEWEST_VALUES and all(
            abs(shift - shifts[0]) <= size * self._tiny() for shift, size in zip(shifts, sizes, strict=True)
        )

    def _same_at(self, wrong: Node, place: Place) -> bool | None:
        """Return whether both have the same value or both none; None where that is not known."""
        if self._has_no_value(place):
            return None if self._lacks_value(wrong, place) else False
        result = self.comparison.compare(wrong, place).result
        return None if result == "unknown" else result == "same"

    def _has_no_value(self, place: Place) -> bool:
        return place.expected(self.comparison.ladder[0]) is None and self._lacks_value(self.answer, place)

    def _lacks_value(self, node: Node, place: Place) -> bool:
        try:
            self.comparison.ladder[0].real(node, place.point)
        except NoValue:
            return True
        except NoInformation:
            return False
        return False

    def _pairs(self) -> list[tuple[Ball, Ball]]:
        """Return the answer's and the right values where both are known well."""
        middle = self.comparison.ladder[1]
        both = [
            (place.expected(middle), Place(place.point, self.comparison.reference).expected(middle))
            for place in self.places
        ]
        return [(answer, right) for answer, right in both if answer and right and right.value]

    def _close(self, left: object, right: object) -> bool:
        context = self.comparison.ladder[1].context
        first, second = context.convert(left), context.convert(right)
        return bool(abs(first - second) <= max(abs(first), abs(second)) * self._tiny())

    def _tiny(self) -> object:
        return self.comparison.ladder[1].context.mpf(10) ** -25
