"""Every way of breaking exactly one rule of differentiation: the wrong derivatives an answer is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from grader.symbolic.derive import branches, combine, derive, replaced, value_places
from grader.symbolic.outer import OUTER, WRONG_OUTER
from grader.symbolic.tree import (
    ONE,
    ZERO,
    Call,
    Name,
    Node,
    add,
    call,
    depends,
    divide,
    multiply,
    negate,
    number,
    power,
    square,
    subtract,
)

Slip: TypeAlias = tuple[str, Node]
LocalSlips: TypeAlias = Callable[[Call, Sequence[Node], str], Iterator[Slip]]

MOST_SLIPS = 400
_MINUS_ONE = number(-1)


def slips(node: Node, variable: str) -> list[Slip]:
    """Return wrong derivatives, each with the id of the one rule that was broken once."""
    return [*islice(_slips(node, variable), MOST_SLIPS)]


def everywhere(node: Node, variable: str, rule: str) -> Node:
    """Return the derivative in which one rule is broken wherever it can be."""
    if not isinstance(node, Call) or not depends(node, variable):
        return derive(node, variable)
    derivatives = [everywhere(child, variable, rule) for child in node.args]
    broken = (wrong for name, wrong in _local(node, derivatives, variable) if name == rule)
    return next(broken, None) or combine(node, derivatives)


def _slips(node: Node, variable: str) -> Iterator[Slip]:
    if isinstance(node, Name) and node.name == variable:
        yield "linear_kept", node
    if not isinstance(node, Call) or not depends(node, variable):
        return
    derivatives = [derive(child, variable) for child in node.args]
    yield from _local(node, derivatives, variable)
    for place, child in enumerate(node.args):
        for rule, wrong in _slips(child, variable):
            yield rule, combine(node, replaced(derivatives, place, wrong))
    yield "returned_part", node


def _local(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    """Yield the wrong derivatives that break one rule at this very node."""
    yield from _LOCAL.get(node.head, _function_slips)(node, derivatives, variable)


def _sum_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    for place, (term, derived) in enumerate(zip(node.args, derivatives, strict=True)):
        if derived == ZERO:
            yield "constant_kept", add(*replaced(derivatives, place, term))
        else:
            yield "term_sign", add(*replaced(derivatives, place, negate(derived)))
            yield "term_missing", add(*replaced(derivatives, place, ZERO))


def _minus_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    yield "minus_lost", derivatives[0]


def _product_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    constants = [factor for factor, derived in zip(node.args, derivatives, strict=True) if derived == ZERO]
    moving = [(factor, derived) for factor, derived in zip(node.args, derivatives, strict=True) if derived != ZERO]
    if constants:
        rest = combine(call("*", *(factor for factor, _ in moving)), [derived for _, derived in moving])
        yield "constant_factor_dropped", rest
        yield "constant_factor_dropped", negate(rest)
        for place in range(len(constants)) if len(constants) > 1 else ():
            yield "constant_factor_dropped", multiply(*replaced(constants, place, ONE), rest)
    if len(moving) > 1:
        yield "product_of_derivatives", multiply(*constants, *(derived for _, derived in moving))
        yield "product_sum", multiply(*constants, add(*(derived for _, derived in moving)))
        for place in range(len(moving) if len(moving) > 2 else 1):
            others = [factor for other, (factor, _) in enumerate(moving) if other != place]
            their = [derived for other, (_, derived) in enumerate(moving) if other != place]
            yield from _pair_slips(constants, moving[place], others, their)


def _pair_slips(
    constants: Sequence[Node], first: tuple[Node, Node], others: Sequence[Node], derived: Sequence[Node]
) -> Iterator[Slip]:
    rest = combine(call("*", *others), derived)
    left = multiply(*constants, first[1], *others)
    right = multiply(*constants, first[0], rest)
    yield "product_first_only", left
    yield "product_second_only", right
    yield "product_minus", subtract(left, right)


def _quotient_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    (top, bottom), (above, below) = node.args, derivatives
    if below == ZERO:
        yield "constant_factor_dropped", above
    elif above == ZERO:
        yield from _reciprocal_slips(top, bottom, below, variable)
    else:
        left, right = multiply(above, bottom), multiply(top, below)
        yield "quotient_of_derivatives", divide(above, below)
        yield "quotient_sign", divide(subtract(right, left), square(bottom))
        yield "quotient_plus", divide(add(left, right), square(bottom))
        yield "quotient_not_squared", divide(subtract(left, right), bottom)
        yield "quotient_no_denominator", subtract(left, right)
        yield "quotient_by_derivative", divide(subtract(left, right), square(below))
        yield "quotient_top_only", divide(above, bottom)
        yield "quotient_as_product", add(left, right)


def _reciprocal_slips(top: Node, bottom: Node, below: Node, variable: str) -> Iterator[Slip]:
    slope = negate(divide(top, square(bottom)))
    yield "reciprocal_sign", divide(multiply(top, below), square(bottom))
    yield "reciprocal_not_squared", negate(divide(multiply(top, below), bottom))
    yield "reciprocal_of_derivative", divide(top, below)
    yield "reciprocal_of_derivative", negate(divide(top, below))
    yield "reciprocal_log", multiply(top, call("log", bottom))
    yield "reciprocal_log", multiply(top, call("log", bottom), below)
    if bottom != Name(variable):
        yield "chain_forgot_inner", slope
        yield "chain_inner_replaced", negate(divide(top, square(below)))
        yield "inner_twice", multiply(slope, square(below))


def _power_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    (base, exponent), (inner, upper) = node.args, derivatives
    if upper == ZERO:
        yield from _fixed_power_slips(base, exponent, inner, variable)
    elif inner == ZERO:
        yield from _fixed_base_slips(base, exponent, upper, variable)
    else:
        yield "varpow_power_rule", multiply(exponent, power(base, add(exponent, _MINUS_ONE)), inner)
        yield "varpow_power_rule", multiply(exponent, power(base, add(exponent, _MINUS_ONE)))
        yield "varpow_exp_rule", multiply(power(base, exponent), call("log", base), upper)


def _fixed_power_slips(base: Node, exponent: Node, inner: Node, variable: str) -> Iterator[Slip]:
    lower, higher = add(exponent, _MINUS_ONE), add(exponent, ONE)
    yield "power_factor_missing", multiply(power(base, lower), inner)
    yield "power_exponent_kept", multiply(exponent, power(base, exponent), inner)
    yield "power_exponent_up", multiply(exponent, power(base, higher), inner)
    yield "power_factor_reduced", multiply(lower, power(base, lower), inner)
    yield "power_exponent_twice_down", multiply(exponent, power(base, add(exponent, number(-2))), inner)
    yield "power_integrated", multiply(divide(power(base, higher), higher), inner)
    yield "power_integrated", divide(power(base, higher), higher)
    outer = lambda inside: multiply(exponent, power(inside, lower))  # noqa: E731 - one line of mathematics
    yield from _chain_slips(lambda inside: power(inside, exponent), outer, base, inner, variable)


def _fixed_base_slips(base: Node, exponent: Node, upper: Node, variable: str) -> Iterator[Slip]:
    lowered = multiply(exponent, power(base, add(exponent, _MINUS_ONE)))
    yield "exp_power_rule", lowered
    yield "exp_power_rule", multiply(lowered, upper)
    yield "exp_base_log_missing", multiply(power(base, exponent), upper)
    if exponent != Name(variable):
        yield "exp_base_log_divided", divide(multiply(power(base, exponent), upper), call("log", base))
    outer = lambda inside: multiply(power(base, inside), call("log", base))  # noqa: E731 - one line of mathematics
    yield from _chain_slips(lambda inside: power(base, inside), outer, exponent, upper, variable)


def _chain_slips(
    function: Callable[[Node], Node], outer: Callable[[Node], Node], inside: Node, inner: Node, variable: str
) -> Iterator[Slip]:
    """Yield what becomes of the chain rule on ``function(inside)``, where ``inner`` is the derivative of the inside."""
    if inside == Name(variable):
        return
    yield "chain_forgot_inner", outer(inside)
    yield "chain_inner_replaced", outer(inner)
    yield "chain_inner_replaced", multiply(outer(inner), inner)
    yield "chain_outer_kept", multiply(function(inside), inner)
    yield "chain_added", add(outer(inside), inner)
    yield "inner_twice", multiply(outer(inside), square(inner))
    yield "chain_outer_at_x", multiply(outer(Name(variable)), inner)
    yield "chain_only_inner", function(inner)
    yield "chain_forgot_outer", inner


def _function_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    if node.head not in OUTER:
        return
    inside, inner = node.args[0], derivatives[0]
    if node.head in _SIGNED:
        yield "outer_sign", negate(multiply(OUTER[node.head](inside), inner))
    for rule, wrong in WRONG_OUTER.get(node.head, ()):
        yield rule, multiply(wrong(inside), inner)
        if rule in _WITHOUT_INNER and inside != Name(variable):
            yield rule, wrong(inside)
    yield from _chain_slips(lambda value: call(node.head, value), OUTER[node.head], inside, inner, variable)


def _where_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    right = [*branches(node.args, derivatives)]
    yield from _branch_slips(right, value_places(node.args), node.args)


def _branch_slips(right: Sequence[Node], values: Sequence[int], kept: Sequence[Node]) -> Iterator[Slip]:
    for place in values:
        yield "branch_kept", call("where", *replaced(right, place, kept[place]))
        yield "leak_missing", call("where", *replaced(right, place, ZERO))
        yield "one_branch", right[place]
    if len(values) == 2:
        first, second = values
        yield "branches_swapped", call("where", *replaced(replaced(right, first, right[second]), second, right[first]))


def _extreme_slips(node: Call, derivatives: Sequence[Node], variable: str) -> Iterator[Slip]:
    """Yield the slips of max and min of two, seen as a choice between them."""
    if len(node.args) == 2:
        condition = call(">" if node.head == "max" else "<", *node.args)
        yield from _branch_slips([condition, *derivatives], (1, 2), [condition, *node.args])


_SIGNED = frozenset(name for name in OUTER if name.startswith(("sin", "cos", "tan", "cot", "sec", "csc", "a"))) | {
    *("erfc", "phi", "sigmoid"),
}
_WITHOUT_INNER = frozenset({"act_on_preactivation", "exp_power_rule"})
_LOCAL: dict[str, LocalSlips] = {
    "+": _sum_slips,
    "neg": _minus_slips,
    "*": _product_slips,
    "/": _quotient_slips,
    "^": _power_slips,
    "where": _where_slips,
    "max": _extreme_slips,
    "min": _extreme_slips,
}
