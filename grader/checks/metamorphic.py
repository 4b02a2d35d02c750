"""Relations that hold for every right answer: no oracle needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.checks.expect import FORWARD, expect_close


def expect_rows_independent(call: Callable[[np.ndarray], Any], X: np.ndarray, name: str, tol: float = FORWARD) -> None:
    """Demand that a batch gives what its rows give one at a time, X of shape (N, …)."""
    rows = np.concatenate([np.asarray(call(X[i : i + 1])) for i in range(len(X))])
    expect_close(call(X), rows, name, tol=tol, says="A batch must give what its rows give one at a time")


def expect_permutation(
    call: Callable[[np.ndarray], Any], X: np.ndarray, rng: np.random.Generator, name: str, tol: float = FORWARD
) -> None:
    """Demand that shuffling the rows of X (N, …) shuffles the rows of the result in the same way."""
    order = rng.permutation(len(X))
    if np.array_equal(order, np.arange(len(X))):
        order = order[::-1]  # rows that stay where they are show nothing
    want = np.asarray(call(X))[order]
    expect_close(call(X[order]), want, name, tol=tol, says="Shuffled rows must give the same rows, shuffled")
