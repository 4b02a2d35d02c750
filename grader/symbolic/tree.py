"""Formulas as trees: numbers, names and calls, the only form in which a student's text is ever held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """An exact rational number; ``unit`` is one in its last place when it was written as a decimal."""

    value: Fraction
    unit: Fraction | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A declared variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation or function ``head`` on its arguments.

    Heads are ``+ * / ^ neg``, the functions and constants of ``names``, the relations ``< <= > >= == !=``
    with ``and or not true false``, and ``where`` with the arguments condition, value, condition, value, …, otherwise.
    """

    head: str
    args: tuple[Node, ...] = ()


Node: TypeAlias = Number | Name | Call

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
TWO = Number(Fraction(2))
RELATIONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
CONDITIONS = RELATIONS | {"and", "or", "not", "true", "false"}


def number(value: int | Fraction) -> Number:
    """Return the node of an exact number."""
    return Number(Fraction(value))


def call(head: str, *args: Node) -> Call:
    """Return the call of ``head`` on ``args``."""
    return Call(head, args)


def add(*terms: Node) -> Node:
    """Return the sum of the terms, flat and without zeros."""
    flat = [part for term in terms for part in operands(term, "+") if part != ZERO]
    return _joined("+", flat, ZERO)


def multiply(*factors: Node) -> Node:
    """Return the product of the factors, flat, without ones, and zero when a factor is."""
    flat = [part for factor in factors for part in operands(factor, "*") if part != ONE]
    return ZERO if ZERO in flat else _joined("*", flat, ONE)


def negate(node: Node) -> Node:
    """Return ``-node``."""
    match node:
        case Number(value):
            return number(-value)
        case Call("neg", (inner,)):
            return inner
    return call("neg", node)


def subtract(left: Node, right: Node) -> Node:
    """Return ``left - right``."""
    return add(left, negate(right))


def divide(top: Node, bottom: Node) -> Node:
    """Return ``top / bottom``, reduced only where the bottom is 1 or the top 0."""
    if bottom == ONE or top == ZERO:
        return top
    return call("/", top, bottom)


def power(base: Node, exponent: Node) -> Node:
    """Return ``base ^ exponent``, reduced only for the exponents 0 and 1."""
    if exponent == ONE:
        return base
    return ONE if exponent == ZERO else call("^", base, exponent)


def square(node: Node) -> Node:
    """Return ``node ^ 2``."""
    return power(node, TWO)


def operands(node: Node, head: str) -> tuple[Node, ...]:
    """Return the arguments of a call of ``head``, or the node alone."""
    return node.args if isinstance(node, Call) and node.head == head else (node,)


def children(node: Node) -> tuple[Node, ...]:
    """Return the arguments of a node; numbers and names have none."""
    return node.args if isinstance(node, Call) else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def names_in(node: Node) -> frozenset[str]:
    """Return the variables that occur in the tree."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Name))


def depends(node: Node, variable: str) -> bool:
    """Tell whether the variable occurs in the tree."""
    return any(isinstance(part, Name) and part.name == variable for part in walk(node))


def depth(node: Node) -> int:
    """Return how many levels the tree has."""
    levels, level = 0, [node]
    while level:
        levels, level = levels + 1, [child for part in level for child in children(part)]
    return levels


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the tree with ``change`` applied to every node, children first."""
    if isinstance(node, Call):
        node = Call(node.head, tuple(rebuild(child, change) for child in node.args))
    return change(node)


def substitute(node: Node, values: Mapping[Node, Node]) -> Node:
    """Return the tree with every node that is a key replaced by its value."""
    return rebuild(node, lambda part: values.get(part, part))


def _joined(head: str, parts: list[Node], empty: Node) -> Node:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else Call(head, tuple(parts))
