"""The rules of differentiation on trees.

The reference never comes from here, SymPy derives it; wrong derivatives do, for which the right rules are needed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from grader.symbolic.outer import OUTER
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

Item = TypeVar("Item")


def derive(node: Node, variable: str) -> Node:
    """Return the derivative of the tree by ``variable``, hardly simplified."""
    if isinstance(node, Name):
        return ONE if node.name == variable else ZERO
    if not isinstance(node, Call) or not depends(node, variable):
        return ZERO
    return combine(node, [derive(child, variable) for child in node.args])


def combine(node: Call, derivatives: Sequence[Node]) -> Node:
    """Return the derivative of a call, given those of its arguments."""
    args = node.args
    match node.head:
        case "+":
            return add(*derivatives)
        case "neg":
            return negate(derivatives[0])
        case "*":
            return add(*(multiply(*replaced(args, place, derived)) for place, derived in enumerate(derivatives)))
        case "/":
            return _quotient(args, derivatives)
        case "^":
            return _power(args, derivatives)
        case "where":
            return Call("where", tuple(branches(args, derivatives)))
        case "max" | "min":
            return _by_cases(node, derivatives)
    return multiply(OUTER[node.head](args[0]), derivatives[0]) if node.head in OUTER else ZERO


def replaced(items: Sequence[Item], place: int, item: Item) -> list[Item]:
    """Return the items with the one at ``place`` replaced."""
    return [*items[:place], item, *items[place + 1 :]]


def _quotient(args: Sequence[Node], derivatives: Sequence[Node]) -> Node:
    (top, bottom), (above, below) = args, derivatives
    if below == ZERO:
        return divide(above, bottom)
    if above == ZERO:
        return negate(divide(multiply(top, below), square(bottom)))
    return divide(subtract(multiply(above, bottom), multiply(top, below)), square(bottom))


def _power(args: Sequence[Node], derivatives: Sequence[Node]) -> Node:
    (base, exponent), (inner, upper) = args, derivatives
    by_base = multiply(exponent, power(base, add(exponent, number(-1))), inner)
    by_exponent = multiply(power(base, exponent), call("log", base), upper)
    return add(by_base, by_exponent)


def branches(args: Sequence[Node], derivatives: Sequence[Node]) -> Iterator[Node]:
    """Yield the arguments of a ``where`` with its values replaced by their derivatives, conditions kept."""
    values = value_places(args)
    for place, (arg, derived) in enumerate(zip(args, derivatives, strict=True)):
        yield derived if place in values else arg


def value_places(args: Sequence[Node]) -> list[int]:
    """Return where in the arguments of a ``where`` the values stand: after each condition, and last."""
    last = [len(args) - 1] if len(args) % 2 else []
    return [*range(1, len(args), 2), *last]


def _by_cases(node: Call, derivatives: Sequence[Node]) -> Node:
    """Return the derivative of max or min: that of the argument which is the largest or smallest."""
    relation = ">" if node.head == "max" else "<"
    value, derived = node.args[0], derivatives[0]
    for other, other_derived in zip(node.args[1:], derivatives[1:], strict=True):
        condition = call(relation, value, other)
        value, derived = call(node.head, value, other), call("where", condition, derived, other_derived)
    return derived
