"""The twelve calls that every way of grading makes, as (function, what makes its arguments, how often)."""

import numpy as np

EPOCHS = 300


def calls(rng):
    """Return the calls: nine small ones made twice each, and three trainings, one of them made twice."""
    X, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    made = []
    for shape in ((5,), (3, 4), (2, 3, 4)):
        made.append(("sigmoid", lambda shape=shape: (rng.normal(size=shape),), 2))
        made.append(("sigmoid_grad", lambda shape=shape: (rng.normal(size=shape),), 2))
    for n in (1, 4, 9):
        made.append(("forward", lambda n=n: (rng.normal(size=(n, 2)), parameters(rng)), 2))
    for times in (2, 1, 1):
        made.append(("train_xor", lambda: (X, y, parameters(rng), 1.0, EPOCHS), times))
    return made


def parameters(rng):
    """Return the parameters of a 2-4-1 network."""
    return [(rng.normal(size=(2, 4)), rng.normal(size=4)), (rng.normal(size=(4, 1)), rng.normal(size=1))]


def values(result):
    """Return a result's arrays in a row."""
    if isinstance(result, tuple):
        params, losses = result
        return [*(part for pair in params for part in pair), np.asarray(losses)]
    return [result]
