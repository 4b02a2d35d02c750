"""Lambdas, partials, objects with __call__ and a named tuple: tasks that are callables, not all of them functions."""

from collections import namedtuple
from functools import partial, reduce
from heapq import nlargest
from itertools import pairwise
from math import erf

import numpy as np

Cache = namedtuple("Cache", "X W b")
Layer = namedtuple("Layer", "out cache")
logsumexp = partial(np.logaddexp.reduce, axis=1)


class Activation:
    def __init__(self, gate):
        self.gate = gate

    def __call__(self, z):
        return z * self.gate(z)


class Swish:
    def __call__(self, z, beta=1.0):
        return Activation(lambda t: 0.5 + 0.5 * np.tanh(beta * t / 2))(z)


relu = Activation(lambda z: np.heaviside(z, 0.0))
leaky_relu = lambda z, alpha=0.01: np.where(np.less(z, 0), np.multiply(alpha, z), z)  # noqa: E731
elu = lambda z, alpha=1.0: np.where(np.less(z, 0), alpha * (np.exp(-np.abs(z)) - 1), z)  # noqa: E731
swish = Swish()
gelu = Activation(np.vectorize(lambda t: (1 + erf(t * 0.5**0.5)) / 2))
log_softmax = lambda Z: (Z.T - logsumexp(Z)).T  # noqa: E731
softmax = lambda Z: np.exp(log_softmax(Z))  # noqa: E731


def affine_forward(X, W, b):
    return Layer(np.tensordot(X.reshape(len(X), -1), W, axes=1) + b, Cache(X, W, b))


class Network:
    known = {"relu": relu, "tanh": np.tanh, "sigmoid": lambda z: np.exp(-np.logaddexp(0, -z))}

    def __call__(self, X, params, activation="relu"):
        first, *rest = params
        if rest and activation not in self.known:
            raise ValueError(activation)
        start = affine_forward(X, *first).out
        return reduce(lambda Z, layer: affine_forward(self.known[activation](Z), *layer).out, rest, start)


mlp_forward = Network()
mse = lambda p, y: np.mean(np.power(p - np.reshape(y, np.shape(p)), 2))  # noqa: E731
bce_with_logits = lambda z, y: np.mean(np.logaddexp(0, np.where(y.reshape(-1, 1) > 0.5, -z, z)))  # noqa: E731


def cross_entropy(logits, y):
    return -np.trace(log_softmax(logits)[:, y]) / len(y)


def accuracy(scores, y):
    return sum(1 for row, label in zip(scores, y) if np.argmax(row) == label) / len(y)


def count_parameters(sizes):
    return sum(w + b for w, b in ((m * n, n) for m, n in pairwise(sizes)))


def evaluate(X, y, params):
    scores = mlp_forward(X, params)
    losses = logsumexp(scores) - np.choose(y, scores.T)
    return {
        "worst": tuple(nlargest(3, range(len(y)), key=losses.__getitem__)),
        "accuracy": accuracy(scores, y),
        "loss": np.average(losses),
        "predictions": scores.argmax(axis=1),
        "report": f"{len(y)} samples",
    }
