"""The derivatives of the known functions, and the ones people write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from grader.symbolic.tree import ONE, TWO, ZERO, Node, add, call, divide, multiply, negate, number, square, subtract

Outer: TypeAlias = Callable[[Node], Node]

_HALF = number(Fraction(1, 2))
_THIRD = number(Fraction(1, 3))
_PI = call("pi")


def _f(head: str) -> Outer:
    return lambda u: call(head, u)


def _over(node: Node) -> Node:
    return divide(ONE, node)


def _root(node: Node) -> Node:
    return call("sqrt", node)


def _circle(u: Node) -> Node:
    return subtract(ONE, square(u))


def _rational(u: Node) -> Node:
    return add(ONE, square(u))


def _bell(u: Node) -> Node:
    return call("exp", negate(square(u)))


OUTER: Mapping[str, Outer] = {
    "sin": _f("cos"),
    "cos": lambda u: negate(call("sin", u)),
    "tan": lambda u: square(call("sec", u)),
    "cot": lambda u: negate(square(call("csc", u))),
    "sec": lambda u: multiply(call("sec", u), call("tan", u)),
    "csc": lambda u: negate(multiply(call("csc", u), call("cot", u))),
    "sinh": _f("cosh"),
    "cosh": _f("sinh"),
    "tanh": lambda u: subtract(ONE, square(call("tanh", u))),
    "coth": lambda u: subtract(ONE, square(call("coth", u))),
    "sech": lambda u: negate(multiply(call("sech", u), call("tanh", u))),
    "csch": lambda u: negate(multiply(call("csch", u), call("coth", u))),
    "asin": lambda u: _over(_root(_circle(u))),
    "acos": lambda u: negate(_over(_root(_circle(u)))),
    "atan": lambda u: _over(_rational(u)),
    "acot": lambda u: negate(_over(_rational(u))),
    "asec": lambda u: _over(multiply(square(u), _root(_circle(_over(u))))),
    "acsc": lambda u: negate(_over(multiply(square(u), _root(_circle(_over(u)))))),
    "asinh": lambda u: _over(_root(_rational(u))),
    "acosh": lambda u: _over(_root(add(square(u), number(-1)))),
    "atanh": lambda u: _over(_circle(u)),
    "acoth": lambda u: _over(_circle(u)),
    "asech": lambda u: negate(_over(multiply(u, _root(_circle(u))))),
    "acsch": lambda u: negate(_over(multiply(square(u), _root(_rational(_over(u)))))),
    "exp": _f("exp"),
    "log": _over,
    "sqrt": lambda u: _over(multiply(TWO, _root(u))),
    "cbrt": lambda u: divide(_THIRD, square(call("cbrt", u))),
    "abs": _f("sign"),
    "sign": lambda u: ZERO,
    "heaviside": lambda u: ZERO,
    "relu": _f("heaviside"),
    "sigmoid": lambda u: multiply(call("sigmoid", u), subtract(ONE, call("sigmoid", u))),
    "softplus": _f("sigmoid"),
    "erf": lambda u: multiply(divide(TWO, _root(_PI)), _bell(u)),
    "erfc": lambda u: negate(multiply(divide(TWO, _root(_PI)), _bell(u))),
    "Phi": _f("phi"),
    "phi": lambda u: negate(multiply(u, call("phi", u))),
}

WRONG_OUTER: Mapping[str, tuple[tuple[str, Outer], ...]] = {
    "tan": (
        ("outer_not_squared", _f("sec")),
        ("outer_square_sign", lambda u: subtract(ONE, square(call("tan", u)))),
    ),
    "cot": (
        ("outer_not_squared", lambda u: negate(call("csc", u))),
        ("outer_square_sign", lambda u: subtract(square(call("cot", u)), ONE)),
    ),
    "sec": (("outer_factor_missing", _f("tan")), ("outer_factor_missing", lambda u: square(call("tan", u)))),
    "csc": (("outer_factor_missing", lambda u: negate(call("cot", u))),),
    "tanh": (
        ("outer_not_squared", lambda u: subtract(ONE, call("tanh", u))),
        ("outer_not_squared", _f("sech")),
        ("outer_square_sign", lambda u: add(ONE, square(call("tanh", u)))),
        ("act_on_preactivation", _circle),
    ),
    "asin": (
        ("outer_root_missing", lambda u: _over(_circle(u))),
        ("outer_square_sign", lambda u: _over(_root(_rational(u)))),
        ("outer_inverse_missing", lambda u: _root(_circle(u))),
    ),
    "acos": (
        ("outer_root_missing", lambda u: negate(_over(_circle(u)))),
        ("outer_square_sign", lambda u: negate(_over(_root(_rational(u))))),
    ),
    "atan": (
        ("outer_square_sign", lambda u: _over(_circle(u))),
        ("outer_not_squared", lambda u: _over(add(ONE, u))),
        ("outer_inverse_missing", _rational),
    ),
    "atanh": (("outer_square_sign", lambda u: _over(_rational(u))),),
    "asinh": (("outer_root_missing", lambda u: _over(_rational(u))),),
    "exp": (("exp_power_rule", lambda u: multiply(u, call("exp", add(u, number(-1))))),),
    "log": (("log_kept", _f("log")), ("outer_inverse_missing", lambda u: u)),
    "sqrt": (
        ("outer_half_missing", lambda u: _over(_root(u))),
        ("outer_inverse_missing", lambda u: multiply(_HALF, _root(u))),
        ("outer_root_missing", lambda u: _over(multiply(TWO, u))),
    ),
    "cbrt": (
        ("power_factor_missing", lambda u: _over(square(call("cbrt", u)))),
        ("power_exponent_kept", lambda u: multiply(_THIRD, call("cbrt", u))),
        ("outer_not_squared", lambda u: divide(_THIRD, call("cbrt", u))),
    ),
    "abs": (("abs_one", lambda u: ONE), ("abs_minus", lambda u: number(-1))),
    "relu": (
        ("relu_one", lambda u: ONE),
        ("relu_identity", lambda u: u),
        ("relu_flipped", lambda u: subtract(ONE, call("heaviside", u))),
        ("relu_sign", _f("sign")),
    ),
    "sigmoid": (
        ("sigmoid_plus", lambda u: multiply(call("sigmoid", u), add(ONE, call("sigmoid", u)))),
        ("sigmoid_one_minus", lambda u: subtract(ONE, call("sigmoid", u))),
        ("sigmoid_square", lambda u: square(call("sigmoid", u))),
        ("sigmoid_square", lambda u: subtract(ONE, square(call("sigmoid", u)))),
        ("act_on_preactivation", lambda u: multiply(u, subtract(ONE, u))),
        ("act_on_preactivation", lambda u: multiply(call("sigmoid", u), subtract(ONE, u))),
        ("sigmoid_twice", lambda u: _sigmoid_slope(call("sigmoid", u))),
    ),
    "softplus": (
        ("softplus_flipped", lambda u: subtract(ONE, call("sigmoid", u))),
        ("softplus_slope", lambda u: _sigmoid_slope(u)),
        ("outer_factor_missing", lambda u: _over(add(ONE, call("exp", u)))),
    ),
    "erf": (
        ("outer_constant_missing", _bell),
        ("outer_constant_missing", lambda u: multiply(TWO, _bell(u))),
    ),
    "Phi": (("outer_constant_missing", lambda u: call("exp", negate(divide(square(u), TWO)))),),
    "phi": (("outer_factor_missing", lambda u: negate(call("phi", u))),),
}


def _sigmoid_slope(u: Node) -> Node:
    return multiply(call("sigmoid", u), subtract(ONE, call("sigmoid", u)))
