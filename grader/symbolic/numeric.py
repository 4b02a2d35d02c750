"""The value of a formula at a point, to any number of digits, with a bound on its error and in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from grader.symbolic.balls import EXACT, Ball, Balls, Budget, NoInformation, NoValue, Value
from grader.symbolic.functions import applied
from grader.symbolic.tree import Call, Name, Node, Number

__all__ = ["EXACT", "Arithmetic", "Ball", "Budget", "NoInformation", "NoValue", "Point", "Value"]

Point: TypeAlias = Mapping[str, Fraction]


class Arithmetic(Balls):
    """Evaluates trees."""

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
        if not self.is_complex(value):
            return Ball(value, error)
        if self.bits(value.imag) > error:
            raise NoValue
        return Ball(value.real, error)

    def _known(self, node: Node, point: Mapping[str, Ball]) -> Ball:
        self.budget.spend(self.cost)
        ball = self._computed(node, point)
        if not self.is_finite(ball.value):
            raise NoInformation
        return ball

    def _computed(self, node: Node, point: Mapping[str, Ball]) -> Ball:
        if isinstance(node, Number):
            return self.number(node.value)
        if isinstance(node, Name):
            return point[node.name]
        if node.head == "where":
            return self._piece(node, point)
        return applied(self, node.head, [self._known(child, point) for child in node.args])

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
                return _HOLDS[relation](self._compared(left, right, point))
        raise AssertionError(condition)

    def _compared(self, left: Node, right: Node, point: Mapping[str, Ball]) -> int:
        """Return the sign of ``left - right``; numbers are compared exactly, and equal formulas are equal."""
        if isinstance(left, Number) and isinstance(right, Number):
            return (left.value > right.value) - (left.value < right.value)
        first, second = self._known(left, point), self._known(right, point)
        return 0 if left == right else self.order(first, second)


_HOLDS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
}
