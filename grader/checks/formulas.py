"""Formula answers in checks: the question stands in chapter.toml, the verdict comes through the door for formulas."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.expect import fail
from grader.course import DeclaredFormula
from grader.student.proxy import Function, describe_type
from grader.symbolic import Formula
from grader.symbolic.beside import judge
from grader.verdict import CheckFailed


class Undecided(Exception):
    """A formula could be judged neither right nor wrong: the grader's fault, which costs nobody points."""


def expect_formula(answer: Any, question: Formula, name: str, seed: int) -> None:
    """Demand that a formula equals the one that is asked for; any form counts.

    Args:
        answer: what the student gave.
        question: the function it is the derivative of, or the formula itself.
        name: what the student calls it.
        seed: where the points that decide come from.

    Raises:
        CheckFailed: WRONG_VALUE with a point where it differs, WRONG_TYPE, or REFUSED with what to write instead.
        Undecided: there are too few points where both have a value.
    """
    if not isinstance(answer, str):
        returned = "None (is a return missing?)" if answer is None else describe_type(answer)
        fail(f'{name} is {returned}; give the formula as a string, such as "2*x"', code="WRONG_TYPE")
    verdict = judge(question, answer, seed)
    if verdict.kind == "equal":
        return
    if verdict.kind == "undecided":
        raise Undecided(f"{name}: {verdict.message}")
    code = "REFUSED" if verdict.kind == "refused" else "WRONG_VALUE"
    raise CheckFailed(
        code, f"{name}: {verdict.message}", misconception=verdict.rule, misconception_title=verdict.rule_title,
        hint=verdict.rule_hint,
    )  # fmt: skip


def expect_declared_formula(call: Function, rng: np.random.Generator, key: str = "") -> None:
    """Call a task without arguments and judge its formula, or the one under key in the dict that it returns.

    Args:
        call: ``student.d_polynomial``.
        rng: the check's generator.
        key: which of the task's declared formulas, "" for the only one.
    """
    declared = next(formula for formula in call.task.formulas if formula.key == key)
    got = call()
    if key:
        if not isinstance(got, dict):
            fail(f"{call.name} returns {describe_type(got)}, expected a dict with the key {key!r}", code="WRONG_TYPE")
        if key not in got:
            fail(f"the dict that {call.name} returns has no key {key!r}", code="WRONG_TYPE")
        got = got[key]
    name = f"{call.name}()[{key!r}]" if key else f"{call.name}()"
    expect_formula(got, question_of(declared), name, int(rng.integers(2**63)))


def question_of(declared: DeclaredFormula) -> Formula:
    """Return a declared formula as the door for formulas takes it."""
    return Formula(declared.function, declared.variables, declared.with_respect_to or None)
