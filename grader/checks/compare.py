"""A function of the student's beside one the check knows, over many inputs at once."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.diagnosis import how_they_are_off
from grader.checks.expect import (
    EXPLAINED,
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
MAX_CHARACTERS = 80  # of a text, list, tuple or dict among the inputs that a message prints

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
        size = _size(scale, case)
        want = _on_copies(oracle, case)
        problem = judge_one(got, want, size)
        if problem is not None:
            held = {id: wrong for id, wrong in (unless or {}).items() if _is_wrong(wrong, case, judge_one, want, size)}
            is_explained = problem.code in EXPLAINED
            answers = _answers(call, cases, {i: got}) if held or is_explained else {i: got}
            problem.misconception = _held_on_all(held, cases, answers)
            problem.message += _inputs_words(oracle, case)
            if is_explained and problem.misconception is None:
                problem.message += _off_words(oracle, cases, answers, judge_one, scale)
            raise problem


def beyond(
    call: Callable[..., Any], oracle: Callable[..., Any], within: Callable[..., Case | None], misconception: str
) -> Callable[..., Any]:
    """Return call as a function whose exceptions show a misconception: right for some arguments, it raises beyond them.

    Args:
        call: ``student.some_task``.
        oracle: the check's own function of the same arguments.
        within: takes a case's arguments and returns like ones that the misconception allows for; None if there are none.
        misconception: the id that is said where call raises an exception for a case and is right for what within returns.
    """

    def call_and_name(*case: Any) -> Any:
        try:
            return call(*case)
        except CheckFailed as failed:
            if failed.code == "EXCEPTION" and _is_right(call, oracle, within(*copy.deepcopy(case))):
                failed.misconception = misconception
            raise

    return call_and_name


def _is_right(call: Callable[..., Any], oracle: Callable[..., Any], case: Case | None) -> bool:
    if case is None:
        return False
    try:
        return matches(call(*case), _on_copies(oracle, case))
    except CheckFailed:
        return False


class _Judge:
    """Tells what is wrong with one result, or with the first wrong one of several."""

    def __init__(self, name: str | Sequence[str], kind: str | Sequence[str], tol: float) -> None:
        self.is_single = isinstance(name, str)
        self.names = [name] if isinstance(name, str) else list(name)
        self.kinds = [kind] * len(self.names) if isinstance(kind, str) else list(kind)
        self.tol = tol

    def __call__(self, got: Any, want: Any, scale: float) -> CheckFailed | None:
        return self._problem_of_form(got) or next((problem for problem, _ in self._wrong(got, want, scale)), None)

    def wrong_part(self, got: Any, want: Any, scale: float) -> tuple[Any, Any] | None:
        """Return what is wrong of a result, with what it should be; None if nothing is, or the result has another form."""
        if self._problem_of_form(got):
            return None
        return next((part for _, part in self._wrong(got, want, scale)), None)

    def _problem_of_form(self, got: Any) -> CheckFailed | None:
        return None if self.is_single else structure_problem(got, len(self.names), "the result", "values")

    def _wrong(self, got: Any, want: Any, scale: float) -> Iterator[tuple[CheckFailed, tuple[Any, Any]]]:
        """Yield each problem of a result with the part that has it and what that should be."""
        for i, (name, kind) in enumerate(zip(self.names, self.kinds, strict=True)):
            part, right = (got, want) if self.is_single else (got[i], want[i])
            if problem := _PROBLEMS[kind](part, right, name, self.tol, scale):
                yield problem, (part, right)


def _size(scale: float | Callable[..., float], case: Case) -> float:
    return float(scale(*case)) if callable(scale) else scale


def _on_copies(function: Callable[..., Any], case: Case) -> Any:
    return function(*copy.deepcopy(case))


def _is_wrong(wrong: Callable[..., Any], case: Case, judge_one: _Judge, want: Any, size: float) -> bool:
    """Return whether a misconception gives a wrong value on a case: a right one of the wrong type is another mistake."""
    try:
        with np.errstate(all="ignore"):
            return judge_one(_on_copies(wrong, case), want, size) is not None
    except Exception:  # it does not apply to this input
        return True


def _answers(call: Callable[..., Any], cases: Sequence[Case], known: dict[int, Any]) -> dict[int, Any]:
    """Return what the student's function gives on every case that gives anything, by the case's number."""
    answers = dict(known)
    for i, case in enumerate(cases):
        if i not in answers:
            try:
                answers[i] = call(*case)
            except CheckFailed:
                continue
    return answers


def _held_on_all(unless: Wrong, cases: Sequence[Case], answers: dict[int, Any]) -> str | None:
    """Return the first misconception whose function gives what the student's gives on every case that gives anything."""
    for identifier, wrong in unless.items():
        if all(_matches_on(wrong, cases[i], got) for i, got in answers.items()):
            return identifier
    return None


def _off_words(
    oracle: Callable[..., Any], cases: Sequence[Case], answers: dict[int, Any], judge_one: _Judge,
    scale: float | Callable[..., float],
) -> str:  # fmt: skip
    """Return "; " and how the wrong answers are off, if one sentence says it of all of them, else nothing."""
    seen = []
    for i, got in answers.items():
        want = _on_copies(oracle, cases[i])
        wrong = judge_one.wrong_part(got, want, _size(scale, cases[i]))
        if wrong is not None:
            seen.append((*wrong, cases[i]))
    said = how_they_are_off(seen)
    return f"; {said}" if said else ""


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
    words = _in_full(value)
    if isinstance(value, np.ndarray):
        return words or f"an array of shape {value.shape}"
    return words if words and len(words) <= MAX_CHARACTERS else describe_type(value)


def _in_full(value: Any) -> str | None:
    """Return all of a value in words; None if it is too much, or nothing that words can show."""
    if isinstance(value, np.ndarray):
        is_small = value.size <= MAX_SHOWN
        return np.array2string(value, precision=4, separator=", ").replace("\n", "") if is_small else None
    if isinstance(value, (bool, int, float, np.generic)):
        return number_words(value)
    if isinstance(value, str):
        return repr(value)
    if not isinstance(value, (list, tuple, dict)) or len(value) > MAX_CHARACTERS:
        return None
    items = [_in_full(item) for item in (value.values() if isinstance(value, dict) else value)]
    if isinstance(value, dict):
        items = [words and f"{key!r}: {words}" for key, words in zip(value, items, strict=True)]
    if any(words is None for words in items):
        return None
    listed = ", ".join(map(str, items))
    if isinstance(value, dict):
        return f"{{{listed}}}"
    if isinstance(value, list):
        return f"[{listed}]"
    return f"({listed},)" if len(items) == 1 else f"({listed})"
