"""A function of the student's beside one the check knows, over many inputs at once."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.expect import (
    FORWARD,
    close_problem,
    ints_problem,
    matches,
    number_words,
    numbers_problem,
    pairs_problem,
    structure_problem,
)  # fmt: skip
from grader.student.proxy import describe_type
from grader.verdict import CheckFailed

Case = tuple[Any, ...]
Wrong = Mapping[str, Callable[..., Any]]
MAX_SHOWN = 8  # entries of an input array that a message prints

_PROBLEMS: dict[str, Callable[..., CheckFailed | None]] = {
    "close": close_problem,
    "numbers": numbers_problem,
    "pairs": pairs_problem,
    "ints": lambda got, want, name, tol, scale: ints_problem(got, want, name),
}


def compare(
    call: Callable[..., Any], oracle: Callable[..., Any], cases: Sequence[Case], name: str | Sequence[str], *,
    tol: float = FORWARD, scale: float | Callable[..., float] = 1.0, unless: Wrong | None = None,
    kind: str | Sequence[str] = "close",
) -> None:  # fmt: skip
    """Demand that call gives what oracle gives on every case.

    The verdict is the first failing case's. A misconception is named only if its function gives the student's value on
    every case, so that two ideas which agree on one input are told apart by the next.

    Args:
        call: ``student.some_task``.
        oracle: the check's own function of the same arguments.
        cases: tuples of arguments.
        name: what the student calls the result, or a name for each of several.
        tol: see expect_close.
        scale: see expect_close; or a function of a case's arguments.
        unless: misconception's id to the function that a student who holds it would write.
        kind: "close", "ints", "numbers" or "pairs", or one for each result.
    """
    judge_one = _Judge(name, kind, tol)
    for i, case in enumerate(cases):
        got = call(*case)
        size = float(scale(*case)) if callable(scale) else scale
        want = _on_copies(oracle, case)
        problem = judge_one(got, want, size)
        if problem is not None:
            held = {id: wrong for id, wrong in (unless or {}).items() if _is_wrong(wrong, case, judge_one, want, size)}
            problem.misconception = _held_on_all(call, cases, held, {i: got})
            problem.message += _inputs_words(oracle, case)
            raise problem


class _Judge:
    """Tells what is wrong with one result, or with the first wrong one of several."""

    def __init__(self, name: str | Sequence[str], kind: str | Sequence[str], tol: float) -> None:
        self.is_single = isinstance(name, str)
        self.names = [name] if isinstance(name, str) else list(name)
        self.kinds = [kind] * len(self.names) if isinstance(kind, str) else list(kind)
        self.tol = tol

    def __call__(self, got: Any, want: Any, scale: float) -> CheckFailed | None:
        if self.is_single:
            return self.problem(0, got, want, scale)
        if problem := structure_problem(got, len(self.names), "the result", "values"):
            return problem
        found = (self.problem(i, got[i], want[i], scale) for i in range(len(self.names)))
        return next((problem for problem in found if problem), None)

    def problem(self, i: int, got: Any, want: Any, scale: float) -> CheckFailed | None:
        return _PROBLEMS[self.kinds[i]](got, want, self.names[i], self.tol, scale)


def _on_copies(function: Callable[..., Any], case: Case) -> Any:
    return function(*copy.deepcopy(case))


def _is_wrong(wrong: Callable[..., Any], case: Case, judge_one: _Judge, want: Any, size: float) -> bool:
    """Return whether a misconception gives a wrong value on a case: a right one of the wrong type is another mistake."""
    try:
        with np.errstate(all="ignore"):
            return judge_one(_on_copies(wrong, case), want, size) is not None
    except Exception:  # it does not apply to this input
        return True


def _held_on_all(call: Callable[..., Any], cases: Sequence[Case], unless: Wrong, known: dict[int, Any]) -> str | None:
    """Return the first misconception whose function gives what the student's gives on every case that gives anything."""
    if not unless:
        return None
    for i, case in enumerate(cases):
        if i not in known:
            try:
                known[i] = call(*case)
            except CheckFailed:
                continue
    for identifier, wrong in unless.items():
        if all(_matches_on(wrong, cases[i], got) for i, got in known.items()):
            return identifier
    return None


def _matches_on(wrong: Callable[..., Any], case: Case, got: Any) -> bool:
    try:
        with np.errstate(all="ignore"):
            return matches(got, _on_copies(wrong, case))
    except Exception:  # the wrong formula does not apply to this input, so the student did not write it
        return False


def _inputs_words(oracle: Callable[..., Any], case: Case) -> str:
    """Return ", for z = -1.5" where the inputs are small enough to help."""
    shown = [f"{name} = {_value_words(value)}" for name, value in zip(_names(oracle), case, strict=False)]
    return f", for {', '.join(shown)}" if shown else ""


def _names(oracle: Callable[..., Any]) -> list[str]:
    return [p.name for p in inspect.signature(oracle).parameters.values()]


def _value_words(value: Any) -> str:
    if isinstance(value, np.ndarray):
        if value.size > MAX_SHOWN:
            return f"an array of shape {value.shape}"
        return np.array2string(value, precision=4, separator=", ").replace("\n", "")
    if isinstance(value, (bool, int, float, np.generic)):
        return number_words(value)
    if isinstance(value, str):
        return repr(value)
    return describe_type(value)
