"""Inputs that show mistakes: several regimes of shapes and values, drawn from a check's own random generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


class CheckRandom(np.random.Generator):
    """The generator of one check; the wire refuses it, so that no submission can be handed the source of its inputs."""


class Sizes(NamedTuple):
    """Samples N, inputs D and outputs M of one layer."""

    N: int
    D: int
    M: int


def stream(rng: np.random.Generator) -> np.random.Generator:
    """Return a fresh generator to hand to a submission; the check's own inputs never come from it."""
    return np.random.Generator(np.random.PCG64(int(rng.integers(2**63))))


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return standard normal float64 values of a shape."""
    return rng.standard_normal(shape)


def ints(rng: np.random.Generator, low: int, high: int, shape: Any, dtype: Any = np.float64) -> np.ndarray:
    """Return whole numbers in [low, high), as floats unless dtype says otherwise; ties and zeros are likely."""
    return np.asarray(rng.integers(low, high, shape), dtype=dtype)


def batch_sizes(rng: np.random.Generator) -> list[Sizes]:
    """Return sizes that keep axes apart: one sample, all different, square (where transposes hide), larger."""
    d, m = (int(k) for k in rng.permutation([2, 3, 5])[:2])
    square = int(rng.integers(3, 5))
    return [Sizes(1, d, m), Sizes(7, d, m), Sizes(square, square, square), Sizes(4, 6, 1), Sizes(13, 3, 8)]


def elementwise_cases(
    rng: np.random.Generator, low: float = -3.0, high: float = 3.0, special: Sequence[float] = ()
) -> list[tuple[Any]]:
    """Return 1-tuples of inputs for a function of one array: scalars, every shape, ints with ties and zeros, large values.

    Args:
        rng: the check's generator.
        low: lower end of the ordinary values.
        high: upper end of the ordinary values.
        special: values that must occur, such as a kink.
    """

    def uniform(*shape: int) -> np.ndarray:
        return rng.uniform(low, high, shape)

    whole = np.array([-2, -1, 0, 0, 1, 2, 2])
    large = np.concatenate([rng.uniform(-110, -90, 2), [-1.0, 0.0, 1.0], rng.uniform(90, 110, 2)])
    cases: list[Any] = [
        uniform(5), uniform(3, 4), uniform(2, 3, 4), uniform(1), float(uniform()), np.array(float(uniform())),
        rng.permutation(whole), rng.permutation(whole).reshape(7, 1), int(rng.integers(1, 4)),
        rng.permutation(large), -np.abs(uniform(4)) - 0.01, np.abs(uniform(4)) + 0.01, uniform(2, 1, 3, 2),
    ]  # fmt: skip
    if special:
        cases.append(np.array(special, dtype=np.float64))
    return [(case,) for case in cases]


def numerical_gradient(f: Callable[[np.ndarray], Any], x: np.ndarray) -> np.ndarray:
    """Return the gradient of a scalar function that the check knows, shape of x, float64.

    Five-point central differences (Abramowitz and Stegun, 25.3.6): the error is h^4 f'''''/30, about 1e-11 here.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        here = float(x[index])
        h = 1e-3 * max(1.0, abs(here))
        values = []
        for steps in (-2, -1, 1, 2):
            x[index] = here + steps * h
            values.append(float(f(x)))
        x[index] = here
        gradient[index] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
    return gradient
