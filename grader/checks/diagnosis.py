"""How a value that is known to be wrong is off: by a factor, a sign, an axis, a cut; nothing where nothing is known.

Every statement is true of all the numbers seen, and is made only where there are enough of them to rule out chance.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

ALIKE = 1e-7
"""Relative tolerance within which two values are the same; a tolerance of forward values is ten times smaller."""
SINGLE = 1e-5
"""Relative error beyond which a value is not merely one of single precision (its unit of rounding is 6e-8)."""
FEWEST = 3  # numbers of different size, below which a pattern may be chance
MAX_ENTRIES = 100_000  # a larger array is not looked at: the answer must not wait for its explanation
FACTORS = {2.0: "2 times", 3.0: "3 times", 4.0: "4 times", 10.0: "10 times", 100.0: "100 times"}

Array = np.ndarray
Pattern = Callable[[Array, Array, Sequence[Any]], str | None]


def how_it_is_off(got: Any, want: Any, arguments: Sequence[Any] = ()) -> str | None:
    """Return a sentence without its full stop that says how got differs from want, None if no pattern fits.

    Args:
        got: a wrong value of the student's: a number or array of finite real numbers, or a list of numbers.
        want: the right one; the sentence never tells a number of it.
        arguments: what the call was made with, to recognise what the value was wrongly scaled by.
    """
    got, want = _as_floats(got), _as_floats(want)
    if got is None or want is None or not 0 < max(got.size, want.size) <= MAX_ENTRIES or not got.size:
        return None
    if got.shape != want.shape:
        return _first(OF_ANOTHER_SHAPE, got, want, arguments)
    if len(np.unique(np.abs(want[want != 0]))) < FEWEST:
        return None
    return _first(OF_THE_SAME_SHAPE, got, want, arguments)


def how_they_are_off(seen: Sequence[tuple[Any, Any, Sequence[Any]]]) -> str | None:
    """Return the sentence that is true of every value of several calls, None if there is none.

    Args:
        seen: for each wrong value what the student returned, what is right, and the call's arguments.
    """
    if all(_is_number(want) for _, want, _ in seen):
        return _numbers_off(seen)
    said = {how_it_is_off(*each) for each in seen}
    return said.pop() if len(said) == 1 else None


def _numbers_off(seen: Sequence[tuple[Any, Any, Sequence[Any]]]) -> str | None:
    """Return how the single numbers of several calls are off."""
    got, want = (
        _as_floats([each[i] for each in seen]) if all(_is_number(each[i]) for each in seen) else None for i in (0, 1)
    )
    if got is None or want is None or len(np.unique(np.abs(want[want != 0]))) < FEWEST:
        return None
    rows = [next((len(a) for a in arguments if isinstance(a, np.ndarray) and a.ndim), 1) for _, _, arguments in seen]
    for up, ratio in (("large", np.array(rows)), ("small", 1 / np.array(rows))):
        if len(set(rows)) > 1 and _alike(got, want * ratio):
            return f"it is too {up} by the factor N, the number of rows"
    said = _first(OF_NUMBERS, got, want, ())
    return said and said.replace("every entry is", "it is always").replace("every entry has", "it always has")


def _first(patterns: Sequence[Pattern], got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    with np.errstate(all="ignore"):
        return next((said for pattern in patterns if (said := pattern(got, want, arguments))), None)


def _is_number(value: Any) -> bool:
    return not isinstance(value, (list, tuple, dict)) and np.ndim(value) == 0  # a ragged list has no ndim at all


def _as_floats(value: Any) -> Array | None:
    if isinstance(value, (list, tuple)) and len(value) > MAX_ENTRIES:
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        return None
    return array.astype(np.float64)


def _alike(one: Array, other: Array, tolerance: float = ALIKE) -> bool:
    """Return whether two arrays of one shape hold the same numbers, whatever their size."""
    size = np.max(np.abs(other), initial=0.0)
    return one.shape == other.shape and bool(np.allclose(one, other, tolerance, tolerance * 1e-3 * size))


def transposed(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the axes stand in another order."""
    for order in itertools.permutations(range(got.ndim)) if 2 <= got.ndim <= 4 else ():
        if order != tuple(range(got.ndim)) and _alike(got.transpose(order), want):
            return "it is the transpose of the right one" if got.ndim == 2 else "its axes are in another order"
    return None


def not_summed(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return which axis was left that should have been summed or averaged away."""
    for axis in range(got.ndim) if got.ndim > want.ndim or got.size > want.size else ():
        for keeps in (False, True):
            for reduced, done in (
                (got.sum(axis, keepdims=keeps), "summed"),
                (got.mean(axis, keepdims=keeps), "averaged"),
            ):
                if _alike(reduced, want):
                    return f"it is not {done} over axis {axis}"
    return None


def summed_too_far(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return which axis was summed or averaged away that should have stayed."""
    for axis in range(want.ndim) if got.size < want.size and want.size >= FEWEST else ():
        for keeps in (False, True):
            if _alike(got, want.sum(axis, keepdims=keeps)):
                return f"axis {axis} is summed away, which should stay"
            if _alike(got, want.mean(axis, keepdims=keeps)):
                return f"axis {axis} is averaged away, which should stay"
    return None


def reshaped(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether only the shape is wrong."""
    if got.size == want.size and _alike(got.ravel(), want.ravel()):
        return "the numbers are right, only the shape is not"
    return None


def opposite(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether every sign is wrong."""
    return "every entry has the wrong sign" if _alike(got, -want) else None


def scaled(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return by which factor every entry is too large or too small: a size of the arguments, or a usual number."""
    factor = _common_factor(got, want)
    if factor is None:
        return None
    sign = ", and of the wrong sign" if factor < 0 else ""
    up, ratio = ("large", abs(factor)) if abs(factor) > 1 else ("small", 1 / abs(factor))
    if np.isclose(ratio, 1, rtol=ALIKE):
        return None
    for size, meaning in _sizes(arguments):
        if np.isclose(ratio, size, rtol=ALIKE):
            return f"every entry is too {up} by the factor {meaning}{sign}"
    for known, words in FACTORS.items():
        if np.isclose(ratio, known, rtol=ALIKE):
            return f"every entry is {words} too {up}{sign}"
    return f"every entry is too {up} by one and the same factor{sign}"


def _common_factor(got: Array, want: Array) -> float | None:
    there = np.abs(want) > 1e-9 * np.max(np.abs(want))
    ratios = got[there] / want[there]
    factor = float(np.median(ratios))
    return factor if factor and np.isfinite(factor) and _alike(got, factor * want) else None


def _sizes(arguments: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Yield the lengths of the arguments' axes with what they mean."""
    for argument in arguments:
        shape = np.shape(argument) if isinstance(argument, np.ndarray) else ()
        if shape and shape[0] > 1:
            yield shape[0], "N, the number of rows"
    for argument in arguments:
        shape = np.shape(argument) if isinstance(argument, np.ndarray) else ()
        if len(shape) > 1:
            yield shape[-1], "of the number of columns"
            yield int(np.prod(shape)), "of the number of entries"


DERIVATIVES: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("the sigmoid's derivative", lambda z: np.exp(-np.logaddexp(0, z) - np.logaddexp(0, -z))),
    ("y (1 - y)", lambda y: y * (1 - y)),
    ("tanh's derivative", lambda z: 1 / np.cosh(z) ** 2),
    ("1 - y²", lambda y: 1 - y**2),
)


def derivative_lost(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return which activation's derivative is missing as a factor, or there twice."""
    for argument in arguments:
        if not isinstance(argument, np.ndarray) or argument.shape != want.shape or argument.dtype.kind != "f":
            continue
        for name, derivative in DERIVATIVES:
            factor = derivative(argument)
            if np.ptp(factor) < 1e-3 * np.max(np.abs(factor)):
                continue
            if _alike(got * factor, want):
                return f"the factor {name} is missing"
            if _alike(got, want * factor):
                return f"the factor {name} is there once too often"
        positive = argument > 0
        if positive.any() and not positive.all() and not _alike(got, want) and _alike(np.where(positive, got, 0), want):
            return "entries whose input is not positive should get nothing"
    return None


def single_precision(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the value is right to the seven digits that float32 keeps."""
    if np.allclose(got, want, SINGLE, 0.0):
        return (
            "it is right to a few digits only: is something computed in float32, rounded, or shifted by a small number?"
        )
    return None


def cut_to_integers(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the decimals are lost."""
    if np.array_equal(got, want) or not np.array_equal(got, np.trunc(got)):
        return None
    if any(np.array_equal(got, cut(want)) for cut in (np.trunc, np.floor, np.rint)):
        return "the decimals are lost: does an array of integers hold them?"
    return None


def clipped(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether values beyond some bound were cut off."""
    low, high = got.min(), got.max()
    wrong = ~np.isclose(got, want, ALIKE, 0.0)
    if low < high and 2 <= wrong.sum() < wrong.size and _alike(got, np.clip(want, low, high)):
        return "values beyond a bound are cut off"
    return None


def offset(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether one number was added everywhere."""
    difference = got - want
    if np.ptp(difference) <= ALIKE * np.max(np.abs(difference)) and np.max(np.abs(difference)) > SINGLE * np.max(
        np.abs(want)
    ):
        return "every entry is off by the same amount"
    return None


def shifted(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the entries of the first axis are one place too early or too late."""
    if len(want) < FEWEST + 1:
        return None
    if _alike(got[1:], want[:-1]):
        return "everything comes one place too late"
    if _alike(got[:-1], want[1:]):
        return "everything comes one place too early"
    return None


def reordered(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the rows are the right ones in another order."""
    rows, right = (a.reshape(len(a), -1) for a in (got, want))
    if len(want) >= FEWEST and _alike(rows[np.lexsort(rows.T)], right[np.lexsort(right.T)]):
        return "the rows are the right ones in another order"
    return None


def right_at_ends(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether only the first, or all but the first or last, row is right."""
    if len(want) < FEWEST:
        return None
    right = [
        _alike(one, other) for one, other in zip(got.reshape(len(got), -1), want.reshape(len(want), -1), strict=True)
    ]
    if right == [True] + [False] * (len(right) - 1):
        return "only its first row is right" if got.ndim > 1 else "only its first entry is right"
    for words, place in (("first", 0), ("last", -1)):
        if not right[place] and sum(right) == len(right) - 1:
            return f"all but its {words} {'row is' if got.ndim > 1 else 'entry is'} right"
    return None


def wrong_at_zero(got: Array, want: Array, arguments: Sequence[Any]) -> str | None:
    """Return whether the entries that are wrong are exactly those whose input is 0."""
    wrong = ~np.isclose(got, want, ALIKE, 1e-12)
    for argument in arguments:
        is_alike = isinstance(argument, np.ndarray) and argument.shape == want.shape
        if is_alike and wrong.any() and np.array_equal(wrong, argument == 0):
            return "only the entries whose input is exactly 0 are wrong"
    return None


OF_ANOTHER_SHAPE: tuple[Pattern, ...] = (transposed, reshaped, not_summed, summed_too_far)
OF_THE_SAME_SHAPE: tuple[Pattern, ...] = (
    single_precision, opposite, scaled, transposed, wrong_at_zero, derivative_lost, cut_to_integers, clipped, offset, shifted,
    reordered, right_at_ends,
)  # fmt: skip
OF_NUMBERS: tuple[Pattern, ...] = (single_precision, opposite, scaled, cut_to_integers, clipped, offset)
