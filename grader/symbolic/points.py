"""The points at which two formulas are compared: random ones of several scales, and both sides of whatever is special."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from typing import TypeAlias

from grader.symbolic import tree
from grader.symbolic.numeric import Arithmetic, NoInformation, NoValue, Point
from grader.symbolic.tree import RELATIONS, Call, Node, Number

Interval: TypeAlias = Sequence[float | None]
Domain: TypeAlias = Mapping[str, Interval]
_Height: TypeAlias = Callable[[float], float | None]
_Roots: TypeAlias = Callable[[_Height, Sequence[float]], list[float]]

COORDINATE_BITS = 24
NEAR = 1e-6
BISECTIONS = 48
MOST_SWITCHES = 24
MOST_CROSSINGS = 4
MOST_CONSTANTS = 12
FARTHEST = 1e9
_PROBES = (-2.3712, 0.3719, 1.9127)


def random_point(variables: Sequence[str], domain: Domain, rng: Random) -> Point:
    """Return a random point of the domain, with a scale of its own for every variable."""
    return {variable: _coordinate(domain.get(variable, (None, None)), rng) for variable in variables}


def inside(point: Point, domain: Domain) -> bool:
    """Tell whether every coordinate lies strictly within its interval."""
    return all(_within(point[variable], interval) for variable, interval in domain.items() if variable in point)


def special_points(
    answer: Node, known: Sequence[Node], variable: str, base: Sequence[Point], arithmetic: Arithmetic
) -> Iterator[Point]:
    """Yield points beside the kinks of all the formulas, and beside the poles and numbers that only the answer has.

    Args:
        answer: the formula that is judged.
        known: the function and the reference.
        variable: the variable that is moved where a formula depends on it.
        base: points whose other coordinates are kept.
        arithmetic: for finding the roots.
    """
    parts = [*tree.walk(answer)]
    others = [part for node in known for part in tree.walk(node)]
    numbers = [*_constants(parts, others)]
    kinks = _unique(_switches([*parts, *others]))[:MOST_SWITCHES]
    sums = _unique(part for part in parts if tree.operands(part, "+") != (part,) and part not in others)
    for point in base[: 1 if len(base[0]) == 1 else 2]:
        for number in numbers:
            yield from _beside(point, variable, [number, -number])
        for switch in kinks:
            yield from _beside_roots(_roots, switch, variable, point, numbers, arithmetic)
        for sum_ in sums[:MOST_SWITCHES]:
            yield from _beside_roots(_line_roots, sum_, variable, point, numbers, arithmetic)


def _coordinate(interval: Interval, rng: Random) -> Fraction:
    size = 10 ** rng.choice((rng.uniform(-0.5, 0.7), rng.uniform(-3, 2.3)))
    low, high = interval
    if low is not None and high is not None:
        near_an_end = rng.choice((rng.random(), size / 400, 1 - size / 400))
        return _rational(low + (high - low) * near_an_end)
    if low is None and high is None:
        return _rational(rng.choice((-size, size)))
    return _rational(low + size if low is not None else (high or 0) - size)


def _rational(value: float) -> Fraction:
    """Return the value to ``COORDINATE_BITS`` bits, a binary fraction that every precision holds exactly."""
    mantissa, exponent = math.frexp(value)
    return Fraction(math.ldexp(round(mantissa * 2**COORDINATE_BITS), exponent - COORDINATE_BITS))


def _within(value: Fraction, interval: Interval) -> bool:
    low, high = interval
    return (low is None or low < value) and (high is None or value < high)


def _beside(point: Point, variable: str, places: Iterable[float]) -> Iterator[Point]:
    for place in places:
        step = NEAR * max(1.0, abs(place))
        for value in (place - step, place + step):
            yield {**point, variable: Fraction(value)}


def _constants(parts: Sequence[Node], others: Sequence[Node]) -> Iterator[float]:
    """Yield the sizes of the numbers that only the first occur in, quotients such as 37/10 included."""
    values = {abs(value) for part in parts if (value := _constant(part)) is not None}
    values -= {abs(value) for part in others if (value := _constant(part)) is not None}
    yield from sorted(value for value in values if 0 < value < FARTHEST)[:MOST_CONSTANTS]


def _constant(part: Node) -> float | None:
    match part:
        case Number(value):
            return float(value)
        case Call("/", (Number(top), Number(bottom))) if bottom:
            return float(top / bottom)
    return None


def _switches(parts: Iterable[Node]) -> Iterator[Node]:
    """Yield the expressions at whose zeros a formula changes its form."""
    for part in parts:
        match part:
            case Call("abs" | "sign" | "heaviside" | "relu" | "cbrt", (inner,)):
                yield inner
            case Call("max" | "min", values):
                yield from (tree.subtract(left, right) for left, right in combinations(values, 2))
            case Call(head, (left, right)) if head in RELATIONS:
                yield tree.subtract(left, right)


def _unique(nodes: Iterable[Node]) -> list[Node]:
    return list(dict.fromkeys(node for node in nodes if tree.names_in(node)))


def _beside_roots(
    find: _Roots, node: Node, variable: str, point: Point, numbers: Sequence[float], arithmetic: Arithmetic
) -> Iterator[Point]:
    names = tree.names_in(node)
    moved = variable if variable in names else min(names)

    def height(place: float) -> float | None:
        return _float_value(node, {**point, moved: Fraction(place)}, arithmetic)

    yield from _beside(point, moved, find(height, numbers))


def _roots(height: _Height, numbers: Sequence[float]) -> list[float]:
    """Return where the height is zero: exactly for a line, else where its sign is seen to change."""
    line = _root_of_line([height(place) for place in _PROBES])
    if line is not None:
        return line
    places = sorted({*_GRID, *numbers, *(-number for number in numbers)})
    heights = [(place, value) for place in places if (value := height(place)) is not None]
    roots = [place for place, value in heights if value == 0]
    crossings = [(left, right) for (left, low), (right, high) in pairwise(heights) if low * high < 0]
    return roots + [_bisected(height, left, right) for left, right in crossings[:MOST_CROSSINGS]]


def _line_roots(height: _Height, numbers: Sequence[float]) -> list[float]:
    """Return where the height is zero if it is a line, else nothing."""
    return _root_of_line([height(place) for place in _PROBES]) or []


_GRID = (0.0, *(sign * 10 ** (power / 4) for sign in (-1, 1) for power in range(-12, 13)))


def _root_of_line(heights: Sequence[float | None]) -> list[float] | None:
    """Return the root of the line through the three probes, none if it is level, None if it is no line."""
    first, second, third = heights
    if first is None or second is None or third is None:
        return None
    slope = (third - first) / (_PROBES[2] - _PROBES[0])
    on_line = first + slope * (_PROBES[1] - _PROBES[0])
    if abs(on_line - second) > 1e-9 * max(abs(first), abs(second), abs(third)):
        return None
    root = _PROBES[0] - first / slope if slope else math.inf
    return [root] if abs(root) < FARTHEST else []


def _bisected(height: _Height, left: float, right: float) -> float:
    low = height(left) or 0.0
    for _ in range(BISECTIONS):
        middle = (left + right) / 2
        value = height(middle)
        if value is None:
            break
        left, right = (middle, right) if value * low > 0 else (left, middle)
    return (left + right) / 2


def _float_value(node: Node, point: Point, arithmetic: Arithmetic) -> float | None:
    try:
        value = float(arithmetic.real(node, point).value)
    except (NoValue, NoInformation, OverflowError):
        return None
    return value if math.isfinite(value) else None
