"""A declared function rewritten in the forms the rules of differentiation know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from grader.symbolic.tree import ONE, ZERO, Call, Node, Number, call, multiply, negate, number, rebuild


def folded(node: Node) -> Node:
    """Return the tree with numbers worked out, e^u as exp(u), and the number of a product first."""
    return rebuild(node, _folded)


def recognised(node: Node) -> Node:
    """Return the tree with 1/(1 + e^-u) read as sigmoid(u) and log(1 + e^u) as softplus(u)."""
    return rebuild(node, _recognised)


def _folded(node: Node) -> Node:
    match node:
        case Call("^", (Call("e", ()), exponent)):
            return call("exp", exponent)
        case Call("/", (Number(top), Number(bottom))) if bottom:
            return number(top / bottom)
        case Call("neg", (inner,)):
            return _negated(inner)
        case Call("*", factors):
            return _gathered(factors)
    return node


def _recognised(node: Node) -> Node:
    match node:
        case Call("/", (top, Call("+", terms))) if top == ONE and (inner := _exponent_beside_one(terms)):
            return call("sigmoid", _negated(inner))
        case Call("log", (Call("+", terms),)) if inner := _exponent_beside_one(terms):
            return call("softplus", inner)
    return node


def _exponent_beside_one(terms: Sequence[Node]) -> Node | None:
    """Return u of the sum 1 + e^u, None of any other sum."""
    others = [term for term in terms if term != ONE]
    match others:
        case [Call("exp", (inner,))] if len(terms) == len(others) + 1:
            return inner
    return None


def _negated(inner: Node) -> Node:
    match inner:
        case Call("*", (Number(value), *factors)):
            return multiply(number(-value), *factors)
    return negate(inner)


def _gathered(factors: Iterable[Node]) -> Node:
    numbers, others = Fraction(1), []
    for factor in factors:
        if isinstance(factor, Number):
            numbers *= factor.value
        else:
            others.append(factor)
    return multiply(number(numbers), *others) if numbers else ZERO
