"""The known functions on balls: each value with a bound on its error, each refused where it would take long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from grader.symbolic.balls import EXACT, LARGEST_BITS, SLACK, Ball, Balls, Bits, NoInformation, NoValue

Function: TypeAlias = Callable[..., Ball]

ANGLE_BITS = 200
ERF_WEIGHT = 20
MOST_ERF_BITS = 11
MOST_ERF_PRECISION = 1000


def applied(balls: Balls, head: str, args: list[Ball]) -> Ball:
    """Return the value of a function or operation.

    Raises:
        NoValue: there is none.
        NoInformation: it cannot be known at this precision.
    """
    if head not in _CHEAP:
        balls.budget.spend(balls.function_cost * (2 if any(balls.is_complex(arg.value) for arg in args) else 1))
    own = _FUNCTIONS.get(head)
    return own(balls, *args) if own else _nudged(balls, head, *args)


def _exp(balls: Balls, inner: Ball) -> Ball:
    balls.bounded(inner, LARGEST_BITS.bit_length())
    balls.steady(inner.error)
    value = balls.context.exp(inner.value)
    return balls.steep(value, inner.error + balls.bits(value) + 1)


def _log(balls: Balls, inner: Ball) -> Ball:
    if not inner.value and inner.error == EXACT:
        raise NoValue
    relative = balls.relative(inner)
    balls.refuse_cut(inner)
    return balls.rounded(balls.context.log(inner.value), relative + 1)


def _sqrt(balls: Balls, inner: Ball) -> Ball:
    if inner.error >= balls.bits(inner.value) - SLACK:
        return Ball(balls.context.sqrt(inner.value), inner.error / 2 + 3)
    balls.refuse_cut(inner)
    value = balls.context.sqrt(inner.value)
    return balls.rounded(value, balls.bits(value) + balls.relative(inner))


def _cbrt(balls: Balls, inner: Ball) -> Ball:
    if balls.is_complex(inner.value):
        return balls.real_power(inner, balls.number(Fraction(1, 3)))
    if inner.error >= balls.bits(inner.value) - SLACK:
        return Ball(balls.context.mpf(0), max(inner.error, balls.bits(inner.value)) / 3 + 1)
    root = balls.context.cbrt(abs(inner.value))
    return balls.rounded(root if inner.value > 0 else -root, balls.bits(root) + balls.relative(inner))


def _wave(balls: Balls, head: str, inner: Ball) -> Ball:
    balls.bounded(inner, ANGLE_BITS)
    stretched = _growth(balls, inner) if balls.is_complex(inner.value) else 0
    return balls.rounded(getattr(balls.context, head)(inner.value), inner.error + stretched + 1)


def _growth(balls: Balls, inner: Ball) -> Bits:
    """Return the bits by which sin and cos grow off the real axis."""
    size = abs(inner.value.imag)
    if size > LARGEST_BITS:
        raise NoInformation
    return float(size) * 1.5 + 1


def _with_poles(balls: Balls, head: str, inner: Ball) -> Ball:
    balls.bounded(inner, ANGLE_BITS)
    value = getattr(balls.context, head)(inner.value)
    return balls.steep(value, inner.error + 2 * max(balls.bits(value), 0) + SLACK)


def _growing(balls: Balls, head: str, inner: Ball) -> Ball:
    balls.bounded(inner, LARGEST_BITS.bit_length())
    value = getattr(balls.context, head)(inner.value)
    return balls.steep(value, inner.error + max(balls.bits(value), 0) + SLACK)


def _fading(balls: Balls, head: str, inner: Ball) -> Ball:
    balls.bounded(inner, LARGEST_BITS.bit_length())
    balls.steady(inner.error)
    value = getattr(balls.context, head)(inner.value)
    return balls.steep(value, inner.error + balls.bits(value) + max(balls.bits(value), 0) + SLACK)


def _levelling(balls: Balls, head: str, inner: Ball) -> Ball:
    value = getattr(balls.context, head)(inner.value)
    return balls.steep(value, inner.error + 2 * max(balls.bits(value), 0) + SLACK)


def _nudged(balls: Balls, head: str, inner: Ball) -> Ball:
    """Return a function's value, its error seen from how far it moves when its argument does."""
    function = getattr(balls.context, head)
    if balls.is_complex(inner.value):
        _refuse_axes(balls, inner)
    balls.budget.spend(balls.function_cost)
    value = function(inner.value)
    step = max(inner.error, balls.rounding(inner.value))
    if inner.error == EXACT and balls.context.isinf(value):
        raise NoValue
    if step == EXACT:
        return balls.rounded(value, EXACT)
    if step > 0:
        raise NoInformation
    moved = function(inner.value + balls.context.ldexp(balls.context.mpf(1), int(step)))
    return balls.rounded(value, balls.bits(moved - value) + SLACK)


def _refuse_axes(balls: Balls, inner: Ball) -> None:
    """Refuse a complex value too near an axis, where the cuts of the inverse functions lie."""
    if min(balls.bits(inner.value.real), balls.bits(inner.value.imag)) <= inner.error:
        raise NoInformation


def _sigmoid(balls: Balls, inner: Ball) -> Ball:
    one = balls.one
    return balls.quotient(one, balls.sum(one, _exp(balls, balls.negative(inner))))


def _softplus(balls: Balls, inner: Ball) -> Ball:
    if balls.is_complex(inner.value) or inner.value < 0:
        small = _exp(balls, inner)
    else:
        small = _exp(balls, balls.negative(inner))
    if balls.is_complex(inner.value):
        return _log(balls, balls.sum(balls.one, small))
    logarithm = balls.rounded(balls.context.log1p(small.value), small.error)
    return logarithm if inner.value < 0 else balls.sum(logarithm, inner)


def _erf(balls: Balls, inner: Ball) -> Ball:
    _bound_erf(balls, inner)
    return balls.steep(balls.context.erf(inner.value), inner.error + 1)


def _erfc(balls: Balls, inner: Ball) -> Ball:
    _bound_erf(balls, inner)
    slope = max(balls.bits(inner.value), 0) + 3
    balls.steady(inner.error + slope)
    value = balls.context.erfc(inner.value)
    return balls.steep(value, inner.error + balls.bits(value) + slope)


def _bound_erf(balls: Balls, inner: Ball) -> None:
    """Refuse erf where it is slow: off the real axis, far out, and to very many digits."""
    balls.bounded(inner, MOST_ERF_BITS)
    balls.budget.spend(balls.function_cost * ERF_WEIGHT)
    if balls.is_complex(inner.value) or balls.precision > MOST_ERF_PRECISION:
        raise NoInformation


def _big_phi(balls: Balls, inner: Ball) -> Ball:
    two = balls.number(Fraction(2))
    return balls.quotient(_erfc(balls, balls.quotient(balls.negative(inner), _sqrt(balls, two))), two)


def _small_phi(balls: Balls, inner: Ball) -> Ball:
    halved = balls.times(balls.times(inner, inner), balls.number(Fraction(-1, 2)))
    circle = balls.times(balls.number(Fraction(2)), _constant(balls, "pi"))
    return balls.quotient(_exp(balls, halved), _sqrt(balls, circle))


def _constant(balls: Balls, head: str) -> Ball:
    return balls.rounded(+getattr(balls.context, head), EXACT)


def _absolute(balls: Balls, inner: Ball) -> Ball:
    value = abs(inner.value)
    return balls.rounded(value, inner.error) if balls.is_complex(inner.value) else Ball(value, inner.error)


def _sign(balls: Balls, inner: Ball) -> Ball:
    return Ball(balls.context.mpf(balls.order(inner, balls.zero)), EXACT)


def _heaviside(balls: Balls, inner: Ball) -> Ball:
    return Ball((_sign(balls, inner).value + 1) / 2, EXACT)


def _relu(balls: Balls, inner: Ball) -> Ball:
    return _largest(balls, inner, balls.zero)


def _largest(balls: Balls, *args: Ball) -> Ball:
    return reduce(lambda left, right: balls.picked(left, right, balls.difference(left, right).value >= 0), args)


def _smallest(balls: Balls, *args: Ball) -> Ball:
    return reduce(lambda left, right: balls.picked(left, right, balls.difference(left, right).value <= 0), args)


def _each(function: Function, *heads: str) -> dict[str, Function]:
    return {head: lambda balls, inner, head=head: function(balls, head, inner) for head in heads}


_CHEAP = frozenset({"+", "*", "/", "neg", "pi", "e", "abs", "sign", "heaviside", "relu", "max", "min"})
_FUNCTIONS: Mapping[str, Function] = {
    "+": Balls.sum,
    "*": Balls.product,
    "/": Balls.quotient,
    "^": Balls.power,
    "neg": Balls.negative,
    "pi": lambda balls: _constant(balls, "pi"),
    "e": lambda balls: _constant(balls, "e"),
    "abs": _absolute,
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "erf": _erf,
    "erfc": _erfc,
    "Phi": _big_phi,
    "phi": _small_phi,
    "sign": _sign,
    "heaviside": _heaviside,
    "relu": _relu,
    "max": _largest,
    "min": _smallest,
    **_each(_wave, "sin", "cos"),
    **_each(_with_poles, "tan", "cot", "sec", "csc"),
    **_each(_growing, "sinh", "cosh"),
    **_each(_fading, "sech", "csch"),
    **_each(_levelling, "tanh", "coth"),
}
