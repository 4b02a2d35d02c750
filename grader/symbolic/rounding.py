"""Whether an answer is the right one but for decimals that were rounded."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.symbolic import tree
from grader.symbolic.equivalence import Comparison, Place
from grader.symbolic.numeric import NoInformation, NoValue, Value
from grader.symbolic.tree import Name, Node, Number

MOST_DECIMALS = 6
STEPS = 12
SEEN_PLACES = 6
UNDER_ONE = 1 - Fraction(1, 10**6)
LOOSE = Fraction(1, 50)
_UNKNOWN = Name("the decimal")
_FINE = 10**100


def is_rounded(comparison: Comparison, answer: Node, where: Place) -> bool:
    """Tell whether changing one decimal by less than one in its last place makes the answer right, or several do.

    Args:
        comparison: the question at its points.
        answer: a wrong answer.
        where: a place at which it differs.
    """
    decimals = _decimals(answer)
    places = [where, *comparison.places[:SEEN_PLACES]]
    if not decimals or len(decimals) > MOST_DECIMALS or not _is_wrong_at_most(comparison, answer, places):
        return False
    long = [decimal for decimal in decimals if _digits(decimal) >= 3]
    return any(_one_is(comparison, answer, decimal, where) for decimal in decimals) or (
        len(long) > 1 and _several_are(comparison, answer, long, places)
    )


def _is_wrong_at_most(comparison: Comparison, answer: Node, places: Sequence[Place]) -> bool:
    """Tell whether the answer differs at most of the places, as rounding does and a hidden bump does not."""
    results = [comparison.compare(answer, place).result for place in places]
    return results.count("different") > len(results) // 2


def _decimals(answer: Node) -> list[Number]:
    found = (part for part in tree.walk(answer) if isinstance(part, Number) and part.unit)
    return list(dict.fromkeys(found))


def _digits(decimal: Number) -> int:
    return len(str(abs(decimal.value / (decimal.unit or 1)).numerator))


def _one_is(comparison: Comparison, answer: Node, decimal: Number, where: Place) -> bool:
    open_answer = tree.substitute(answer, {decimal: _UNKNOWN})
    exact = _solved(comparison, open_answer, decimal, where)
    if exact is None or abs(exact - decimal.value) > (decimal.unit or 0) * UNDER_ONE:
        return False
    repaired = tree.substitute(answer, {decimal: Number(exact)})
    return comparison.decide(repaired, to_all_digits=False).result == "same"


def _solved(comparison: Comparison, open_answer: Node, decimal: Number, place: Place) -> Fraction | None:
    """Return what the decimal must be for the answer to be right at one place, found by secants."""
    left, right = decimal.value, decimal.value + (decimal.unit or Fraction(1)) / 2
    try:
        low = _miss(comparison, open_answer, left, place)
        for _ in range(STEPS):
            high = _miss(comparison, open_answer, right, place)
            if high == low or not high:
                break
            left, low, right = right, high, right - (right - left) * _fraction(high / (high - low))
    except (NoValue, NoInformation, ArithmeticError, ValueError):
        return None
    return right


def _several_are(comparison: Comparison, answer: Node, decimals: list[Number], places: Sequence[Place]) -> bool:
    """Tell whether the last places of several decimals together cover every difference, which is small."""
    try:
        return all(_covered(comparison, answer, decimals, place) for place in places)
    except (NoValue, NoInformation):
        return False


def _covered(comparison: Comparison, answer: Node, decimals: list[Number], place: Place) -> bool:
    expected = _expected(comparison, place)
    miss = abs(_value(comparison, answer, place) - expected)
    reach = sum(abs(_moved(comparison, answer, decimal, place)) for decimal in decimals)
    return bool(miss <= reach and miss * LOOSE.denominator <= abs(expected))


def _moved(comparison: Comparison, answer: Node, decimal: Number, place: Place) -> Value:
    nudged = tree.substitute(answer, {decimal: Number(decimal.value + (decimal.unit or 0))})
    return _value(comparison, nudged, place) - _value(comparison, answer, place)


def _miss(comparison: Comparison, open_answer: Node, value: Fraction, place: Place) -> Value:
    filled = tree.substitute(open_answer, {_UNKNOWN: Number(value)})
    return _value(comparison, filled, place) - _expected(comparison, place)


def _value(comparison: Comparison, node: Node, place: Place) -> Value:
    return comparison.exact(comparison.ladder[1].real(node, place.point).value)


def _expected(comparison: Comparison, place: Place) -> Value:
    expected = place.expected(comparison.ladder[1])
    if expected is None:
        raise NoInformation
    return comparison.exact(expected.value)


def _fraction(value: Value) -> Fraction:
    return Fraction(int(value * _FINE), _FINE)
