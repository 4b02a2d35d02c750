"""The tiny chapter, written otherwise."""

import numpy as np


def double(x):
    return x + x


def halves(values):
    left, right = np.split(np.asarray(values), 2)
    return [left, right]


class Counter:
    def __init__(self, start=0):
        self.calls = iter(range(start + 1, start + 1000))

    def __call__(self):
        return next(self.calls)


def descend(grad, w, lr, steps):
    return descend(grad, w - lr * np.asarray(grad(w)), lr, steps - 1) if steps else np.asarray(w, dtype=float)
