"""The value of a formula at a point, to any number of digits, with a bound on its error and each step bounded in time.

Every value is a ``Ball``: a number and the power of two below which its error lies, as in ball arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

from grader.symbolic.tree import Call, Name, Node, Number

Point: TypeAlias = Mapping[str, Fraction]
Value: TypeAlias = Any
Bits: TypeAlias = float

EXACT: Bits = -math.inf
LARGEST_BITS = 2**22
ANGLE_BITS = 200
SLACK = 2
COMPLEX_ERF_RADIUS = 30
ERF_WEIGHT = 20
COMPLEX_ERF_WEIGHT = 100
MOST_ERF_BITS = 1000


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


class Arithmetic:
    """Evaluates trees in one private number context; ``on_switch`` notes that a comparison met equality.

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
        self._numbers: dict[Fraction, Ball] = {}

    def ball(self, node: Node, point: Point) -> Ball:
        """Return the real or complex value of the tree, with its error.

        Raises:
            NoValue: there is none.
            NoInformation: it cannot be known at this precision.
        """
        try:
            return self._known(node, {name: self.number(value) for name, value in point.items()})
        except ZeroDivisionError:
            raise NoValue from None
        except (ArithmeticError, ValueError, self.context.NoConvergence):
            raise NoInformation from None

    def real(self, node: Node, point: Point) -> Ball:
        """Return the value, which must be real.

        Raises:
            NoValue: there is none, or it is complex.
            NoInformation: it cannot be known at this precision.
        """
        value, error = self.ball(node, point)
        if not self._complex(value):
            return Ball(value, error)
        if self.bits(value.imag) > error:
            raise NoValue
        return Ball(value.real, error)

    def number(self, value: Fraction) -> Ball:
        """Return a rational number, exact where a binary fraction of this precision holds it."""
        known = self._numbers.get(value)
        if known is None:
            known = self._numbers[value] = self._rational(value)
        return known

    def _rational(self, value: Fraction) -> Ball:
        rounded = self.context.mpf(value.numerator) / value.denominator
        exact = value.denominator & (value.denominator - 1) == 0 and value.numerator.bit_length() <= self.precision
        return Ball(rounded, EXACT if exact else self._rounding(rounded))

    def bits(self, value: Value) -> Bits:
        """Return a power of two above the value's size, -inf for zero."""
        return int(self.context.mag(value)) if value else EXACT

    def _known(self, node: Node, point: Mapping[str, Ball]) -> Ball:
        self.budget.spend(self.cost)
        ball = self._computed(node, point)
        if self.context.isnan(ball.value) or self.context.isinf(ball.value):
            raise NoInformation
        return ball

    def _computed(self, node: Node, point: Mapping[str, Ball]) -> Ball:
        if isinstance(node, Number):
            return self.number(node.value)
        if isinstance(node, Name):
            return point[node.name]
        if node.head == "where":
            return self._piece(node, point)
        return self._applied(node.head, [self._known(child, point) for child in node.args])

    def _piece(self, node: Call, point: Mapping[str, Ball]) -> Ball:
        pairs = zip(node.args[::2], node.args[1::2], strict=False)
        for condition, value in pairs:
            if self._holds(condition, point):
                return self._known(value, point)
        if len(node.args) % 2 == 0:
            raise NoValue
        return self._known(node.args[-1], point)

    def _holds(self, condition: Node, point: Mapping[str, Ball]) -> bool:
        assert isinstance(condition, Call)
        match condition.head, condition.args:
            case "true" | "false" as head, _:
                return head == "true"
            case "not", (inner,):
                return not self._holds(inner, point)
            case "and" | "or" as head, parts:
                return (all if head == "and" else any)(self._holds(part, point) for part in parts)
            case relation, (left, right):
                return _HOLDS[relation](self._order(self._known(left, point), self._known(right, point)))
        raise AssertionError(condition)

    def _order(self, left: Ball, right: Ball) -> int:
        """Return the sign of ``left - right``, which must not hang on rounding."""
        difference, error = self._difference(left, right)
        self.on_switch |= not difference
        if self.bits(difference) <= error and error != EXACT:
            raise NoInformation
        return (difference > 0) - (difference < 0)

    def _difference(self, left: Ball, right: Ball) -> Ball:
        """Return ``left - right`` of two real values."""
        if self._complex(left.value) or self._complex(right.value):
            raise NoValue
        return self._sum(left, Ball(-right.value, right.error))

    def _applied(self, head: str, args: list[Ball]) -> Ball:
        if head not in _PLAIN:
            self.budget.spend(self.function_cost * (2 if any(self._complex(arg.value) for arg in args) else 1))
        own = _OPERATIONS.get(head)
        return own(self, *args) if own else self._nudged(head, *args)

    def _complex(self, value: Value) -> bool:
        return isinstance(value, self.context.mpc)

    def _rounding(self, value: Value) -> Bits:
        return self.bits(value) - self.precision + SLACK

    def _rounded(self, value: Value, error: Bits) -> Ball:
        """Return a ball whose value was rounded once more; an exact zero stays exact."""
        return Ball(value, max(error, self._rounding(value)) + 1)

    def _bounded(self, ball: Ball, bits: int) -> None:
        if max(self.bits(ball.value), ball.error) > bits:
            raise NoInformation

    def _sum(self, *terms: Ball) -> Ball:
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
        return int(value._mpf_[2]) if not self._complex(value) else EXACT

    def _product(self, *factors: Ball) -> Ball:
        return reduce(self._times, factors)

    def _times(self, left: Ball, right: Ball) -> Ball:
        value = left.value * right.value
        size, other = self.bits(left.value), self.bits(right.value)
        if left.error == right.error == EXACT and self._fits(left.value, right.value):
            return Ball(value, EXACT)
        return self._rounded(value, max(size + right.error, other + left.error, left.error + right.error) + 1)

    def _fits(self, left: Value, right: Value) -> bool:
        """Tell whether the product of two exact values is exact."""
        if not left or not right:
            return True
        taken = (self.bits(left) - self._lowest(left)) + (self.bits(right) - self._lowest(right))
        return taken <= self.precision

    def _quotient(self, top: Ball, bottom: Ball) -> Ball:
        if not bottom.value and bottom.error == EXACT:
            raise NoValue
        lost = self._relative(bottom)
        value = top.value / bottom.value
        size = self.bits(bottom.value)
        return self._rounded(value, max(top.error - size + 1, self.bits(value) + lost) + 1)

    def _relative(self, ball: Ball) -> Bits:
        """Return the error in proportion to the value, which must be surely not zero."""
        relative = ball.error - self.bits(ball.value) + 1
        if not relative < -SLACK:
            raise NoInformation
        return relative

    def _power(self, base: Ball, exponent: Ball) -> Ball:
        if not base.value and base.error == EXACT:
            return self._power_of_zero(exponent)
        self._bounded(exponent, 40)
        whole = exponent.error == EXACT and self.context.isint(exponent.value)
        if abs(exponent.value) * (abs(self.bits(base.value)) + 1) > LARGEST_BITS:
            raise NoInformation
        if whole:
            return self._whole_power(base, int(exponent.value.real))
        return self._real_power(base, exponent)

    def _power_of_zero(self, exponent: Ball) -> Ball:
        if self._order(exponent, Ball(self.context.mpf(0), EXACT)) < 0:
            raise NoValue
        return Ball(self.context.mpf(0 if exponent.value else 1), EXACT)

    def _whole_power(self, base: Ball, exponent: int) -> Ball:
        if 0 <= exponent <= 4:
            return self._product(Ball(self.context.mpf(1), EXACT), *[base] * exponent)
        relative = self._relative(base)
        value = base.value**exponent
        return self._rounded(value, self.bits(value) + max(relative, -self.precision) + exponent.bit_length() + SLACK)

    def _real_power(self, base: Ball, exponent: Ball) -> Ball:
        relative = self._relative(base)
        self._refuse_cut(base)
        value = self.context.power(base.value, exponent.value)
        logarithm = int(abs(self.bits(base.value)) + 3).bit_length()
        lost = max(self.bits(exponent.value) + relative, exponent.error + logarithm)
        return self._rounded(value, self.bits(value) + max(lost, -self.precision) + SLACK)

    def _refuse_cut(self, ball: Ball) -> None:
        """Refuse a value of which rounding decides on which side of the negative axis it lies."""
        if self._complex(ball.value) and ball.value.real < 0 and self.bits(ball.value.imag) <= ball.error:
            raise NoInformation

    def _exp(self, inner: Ball) -> Ball:
        self._bounded(inner, LARGEST_BITS.bit_length())
        value = self.context.exp(inner.value)
        return self._steep(value, inner.error + self.bits(value) + 1)

    def _steep(self, value: Value, error: Bits) -> Ball:
        """Return a ball of a function whose error bound holds only while it is small beside the value."""
        if error > max(self.bits(value), 0) - SLACK:
            raise NoInformation
        return self._rounded(value, error)

    def _log(self, inner: Ball) -> Ball:
        if not inner.value and inner.error == EXACT:
            raise NoValue
        relative = self._relative(inner)
        self._refuse_cut(inner)
        return self._rounded(self.context.log(inner.value), relative + 1)

    def _sqrt(self, inner: Ball) -> Ball:
        if inner.error >= self.bits(inner.value) - SLACK:
            return Ball(self.context.sqrt(inner.value), inner.error / 2 + 1)
        self._refuse_cut(inner)
        value = self.context.sqrt(inner.value)
        return self._rounded(value, self.bits(value) + self._relative(inner))

    def _cbrt(self, inner: Ball) -> Ball:
        if self._complex(inner.value):
            return self._real_power(inner, self.number(Fraction(1, 3)))
        if inner.error >= self.bits(inner.value) - SLACK:
            return Ball(self.context.mpf(0), max(inner.error, self.bits(inner.value)) / 3 + 1)
        root = self.context.cbrt(abs(inner.value))
        return self._rounded(root if inner.value > 0 else -root, self.bits(root) + self._relative(inner))

    def _wave(self, head: str, inner: Ball) -> Ball:
        self._bounded(inner, ANGLE_BITS)
        stretched = self._growth(inner) if self._complex(inner.value) else 0
        return self._rounded(getattr(self.context, head)(inner.value), inner.error + stretched + 1)

    def _growth(self, inner: Ball) -> Bits:
        """Return the bits by which sin and cos grow off the real axis."""
        size = abs(inner.value.imag)
        if size > LARGEST_BITS:
            raise NoInformation
        return float(size) * 1.5 + 1

    def _with_poles(self, head: str, inner: Ball) -> Ball:
        self._bounded(inner, ANGLE_BITS)
        value = getattr(self.context, head)(inner.value)
        return self._steep(value, inner.error + 2 * max(self.bits(value), 0) + SLACK)

    def _growing(self, head: str, inner: Ball) -> Ball:
        self._bounded(inner, LARGEST_BITS.bit_length())
        value = getattr(self.context, head)(inner.value)
        return self._steep(value, inner.error + max(self.bits(value), 0) + SLACK)

    def _fading(self, head: str, inner: Ball) -> Ball:
        self._bounded(inner, LARGEST_BITS.bit_length())
        value = getattr(self.context, head)(inner.value)
        return self._steep(value, inner.error + self.bits(value) + max(self.bits(value), 0) + SLACK)

    def _levelling(self, head: str, inner: Ball) -> Ball:
        value = getattr(self.context, head)(inner.value)
        return self._steep(value, inner.error + 2 * max(self.bits(value), 0) + SLACK)

    def _nudged(self, head: str, inner: Ball) -> Ball:
        """Return a function's value, its error seen from how far it moves when its argument does."""
        function = getattr(self.context, head)
        self._refuse_cut(inner)
        self.budget.spend(self.function_cost)
        value = function(inner.value)
        step = max(inner.error, self._rounding(inner.value))
        if step == EXACT:
            return self._rounded(value, EXACT)
        if step > 0:
            raise NoInformation
        moved = function(inner.value + self.context.ldexp(self.context.mpf(1), int(step)))
        return self._rounded(value, self.bits(moved - value) + SLACK)

    def _sigmoid(self, inner: Ball) -> Ball:
        one = Ball(self.context.mpf(1), EXACT)
        return self._quotient(one, self._sum(one, self._exp(self._negative(inner))))

    def _softplus(self, inner: Ball) -> Ball:
        if self._complex(inner.value) or inner.value < 0:
            small = self._exp(inner)
        else:
            small = self._exp(self._negative(inner))
        if self._complex(inner.value):
            return self._log(self._sum(Ball(self.context.mpf(1), EXACT), small))
        logarithm = self._rounded(self.context.log1p(small.value), small.error)
        return logarithm if inner.value < 0 else self._sum(logarithm, inner)

    def _erf(self, inner: Ball) -> Ball:
        self._bound_erf(inner)
        return self._steep(self.context.erf(inner.value), inner.error + 1)

    def _erfc(self, inner: Ball) -> Ball:
        self._bound_erf(inner)
        value = self.context.erfc(inner.value)
        return self._steep(value, inner.error + self.bits(value) + max(self.bits(inner.value), 0) + 3)

    def _bound_erf(self, inner: Ball) -> None:
        """Refuse what is far out or asked to very many digits, and pay for what is slow."""
        self._bounded(inner, 11)
        is_complex = self._complex(inner.value)
        self.budget.spend(self.function_cost * (COMPLEX_ERF_WEIGHT if is_complex else ERF_WEIGHT))
        if self.precision > MOST_ERF_BITS or (is_complex and abs(inner.value) > COMPLEX_ERF_RADIUS):
            raise NoInformation

    def _big_phi(self, inner: Ball) -> Ball:
        two = self.number(Fraction(2))
        return self._quotient(self._erfc(self._quotient(self._negative(inner), self._sqrt(two))), two)

    def _small_phi(self, inner: Ball) -> Ball:
        halved = self._times(self._times(inner, inner), self.number(Fraction(-1, 2)))
        circle = self._times(self.number(Fraction(2)), self._constant("pi"))
        return self._quotient(self._exp(halved), self._sqrt(circle))

    def _constant(self, head: str) -> Ball:
        return self._rounded(+getattr(self.context, head), EXACT)

    def _negative(self, inner: Ball) -> Ball:
        return Ball(-inner.value, inner.error)

    def _absolute(self, inner: Ball) -> Ball:
        value = abs(inner.value)
        return self._rounded(value, inner.error) if self._complex(inner.value) else Ball(value, inner.error)

    def _sign(self, inner: Ball) -> Ball:
        return Ball(self.context.mpf(self._order(inner, Ball(self.context.mpf(0), EXACT))), EXACT)

    def _heaviside(self, inner: Ball) -> Ball:
        return Ball((self._sign(inner).value + 1) / 2, EXACT)

    def _relu(self, inner: Ball) -> Ball:
        return self._largest(inner, Ball(self.context.mpf(0), EXACT))

    def _largest(self, *balls: Ball) -> Ball:
        return reduce(lambda left, right: self._picked(left, right, self._difference(left, right).value >= 0), balls)

    def _smallest(self, *balls: Ball) -> Ball:
        return reduce(lambda left, right: self._picked(left, right, self._difference(left, right).value <= 0), balls)

    def _picked(self, left: Ball, right: Ball, first: bool) -> Ball:
        """Return one of two values; where they cannot be told apart, with the error of both."""
        difference = self._difference(left, right)
        self.on_switch |= not difference.value
        chosen = left if first else right
        apart = self.bits(difference.value) > difference.error or difference.error == EXACT
        return chosen if apart else Ball(chosen.value, max(left.error, right.error) + 1)


def _context(digits: int) -> Any:
    from mpmath.ctx_mp import MPContext

    context = MPContext()
    context.dps = digits
    return context


def _each(method: Callable[..., Ball], *heads: str) -> dict[str, Callable[..., Ball]]:
    return {head: lambda self, inner, head=head: method(self, head, inner) for head in heads}


_HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
}
_PLAIN = frozenset({"+", "*", "/", "neg", "pi", "e", "abs", "sign", "heaviside", "relu", "max", "min"})
_OPERATIONS: dict[str, Callable[..., Ball]] = {
    "+": Arithmetic._sum,
    "*": Arithmetic._product,
    "/": Arithmetic._quotient,
    "^": Arithmetic._power,
    "neg": Arithmetic._negative,
    "pi": lambda self: self._constant("pi"),
    "e": lambda self: self._constant("e"),
    "abs": Arithmetic._absolute,
    "exp": Arithmetic._exp,
    "log": Arithmetic._log,
    "sqrt": Arithmetic._sqrt,
    "cbrt": Arithmetic._cbrt,
    "sigmoid": Arithmetic._sigmoid,
    "softplus": Arithmetic._softplus,
    "erf": Arithmetic._erf,
    "erfc": Arithmetic._erfc,
    "Phi": Arithmetic._big_phi,
    "phi": Arithmetic._small_phi,
    "sign": Arithmetic._sign,
    "heaviside": Arithmetic._heaviside,
    "relu": Arithmetic._relu,
    "max": Arithmetic._largest,
    "min": Arithmetic._smallest,
    **_each(Arithmetic._wave, "sin", "cos"),
    **_each(Arithmetic._with_poles, "tan", "cot", "sec", "csc"),
    **_each(Arithmetic._growing, "sinh", "cosh"),
    **_each(Arithmetic._fading, "sech", "csch"),
    **_each(Arithmetic._levelling, "tanh", "coth"),
}
