"""Chapter 1: a right answer, to which hostile programs are added."""

import numpy as np


def double(x):
    # BEGIN SOLUTION add x to itself
    return x * 2
    # END SOLUTION


def halves(values):
    # BEGIN SOLUTION cut in the middle
    middle = len(values) // 2
    return values[:middle], values[middle:]
    # END SOLUTION


def forward(x):
    # BEGIN SOLUTION the square, and x for later
    return x * x, x
    # END SOLUTION


def backward(dout, cache):
    # BEGIN SOLUTION the chain rule
    return 2 * dout * cache
    # END SOLUTION


def batches(values, size):
    # BEGIN SOLUTION one slice after the other
    for start in range(0, len(values), size):
        yield values[start : start + size]
    # END SOLUTION


class Counter:
    def __init__(self, start=0):
        self.count = start

    def __call__(self):
        # BEGIN SOLUTION count up
        self.count += 1
        return self.count
        # END SOLUTION


def descend(grad, w, lr, steps):
    # BEGIN SOLUTION repeat: one step against the gradient
    w = np.array(w, dtype=float)
    for _ in range(steps):
        w = w - lr * grad(w)
    return w
    # END SOLUTION


def draw(rng):
    # BEGIN SOLUTION one number from the generator given
    return rng.normal()
    # END SOLUTION
