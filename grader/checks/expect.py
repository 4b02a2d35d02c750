"""Verdicts on one value: type and shape first, then finiteness, then values; what is expected is never printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.diagnosis import how_it_is_off
from grader.student.proxy import RaisedByStudent, describe_type
from grader.verdict import STATUS_OF, CheckFailed

Unless = Mapping[str, Any]
ProblemOf = Callable[[Any], CheckFailed | None]
FORWARD = 1e-8
"""Tolerance of forward values, relative to the larger of 1 and the value."""
MATCH = 1e-6
"""Relative tolerance within which a wrong value is taken for a misconception's."""
EXPLAINED = ("WRONG_VALUE", "WRONG_SHAPE")  # codes of values that may be off in a way that can be told


def fail(message: str, *, code: str = "WRONG_VALUE", misconception: str | None = None) -> None:
    """End the check: the student's code is wrong, for a reason that message says."""
    if code not in STATUS_OF:
        raise ValueError(f"a check fails with the code {code!r}, which there is not")
    raise CheckFailed(code, message, misconception=misconception)


def expect_true(
    condition: object, message: str, *, code: str = "WRONG_VALUE", misconception: str | None = None
) -> None:
    """End the check with message unless condition holds; an array is no condition: one number was compared with many."""
    if isinstance(condition, np.ndarray) and condition.size != 1:
        fail(f"{message} (there is an array of shape {condition.shape} where one number is due)", code="WRONG_SHAPE")
    if not bool(condition):
        fail(message, code=code, misconception=misconception)


def expect_close(
    got: Any, want: Any, name: str, *, tol: float = FORWARD, scale: float = 1.0, unless: Unless | None = None,
    says: str | None = None,
) -> None:  # fmt: skip
    """Demand that got is want: an array of want's shape, or one number where want is one.

    Args:
        got: what the student's code returned.
        want: float64 array, or a float.
        name: what the student calls it.
        tol: passes where ``|got - want| <= tol * max(scale, |want|)``, entry by entry.
        scale: the size of what goes into the value; 1 for forward values.
        unless: misconception's id to the value it gives, or to a function without arguments that computes it.
        says: a sentence to add to the message; never what was expected.
    """
    judge(
        lambda value: close_problem(value, want, name, tol, scale), got, unless, says, lambda: how_it_is_off(got, want)
    )


def expect_ints(got: Any, want: Any, name: str, *, unless: Unless | None = None, says: str | None = None) -> None:
    """Demand whole numbers of any integer dtype, exactly want and of its shape."""
    judge(lambda value: ints_problem(value, want, name), got, unless, says, lambda: how_it_is_off(got, want))


def expect_numbers(
    got: Any, want: Any, name: str, *, tol: float = FORWARD, scale: float = 1.0, unless: Unless | None = None,
    says: str | None = None,
) -> None:  # fmt: skip
    """Demand a sequence of plain numbers, as a list, tuple or array of shape (n,), equal to want."""
    judge(
        lambda value: numbers_problem(value, want, name, tol, scale),
        got,
        unless,
        says,
        lambda: how_it_is_off(got, want),
    )


def expect_pairs(
    got: Any, want: Sequence[Any], name: str, *, tol: float = FORWARD, scale: float = 1.0,
    unless: Unless | None = None, says: str | None = None,
) -> None:  # fmt: skip
    """Demand a list of pairs ``(W, b)`` equal to want, as lists or tuples."""

    def right(i: int) -> bool:
        return pairs_problem([got[i]], [want[i]], name, tol, scale) is None

    judge(lambda value: pairs_problem(value, want, name, tol, scale), got, unless, says,
          lambda: pairs_off(got, want, name, right))  # fmt: skip


def expect_raises(error: type[BaseException], call: Callable[..., Any], *args: Any) -> None:
    """Demand that a call into the student's code raises error or a subclass of it."""
    try:
        got = call(*args)
    except RaisedByStudent as raised:
        if error.__name__ not in raised.names:
            raise
        return
    named = " and ".join(repr(arg) for arg in args if isinstance(arg, str))
    fail(f"expected a {error.__name__}{f' for {named}' if named else ''}, but the call returned {describe_type(got)}")


def expect_accepted(call: Callable[..., Any], *args: Any) -> Any:
    """Return what a call into the student's code returns; one that refuses everything has not learned what to refuse."""
    try:
        return call(*args)
    except RaisedByStudent as raised:
        shown = ", ".join(repr(arg) if isinstance(arg, str) else "…" for arg in args)
        message = f"a call that is right, with ({shown}), fails: {raised.message}"
        raise CheckFailed("WRONG_TYPE", message, raised.line) from None


def judge(
    problem_of: ProblemOf, got: Any, unless: Unless | None, says: str | None, off: Callable[[], str | None]
) -> None:
    """Raise what is wrong with got, if anything is, with the misconception that explains it, or else how it is off."""
    problem = problem_of(got)
    if problem is None:
        return
    problem.misconception = problem.misconception or explanation(got, unless or {}, problem_of)
    if problem.misconception is None and problem.code in EXPLAINED and (known := off()):
        problem.message = f"{problem.message}; {known}"
    if says:
        problem.message = f"{problem.message}. {says}"
    raise problem


def pairs_off(got: Any, want: Sequence[Any], name: str, right: Callable[[int], bool]) -> str | None:
    """Return which pairs are right, None if none is: what is wrong comes from between them."""
    good = [i for i in range(len(want)) if right(i)] if len(got) == len(want) else []
    if not good:
        return None
    listed = " and ".join(f"{name}[{i}]" for i in good)
    return f"{listed} {'is' if len(good) == 1 else 'are'} right"


def explanation(got: Any, unless: Unless, problem_of: ProblemOf) -> str | None:
    """Return the first misconception whose value equals got and is itself wrong: got may only be of the wrong type."""
    for identifier, value in unless.items():
        try:
            with np.errstate(all="ignore"):
                wrong = value() if callable(value) else value
                if matches(got, wrong) and problem_of(wrong) is not None:
                    return identifier
        except Exception:
            continue  # the wrong formula does not apply to these inputs
    return None


def matches(got: Any, value: Any) -> bool:
    """Return whether got is, shape for shape, the value that a misconception gives; NaN equals NaN here.

    A value of float32 is one that only float32 gives.
    """
    if value is None or got is None:
        return got is value
    if isinstance(value, (list, tuple)):
        return isinstance(got, (list, tuple)) and len(got) == len(value) and all(map(matches, got, value))
    if isinstance(value, dict):
        return isinstance(got, dict) and all(key in got and matches(got[key], item) for key, item in value.items())
    if isinstance(got, (list, tuple)):
        got = np.array(got, dtype=np.float64)
    if isinstance(got, (bool, str)) or not isinstance(got, (int, float, np.ndarray, np.generic)):
        return type(got) is type(value) and bool(got == value)
    wrong = np.asarray(value)
    is_coarse = wrong.dtype == np.float32 and np.asarray(got).dtype != np.float32
    if np.shape(got) != wrong.shape or is_coarse:
        return False
    size = float(np.max(np.abs(wrong[np.isfinite(wrong)]), initial=0.0))
    return bool(np.allclose(got, wrong, MATCH, min(MATCH * size, 1e-9), equal_nan=True))


def close_problem(got: Any, want: Any, name: str, tol: float = FORWARD, scale: float = 1.0) -> CheckFailed | None:
    """Return what is wrong with got as floats, None if nothing is."""
    want = np.asarray(want, dtype=np.float64)
    problem = float_problem(got, want.shape, name)
    if problem:
        return problem
    with np.errstate(all="ignore"):
        value = np.asarray(got).astype(np.float64)
        wrong = ~(np.abs(value - want) <= tol * np.maximum(scale, np.abs(want)))
    return values_problem(np.asarray(got), wrong, name) if wrong.any() else None


def float_problem(got: Any, shape: tuple[int, ...], name: str) -> CheckFailed | None:
    """Return what keeps got from being finite float64 (or whole) numbers of a shape."""
    problem = shape_problem(got, shape, name)
    if problem:
        return problem
    dtype = np.asarray(got).dtype
    if dtype.kind not in "fiu" or (dtype.kind == "f" and dtype.itemsize != 8):
        return CheckFailed("WRONG_TYPE", f"{name} is {type_words(got, dtype)}, expected float64")
    value = np.asarray(got)
    if not np.isfinite(value).all():
        where = index_words(np.argwhere(~np.isfinite(value))[0])
        return CheckFailed("NOT_FINITE", f"{name}{where} is {value[~np.isfinite(value)].flat[0]}")
    return None


def shape_problem(got: Any, shape: tuple[int, ...], name: str) -> CheckFailed | None:
    """Return what keeps got from being an array of a shape, or one number where the shape is ()."""
    is_number = isinstance(got, (bool, int, float, complex, np.generic))
    if not is_number and not isinstance(got, np.ndarray):
        kind = "a single number" if shape == () else f"a NumPy array of shape {shape}"
        returned = "None (is a return missing?)" if got is None else describe_type(got)
        return CheckFailed("WRONG_TYPE", f"{name} is {returned}, expected {kind}")
    if np.shape(got) == shape:
        return None
    if is_number or np.ndim(got) == 0:
        return CheckFailed("WRONG_SHAPE", f"{name} is a single number, expected an array of shape {shape}")
    wanted = "a single number" if shape == () else str(shape)
    return CheckFailed("WRONG_SHAPE", f"{name} has shape {np.shape(got)}, expected {wanted}")


def type_words(got: Any, dtype: np.dtype) -> str:
    """Return "an array of float32", "a bool", "a complex" …"""
    return f"an array of {dtype}" if np.ndim(got) else f"a {type(got).__name__}"


def values_problem(got: np.ndarray, wrong: np.ndarray, name: str) -> CheckFailed:
    """Return the message for entries that are wrong: which, how many, and what the student has there."""
    first = np.argwhere(wrong)[0]
    value = number_words(got[tuple(first)])
    if wrong.size == 1:
        return CheckFailed("WRONG_VALUE", f"{name} is {value}, which is not right")
    count = f"all {wrong.size}" if wrong.all() else f"{int(wrong.sum())} of {wrong.size}"
    return CheckFailed(
        "WRONG_VALUE", f"{name}{index_words(first)} is {value}, which is not right; {count} entries are off"
    )


def index_words(index: Any) -> str:
    """Return "[0, 2]", or nothing for a single number."""
    return f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""


def number_words(value: Any) -> str:
    """Return a number in at most six digits."""
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)


def ints_problem(got: Any, want: Any, name: str) -> CheckFailed | None:
    """Return what is wrong with got as whole numbers, None if nothing is."""
    want = np.asarray(want)
    problem = shape_problem(got, want.shape, name)
    if problem:
        return problem
    value = np.asarray(got)
    if value.dtype.kind not in "iu":
        return CheckFailed("WRONG_TYPE", f"{name} is {type_words(got, value.dtype)}, expected integers")
    wrong = value != want
    return values_problem(value, wrong, name) if wrong.any() else None


def numbers_problem(got: Any, want: Any, name: str, tol: float = FORWARD, scale: float = 1.0) -> CheckFailed | None:
    """Return what is wrong with got as a sequence of plain numbers, None if nothing is."""
    if isinstance(got, (list, tuple)):
        if len(got) != np.size(want):  # a million numbers take long to look at one by one
            return CheckFailed("WRONG_SHAPE", f"{name} has shape ({len(got)},), expected {np.shape(want)}")
        for i, item in enumerate(got):
            if problem := float_problem(item, (), f"{name}[{i}]"):
                return problem
        got = np.array([np.asarray(item).item() for item in got], dtype=np.float64)
    return close_problem(got, want, name, tol, scale)


def pairs_problem(
    got: Any, want: Sequence[Any], name: str, tol: float = FORWARD, scale: float = 1.0
) -> CheckFailed | None:
    """Return what is wrong with got as a list of pairs ``(W, b)``, None if nothing is."""
    if problem := structure_problem(got, len(want), name, "pairs (W, b)"):
        return problem
    for i, (mine, wanted) in enumerate(zip(got, want, strict=True)):
        if problem := structure_problem(mine, 2, f"{name}[{i}]", "values W, b"):
            return problem
        for part, value, right in zip("Wb", mine, wanted, strict=True):
            if problem := close_problem(value, right, f"{part} of {name}[{i}]", tol, scale):
                return problem
    return None


def structure_problem(got: Any, count: int, name: str, what: str) -> CheckFailed | None:
    """Return what keeps got from being a sequence of count items."""
    is_array = isinstance(got, np.ndarray) and got.ndim > 0
    if not isinstance(got, (list, tuple)) and not is_array:
        return CheckFailed("WRONG_TYPE", f"{name} is {describe_type(got)}, expected a list of {count} {what}")
    if len(got) != count:
        return CheckFailed("WRONG_SHAPE", f"{name} holds {len(got)} items, expected {count} {what}")
    return None
