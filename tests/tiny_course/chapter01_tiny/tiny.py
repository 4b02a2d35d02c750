"""Chapter 1: a tiny module."""

import numpy as np


def identity(x):
    """Return x: given, nothing to do."""
    return x


def double(x):
    """Return twice x, elementwise.

    >>> double(2.0)
    4.0
    """
    # BEGIN SOLUTION one line: add x to itself
    return identity(x) * 2
    # END SOLUTION


def halves(values):
    """Return ``(left, right)``: the first and the second half of an array of even length."""
    # BEGIN SOLUTION cut in the middle
    middle = len(values) // 2
    return values[:middle], values[middle:]
    # END SOLUTION


class Counter:
    """Count calls."""

    def __init__(self, start=0):
        """Start to count."""
        self.count = start

    def __call__(self):
        """Return how often it was called, this time included, on top of the start."""
        # BEGIN SOLUTION count up and return the count
        self.count += 1
        return self.count
        # END SOLUTION


def descend(grad, w, lr, steps):
    """Return w after some steps of gradient descent: w - lr·grad(w) each."""
    # BEGIN SOLUTION repeat: one step against the gradient
    w = np.array(w, dtype=float)
    for _ in range(steps):
        w = w - lr * grad(w)
    return w
    # END SOLUTION
