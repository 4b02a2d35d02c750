"""Formula answers: SymPy derives what is right, a parser of ours reads the answer, many digits decide.

Importing this package imports neither SymPy nor mpmath; ``warm`` does, and may run beside other work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Literal

from grader.symbolic.diagnose import broken_rule
from grader.symbolic.equivalence import FEWEST_POINTS, STEPS_TO_DECIDE, Comparison, Finding
from grader.symbolic.numeric import Arithmetic, Budget, NoInformation, NoValue
from grader.symbolic.parse import parse
from grader.symbolic.points import Domain
from grader.symbolic.reference import derivative, sympy_module
from grader.symbolic.refusal import FormulaRefused
from grader.symbolic.rounding import is_rounded
from grader.symbolic.rules import RULES
from grader.symbolic.tree import Node
from grader.symbolic.witness import point_text, readable, value_text

__all__ = ["Formula", "FormulaRefused", "Kind", "Node", "Verdict", "evaluate", "judge", "parse_function", "warm"]

Kind = Literal["equal", "different", "rounded", "undecided", "refused"]


@dataclass(frozen=True)
class Formula:
    """A question whose answer is a formula: the derivative of ``function``, or the function itself.

    Attributes:
        function: as an author writes it, ``sin(x**2)``.
        variables: the names an answer may use.
        with_respect_to: the variable to derive by; None asks for the function itself, in any form.
        order: how often to derive.
        domain: open intervals ``{"x": (0, None)}`` outside which nothing is compared.
    """

    function: str
    variables: tuple[str, ...] = ("x",)
    with_respect_to: str | None = None
    order: int = 1
    domain: Domain = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Verdict:
    """What became of an answer; ``message`` is what the student reads.

    Attributes:
        kind: equal, different, rounded (right but for rounded decimals), undecided (the question's own formula has too few
            values), or refused (not read, or too large to be evaluated).
        message: one or two sentences that never hold the right formula or its value.
        rule: the id of the rule that was broken, where the answer is exactly what breaking it gives.
        rule_title: the mistake in a few words.
        rule_hint: a question that leads away from it.
    """

    kind: Kind
    message: str
    rule: str | None = None
    rule_title: str | None = None
    rule_hint: str | None = None


def judge(question: Formula, answer: object, seed: int) -> Verdict:
    """Return the verdict on an answer; equal arguments give equal verdicts.

    Args:
        question: what was asked.
        answer: what the student gave, whatever it is; only a string can be right.
        seed: where the random points come from.
    """
    if not isinstance(answer, str):
        return Verdict("refused", f'The answer is of type {type(answer).__name__}: give a string, such as "2*x".')
    try:
        node = parse(answer, question.variables)
    except FormulaRefused as refusal:
        return Verdict("refused", str(refusal))
    return _judged(question, node, seed)


def parse_function(text: str, variables: tuple[str, ...] = ("x",)) -> Node:
    """Return the tree of a formula, for ``evaluate``.

    Raises:
        FormulaRefused: the text is not read; the message says why.
    """
    return parse(text, variables)


def evaluate(formula: str | Node, values: Mapping[str, float]) -> float:
    """Return the value of a formula with numbers put in, rounded to a float.

    Raises:
        FormulaRefused: the text is not read.
        ArithmeticError: it has no real value there.
    """
    node = parse(formula, tuple(values)) if isinstance(formula, str) else formula
    try:
        exact = {name: Fraction(value) for name, value in values.items()}
        return float(Arithmetic(50, Budget(STEPS_TO_DECIDE)).real(node, exact).value)
    except (NoValue, NoInformation, OverflowError, ValueError) as failure:
        raise ArithmeticError(f"no real value at {dict(values)}") from failure


def warm() -> None:
    """Import SymPy; call it from a thread while other work is under way."""
    sympy_module()


def _judged(question: Formula, answer: Node, seed: int) -> Verdict:
    function, reference = _reference(question)
    comparison = Comparison(function, reference, _moved_first(question), question.domain, Random(seed))
    finding = comparison.decide(answer)
    if finding.result == "same":
        return Verdict("equal", "Right: your formula equals it everywhere.")
    if finding.result == "unknown" and len(comparison.places) >= FEWEST_POINTS:  # the answer alone is to blame
        return Verdict("refused", _UNDECIDABLE)
    if finding.result == "unknown":
        return Verdict("undecided", _undecided(comparison))
    assert finding.place is not None
    comparison.renew_budget()
    if is_rounded(comparison, answer, finding.place):
        return Verdict("rounded", _ROUNDED)
    return _explained(question, comparison, answer, finding)


def _explained(question: Formula, comparison: Comparison, answer: Node, finding: Finding) -> Verdict:
    comparison.renew_budget()
    message = _difference(question, comparison, answer, finding)
    comparison.renew_budget()
    rule = broken_rule(comparison, answer, finding, question.with_respect_to, question.order)
    if rule is None:
        return Verdict("different", message)
    return Verdict("different", message, rule, RULES[rule].title, RULES[rule].hint)


@lru_cache(maxsize=256)
def _reference(question: Formula) -> tuple[Node, Node]:
    """Return the declared function and what is right, as trees."""
    function = parse(question.function, question.variables)
    if question.with_respect_to is None:
        return function, function
    return function, derivative(function, question.with_respect_to, question.order)


def _moved_first(question: Formula) -> tuple[str, ...]:
    first = question.with_respect_to or question.variables[0]
    return (first, *(variable for variable in question.variables if variable != first))


def _difference(question: Formula, comparison: Comparison, answer: Node, finding: Finding) -> str:
    shown = readable(comparison, answer, finding)
    assert shown.place is not None
    where, asked = point_text(shown.place), "the derivative" if question.with_respect_to else "the formula asked for"
    if shown.value is None:
        return f"At {where} your formula has no real value, but {asked} has one."
    value = value_text(comparison, shown.value, shown.expected)
    return f"At {where} your formula gives {value}, which is not the value of {asked} there."


def _undecided(comparison: Comparison) -> str:
    places = len(comparison.places)
    return (
        f"This formula could not be judged: too few of the {places} points tried gave a value that could be compared."
    )


_UNDECIDABLE = (
    "Your formula is too large to be compared: at too few points can its value be told. Write it more simply."
)

_ROUNDED = (
    "Your formula is right only up to rounding: a decimal in it stands for a number that it does not equal. "
    "Write the exact number instead, such as a fraction, pi or sqrt(2)."
)
