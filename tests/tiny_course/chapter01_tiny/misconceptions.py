"""Wrong answers to the tiny chapter."""

import numpy as np

from grader.audit import wrong


@wrong("double", "double-squares", why="x·x is 2·x for 2 only")
def _(x):
    return x * x


@wrong("halves", "halves-overlap", why="an entry is in one half")
def _(values):
    middle = len(values) // 2
    return values[: middle + 1], values[middle:]


@wrong("descend", "descend-uphill", why="the gradient points uphill")
def _(grad, w, lr, steps):
    w = np.array(w, dtype=float)
    for _ in range(steps):
        w = w + lr * grad(w)
    return w
