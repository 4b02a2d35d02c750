"""A point a person can check by hand at which a wrong answer differs, and the value it has there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from grader.symbolic.equivalence import Comparison, Finding, Place
from grader.symbolic.numeric import NoInformation, NoValue, Point, Value
from grader.symbolic.tree import Node

_TIDY = tuple(Fraction(text) for text in "1 2 -1 1/2 -2 3 -1/2 1/4 3/2 0 5 -3 1/10 10 -10 1/100".split())
_STRIDE = 3
VISIBLE = Fraction(1, 1000)


def readable(comparison: Comparison, answer: Node, found: Finding) -> Finding:
    """Return the same difference at a point with short numbers where there is one, else at the point given."""
    tidy = (_difference(comparison, answer, point) for point in _tidy_points(comparison))
    differing = [finding for finding in tidy if finding and (finding.value is None) == (found.value is None)]
    best = next((finding for finding in differing if _clear(finding)), None) or next(iter(differing), None)
    return best or _shortened(comparison, answer, found)


def point_text(place: Place) -> str:
    """Return ``x = 1/2`` or ``w = 2, x = 3`` for a place."""
    return ", ".join(f"{name} = {_rational_text(value)}" for name, value in sorted(place.point.items()))


def value_text(comparison: Comparison, value: Value, expected: Value) -> str:
    """Return the value with as many digits as tell it from the expected one, at least four."""
    show = comparison.ladder[-1].context.nstr
    digits = next((d for d in (4, 6, 8, 12, 20, 40) if show(value, d) != show(expected, d)), 40)
    text = str(show(value, digits))
    return text.removesuffix(".0").replace(".0e", "e")


def _tidy_points(comparison: Comparison) -> Iterator[Point]:
    for start in range(len(_TIDY)):
        yield {
            variable: _TIDY[(start + _STRIDE * index) % len(_TIDY)]
            for index, variable in enumerate(comparison.variables)
        }


def _difference(comparison: Comparison, answer: Node, point: Point) -> Finding | None:
    """Return the difference at a point, None where there is none, or where something switches or ends just there."""
    place = comparison.place(point)
    if place is None or any(_switches(comparison, node, point) for node in (comparison.reference, answer)):
        return None
    finding = comparison.compare(answer, place)
    return finding if finding.result == "different" else None


def _switches(comparison: Comparison, node: Node, point: Point) -> bool:
    """Tell whether the formula may change its form just there."""
    arithmetic = comparison.ladder[0]
    arithmetic.on_switch = False
    try:
        arithmetic.real(node, point)
    except NoInformation:
        return True
    except NoValue:
        return False
    return arithmetic.on_switch


def _clear(finding: Finding) -> bool:
    if finding.value is None or finding.expected is None:
        return True
    size = max(abs(finding.value), abs(finding.expected))
    return bool(abs(finding.value - finding.expected) * VISIBLE.denominator > size)


def _shortened(comparison: Comparison, answer: Node, found: Finding) -> Finding:
    """Return the difference at the found point cut to as few digits as still show it."""
    assert found.place is not None
    for digits in range(1, 8):
        point = {name: Fraction(f"{float(value):.{digits}g}") for name, value in found.place.point.items()}
        place = comparison.place(point)
        if place and (finding := comparison.compare(answer, place)).result == "different":
            return finding
    return found


def _rational_text(value: Fraction) -> str:
    if value.denominator <= 12:
        return str(value)
    return f"{float(value):.10g}"
