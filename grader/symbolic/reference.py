"""The door to SymPy: derives a declared function, and hands the derivative back as a tree of ours.

Only what an author declared gets here, never a student's text, and it gets here through constructors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from grader.symbolic import tree
from grader.symbolic.tree import Call, Name, Node, Number, call

Expression: TypeAlias = Any


def sympy_module() -> Any:
    """Return SymPy, imported on the first call, computing with Python's own integers."""
    os.environ.setdefault("SYMPY_GROUND_TYPES", "python")
    import sympy  # type: ignore[import-untyped]

    return sympy


def derivative(node: Node, variable: str, order: int = 1) -> Node:
    """Return the derivative of the tree by ``variable``, found by ``sympy.diff``."""
    sympy = sympy_module()
    symbol = sympy.Symbol(variable, real=True)
    return from_sympy(sympy.diff(to_sympy(node), symbol, order))


def to_sympy(node: Node) -> Expression:
    """Return the tree as a SymPy expression in real symbols; kinks become Piecewise."""
    sympy = sympy_module()
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Name):
        return sympy.Symbol(node.name, real=True)
    args = [to_sympy(child) for child in node.args]
    return _WRITTEN[node.head](sympy, *args) if node.head in _WRITTEN else getattr(sympy, node.head)(*args)


def from_sympy(expression: Expression) -> Node:
    """Return a SymPy expression as a tree.

    Raises:
        ValueError: it holds something no formula here can hold.
    """
    if expression.is_Rational:
        return tree.number(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Symbol:
        return Name(str(expression.name))
    kind = type(expression).__name__
    if kind == "Piecewise":
        return call("where", *(from_sympy(part) for value, condition in expression.args for part in (condition, value)))
    if kind not in _READ:
        raise ValueError(f"{kind} cannot stand in the derivative of a declared function")
    return Call(_READ[kind], tuple(from_sympy(argument) for argument in expression.args))


def _pieces(sympy: Any, *pairs: tuple[Expression, Expression]) -> Expression:
    return sympy.Piecewise(*pairs, evaluate=False)


def _where(sympy: Any, *args: Expression) -> Expression:
    pairs = [*zip(args[1::2], args[::2], strict=False)]
    return _pieces(sympy, *pairs, *([(args[-1], True)] if len(args) % 2 else []))


def _by_sign(sympy: Any, inner: Expression, positive: Expression, negative: Expression) -> Expression:
    return _pieces(sympy, (positive, sympy.StrictGreaterThan(inner, 0)), (negative, True))


def _pick(relation: str) -> Callable[..., Expression]:
    def choose(sympy: Any, *args: Expression) -> Expression:
        condition = getattr(sympy, relation)
        return reduce(lambda left, right: _pieces(sympy, (left, condition(left, right)), (right, True)), args)

    return choose


def _sigmoid(sympy: Any, inner: Expression) -> Expression:
    return 1 / (1 + sympy.exp(-inner))


def _root(sympy: Any, inner: Expression) -> Expression:
    third = sympy.Rational(1, 3)
    return _by_sign(sympy, inner, inner**third, -((-inner) ** third))


_WRITTEN: Mapping[str, Callable[..., Expression]] = {
    "+": lambda sympy, *terms: sympy.Add(*terms),
    "*": lambda sympy, *factors: sympy.Mul(*factors),
    "/": lambda sympy, top, bottom: top / bottom,
    "^": lambda sympy, base, exponent: sympy.Pow(base, exponent),
    "neg": lambda sympy, inner: -inner,
    "pi": lambda sympy: sympy.pi,
    "e": lambda sympy: sympy.E,
    "where": _where,
    "abs": lambda sympy, inner: _by_sign(sympy, inner, inner, -inner),
    "sign": lambda sympy, inner: _by_sign(sympy, inner, sympy.Integer(1), sympy.Integer(-1)),
    "heaviside": lambda sympy, inner: _by_sign(sympy, inner, sympy.Integer(1), sympy.Integer(0)),
    "relu": lambda sympy, inner: _by_sign(sympy, inner, inner, sympy.Integer(0)),
    "max": _pick("StrictGreaterThan"),
    "min": _pick("StrictLessThan"),
    "sigmoid": _sigmoid,
    "softplus": lambda sympy, inner: sympy.log(1 + sympy.exp(inner)),
    "Phi": lambda sympy, inner: (1 + sympy.erf(inner / sympy.sqrt(2))) / 2,
    "phi": lambda sympy, inner: sympy.exp(-(inner**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "cbrt": _root,
    "and": lambda sympy, *parts: sympy.And(*parts),
    "or": lambda sympy, *parts: sympy.Or(*parts),
    "not": lambda sympy, inner: sympy.Not(inner),
    "true": lambda sympy: sympy.true,
    "false": lambda sympy: sympy.false,
    "<": lambda sympy, left, right: sympy.StrictLessThan(left, right),
    "<=": lambda sympy, left, right: sympy.LessThan(left, right),
    ">": lambda sympy, left, right: sympy.StrictGreaterThan(left, right),
    ">=": lambda sympy, left, right: sympy.GreaterThan(left, right),
    "==": lambda sympy, left, right: sympy.Eq(left, right),
    "!=": lambda sympy, left, right: sympy.Ne(left, right),
}
_SAME = (
    "sin cos tan cot sec csc sinh cosh tanh coth sech csch asin acos atan acot asec acsc asinh acosh atanh acoth "
    "asech acsch exp log erf erfc"
)
_READ: Mapping[str, str] = {
    **{name: name for name in _SAME.split()},
    **{"Add": "+", "Mul": "*", "Pow": "^", "Pi": "pi", "Exp1": "e", "Abs": "abs", "sign": "sign"},
    **{"Max": "max", "Min": "min", "Heaviside": "heaviside"},
    **{"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">="},
    **{"Equality": "==", "Unequality": "!=", "And": "and", "Or": "or", "Not": "not"},
    **{"BooleanTrue": "true", "BooleanFalse": "false"},
}
