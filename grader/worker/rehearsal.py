"""What a zygote runs once, before its first fork: a submission such as students write, served as a worker serves one.

A worker shares every page that it does not write to with its zygote, and a function that ran before finds its names
faster. Without the rehearsal each worker would fill the caches of types and names, and a tenth of its pages, for itself.
"""

from __future__ import annotations

import gc
import linecache
import os
import sys
from typing import Any

import numpy as np

from grader import wire
from grader.worker.output import CappedOutput
from grader.worker.pipe import Pipe
from grader.worker.runner import Runner

MODULE, FILE = "rehearsal", "rehearsal.py"
SUBMISSION = b'''
"""A small network."""

import numpy as np


def sigmoid(z):
    """Return the logistic function of z."""
    z = np.asarray(z, dtype=float)
    return 1 / (1 + np.exp(-z))


def forward(X, params):
    """Return the output of two layers."""
    (W1, b1), (W2, b2) = params
    return sigmoid(np.maximum(0, X @ W1 + b1) @ W2 + b2)


def train(X, y, params, lr=0.1, epochs=2):
    """Return parameters and losses."""
    losses = []
    for _ in range(epochs):
        d = [(lr * (forward(X, params) - y).mean(axis=0)).sum() for W, b in params]
        params = [(W - step, b - step) for (W, b), step in zip(params, d)]
        losses.append(float(np.mean(np.square(d))))
    return params, losses


class Value:
    """A number."""

    def __init__(self, data, parents=()):
        self.data, self.parents = data, set(parents)

    def __add__(self, other):
        if not isinstance(other, Value):
            raise TypeError(f"a Value, not {other!r}")
        return Value(self.data + other.data, (self, other))


def to_do(x):
    """Do nothing yet."""
    raise NotImplementedError("to do")
'''


def rehearse() -> None:
    """Serve SUBMISSION in this process, and leave nothing of it where a submission could find it."""
    gc.freeze()
    read_fd, write_fd = os.pipe()
    with open(read_fd, "rb", buffering=0), open(os.devnull, "wb", buffering=0) as nowhere:
        with open(write_fd, "wb", buffering=0) as requests:
            for number, request in enumerate(requests_of_a_grader()):
                requests.write(wire.frame(number, wire.dumps(request)))
        Runner(Pipe(read_fd, nowhere.fileno()), CappedOutput(nowhere.fileno())).serve()
    del sys.modules[MODULE], linecache.cache[FILE]
    gc.collect()  # of it alone: all that is older was frozen
    gc.freeze()  # what is left is shared with every worker


def requests_of_a_grader() -> list[tuple[str, dict[str, Any]]]:
    """Return what a grader asks of a submission, the last of it in vain; all of it must fit into a pipe (4 KiB at least)."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(4, 2)), np.ones((4, 1))
    params = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))]
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("sigmoid", (X,)), ("sigmoid", (0.5,)), ("forward", (X, params)), ("train", (X, y, params)), ("to_do", (1,)),
    ]  # fmt: skip
    requests = [
        ("call", {"name": name, "arguments": wire.dumps((arguments, {})), "repeat": True}) for name, arguments in calls
    ]
    return [("load", {"filename": FILE, "module": MODULE, "source": SUBMISSION}), *requests]
