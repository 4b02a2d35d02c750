"""Numbers with a bound on their error, and the four operations and powers on them: ball arithmetic.

A ``Ball`` is a number of some precision and the power of two below which its distance from the true value lies.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

Value: TypeAlias = Any
Bits: TypeAlias = float

EXACT: Bits = -math.inf
LARGEST_BITS = 2**22
SLACK = 2


class NoValue(Exception):
    """The formula has no value at the point, such as 1/0 or a Piecewise without a piece."""


class NoInformation(Exception):
    """The value is too large, or lost in rounding at this precision."""


class Ball(NamedTuple):
    """A number whose distance from the true value is below ``2**error``; an exact one has the error -inf."""

    value: Value
    error: Bits


@dataclass
class Budget:
    """How many steps of evaluation may still be taken; a step is a few microseconds, a sum of about 25 digits."""

    left: int

    def spend(self, steps: int) -> None:
        """Take the steps off.

        Raises:
            NoInformation: none are left.
        """
        self.left -= steps
        if self.left < 0:
            raise NoInformation


class Balls:
    """Arithmetic in one private number context; ``on_switch`` notes that a comparison met equality.

    Args:
        digits: decimal digits of every step.
        budget: what the steps are taken from.
    """

    def __init__(self, digits: int, budget: Budget) -> None:
        self.context = _context(digits)
        self.precision = int(self.context.prec)
        self.budget = budget
        self.cost = 1 + digits // 25
        self.function_cost = 1 + digits * digits // 500
        self.on_switch = False
        self.zero = Ball(self.context.mpf(0), EXACT)
        self.one = Ball(self.context.mpf(1), EXACT)
        self._numbers: dict[tuple[int, int], Ball] = {}

    def number(self, value: Fraction) -> Ball:
        """Return a rational number, exact where a binary fraction of this precision holds it."""
        key = value.numerator, value.denominator
        if key not in self._numbers:
            self._numbers[key] = self._rational(value)
        return self._numbers[key]

    def _rational(self, value: Fraction) -> Ball:
        rounded = self.context.mpf(value.numerator) / value.denominator
        exact = value.denominator & (value.denominator - 1) == 0 and value.numerator.bit_length() <= self.precision
        return Ball(rounded, EXACT if exact else self.rounding(rounded))

    def bits(self, value: Value) -> Bits:
        """Return a power of two above the value's size, -inf for zero."""
        if self.is_complex(value):
            return max(self.bits(value.real), self.bits(value.imag)) + 1
        _, mantissa, exponent, length = value._mpf_
        return int(exponent + length) if mantissa else EXACT

    def is_finite(self, value: Value) -> bool:
        """Tell whether a value is neither infinite nor not a number."""
        if self.is_complex(value):
            return self.is_finite(value.real) and self.is_finite(value.imag)
        _, mantissa, exponent, _ = value._mpf_
        return bool(mantissa or not exponent)

    def is_complex(self, value: Value) -> bool:
        """Tell whether a value is of the complex type."""
        return isinstance(value, self.context.mpc)

    def rounding(self, value: Value) -> Bits:
        """Return the error that rounding a result to this precision makes."""
        return self.bits(value) - self.precision + SLACK

    def rounded(self, value: Value, error: Bits) -> Ball:
        """Return a ball whose value was rounded once more; an exact zero stays exact."""
        return Ball(value, max(error, self.rounding(value)) + 1)

    def bounded(self, ball: Ball, bits: Bits) -> None:
        """Refuse a value that may be larger than ``2**bits``."""
        if max(self.bits(ball.value), ball.error) > bits:
            raise NoInformation

    def steady(self, error: Bits) -> None:
        """Refuse an error too large for a bound that holds for small ones only."""
        if error > -SLACK:
            raise NoInformation

    def relative(self, ball: Ball) -> Bits:
        """Return the error in proportion to the value, which must be surely not zero."""
        relative = ball.error - self.bits(ball.value) + 1
        if not relative < -SLACK:
            raise NoInformation
        return relative

    def steep(self, value: Value, error: Bits) -> Ball:
        """Return a ball of a function whose error bound holds only while it is small beside the value."""
        if error > max(self.bits(value), 0) - SLACK:
            raise NoInformation
        return self.rounded(value, error)

    def refuse_cut(self, ball: Ball) -> None:
        """Refuse a value of which rounding decides on which side of the negative axis it lies."""
        if self.is_complex(ball.value) and ball.value.real < 0 and self.bits(ball.value.imag) <= ball.error:
            raise NoInformation

    def sum(self, *terms: Ball) -> Ball:
        """Return the sum."""
        total = reduce(lambda left, right: left + right, [term.value for term in terms])
        error = max(term.error for term in terms)
        if error == EXACT and (not total or self._spread(terms) <= self.precision):
            return Ball(total, EXACT)
        largest = max(self.bits(term.value) for term in terms)
        return Ball(total, max(error, largest - self.precision + SLACK) + len(terms).bit_length())

    def _spread(self, terms: tuple[Ball, ...]) -> Bits:
        """Return how many bits an exact sum of exact terms can take."""
        lowest = min((self._lowest(term.value) for term in terms if term.value), default=0)
        return max(self.bits(term.value) for term in terms) + len(terms) - lowest

    def _lowest(self, value: Value) -> Bits:
        """Return the place of the last bit of an exact value."""
        return int(value._mpf_[2]) if not self.is_complex(value) else EXACT

    def product(self, *factors: Ball) -> Ball:
        """Return the product."""
        return reduce(self.times, factors)

    def times(self, left: Ball, right: Ball) -> Ball:
        """Return the product of two."""
        value = left.value * right.value
        size, other = self.bits(left.value), self.bits(right.value)
        if left.error == right.error == EXACT and self._fits(left.value, right.value):
            return Ball(value, EXACT)
        return self.rounded(value, max(size + right.error, other + left.error, left.error + right.error) + 1)

    def _fits(self, left: Value, right: Value) -> bool:
        """Tell whether the product of two exact values is exact."""
        if not left or not right:
            return True
        taken = (self.bits(left) - self._lowest(left)) + (self.bits(right) - self._lowest(right))
        return taken <= self.precision

    def quotient(self, top: Ball, bottom: Ball) -> Ball:
        """Return ``top / bottom``."""
        if not bottom.value and bottom.error == EXACT:
            raise NoValue
        lost = self.relative(bottom)
        value = top.value / bottom.value
        size = self.bits(bottom.value)
        return self.rounded(value, max(top.error - size + 1, self.bits(value) + lost) + 1)

    def negative(self, inner: Ball) -> Ball:
        """Return the value with the other sign."""
        return Ball(-inner.value, inner.error)

    def power(self, base: Ball, exponent: Ball) -> Ball:
        """Return ``base ** exponent``, the principal value where the base is negative."""
        if not base.value and base.error == EXACT:
            return self._power_of_zero(exponent)
        self.bounded(exponent, 40)
        whole = exponent.error == EXACT and self.context.isint(exponent.value)
        if abs(exponent.value) * (abs(self.bits(base.value)) + 1) > LARGEST_BITS:
            raise NoInformation
        if whole:
            return self._whole_power(base, int(exponent.value.real))
        return self.real_power(base, exponent)

    def _power_of_zero(self, exponent: Ball) -> Ball:
        if self.order(exponent, self.zero) < 0:
            raise NoValue
        return Ball(self.context.mpf(0 if exponent.value else 1), EXACT)

    def _whole_power(self, base: Ball, exponent: int) -> Ball:
        if 0 <= exponent <= 4:
            return self.product(self.one, *[base] * exponent)
        relative = self.relative(base)
        value = base.value**exponent
        lost = max(relative, -self.precision) + exponent.bit_length()
        self.steady(lost)
        return self.rounded(value, self.bits(value) + lost + SLACK)

    def real_power(self, base: Ball, exponent: Ball) -> Ball:
        """Return ``base ** exponent`` by way of the logarithm."""
        relative = self.relative(base)
        self.refuse_cut(base)
        value = self.context.power(base.value, exponent.value)
        logarithm = int(abs(self.bits(base.value)) + 3).bit_length()
        lost = max(self.bits(exponent.value) + relative, exponent.error + logarithm)
        self.steady(lost)
        return self.rounded(value, self.bits(value) + max(lost, -self.precision) + SLACK)

    def difference(self, left: Ball, right: Ball) -> Ball:
        """Return ``left - right`` of two real values."""
        if self.is_complex(left.value) or self.is_complex(right.value):
            raise NoValue
        return self.sum(left, Ball(-right.value, right.error))

    def order(self, left: Ball, right: Ball) -> int:
        """Return the sign of ``left - right``, which must not hang on rounding."""
        difference, error = self.difference(left, right)
        self.on_switch |= not difference
        if self.bits(difference) <= error and error != EXACT:
            raise NoInformation
        return int(difference > 0) - int(difference < 0)

    def picked(self, left: Ball, right: Ball, first: bool) -> Ball:
        """Return one of two values; where they cannot be told apart, with the error of both."""
        difference = self.difference(left, right)
        self.on_switch |= not difference.value
        chosen = left if first else right
        apart = self.bits(difference.value) > difference.error or difference.error == EXACT
        return chosen if apart else Ball(chosen.value, max(left.error, right.error) + 1)


def _context(digits: int) -> Any:
    """Return this thread's own context of so many digits; making one takes a millisecond."""
    known: dict[int, Any] = _OWN.__dict__.setdefault("contexts", {})
    if digits not in known:
        from mpmath.ctx_mp import MPContext  # type: ignore[import-untyped]

        known[digits] = MPContext()
    known[digits].dps = digits
    return known[digits]


_OWN = threading.local()
