"""einsum for the layers, logaddexp for every logarithm of a sum: the shortest stable forms."""

from math import erf, sqrt

import numpy as np


def relu(z):
    return (np.abs(z) + z) / 2


def leaky_relu(z, alpha=0.01):
    return np.maximum(z, 0) + alpha * np.minimum(z, 0)


def elu(z, alpha=1.0):
    return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))


def swish(z, beta=1.0):
    return z * np.exp(-np.logaddexp(0, -beta * np.asarray(z)))


Phi = np.frompyfunc(lambda t: 0.5 + erf(t / sqrt(2)) / 2, 1, 1)


def gelu(z):
    return z * np.asarray(Phi(z), dtype=np.float64)


def log_softmax(Z):
    return Z - np.logaddexp.reduce(Z, axis=-1, keepdims=True)


def softmax(Z):
    return np.exp(log_softmax(Z))


def affine_forward(X, W, b):
    return np.einsum("nd,dm->nm", X.reshape(X.shape[0], -1), W) + b[None, :], (X, W, b)


def mlp_forward(X, params, activation="relu"):
    *hidden, (W, b) = params
    for V, c in hidden:
        Z = np.einsum("nd,dm->nm", X, V) + c
        match activation:
            case "relu":
                X = np.maximum(Z, 0)
            case "tanh":
                X = np.tanh(Z)
            case "sigmoid":
                X = (1 + np.tanh(Z / 2)) / 2
            case _:
                raise ValueError(activation)
    return np.einsum("nd,dm->nm", X, W) + b


def mse(p, y):
    e = np.ravel(p) - np.ravel(y)
    return np.einsum("i,i->", e, e) / e.size


def bce_with_logits(z, y):
    z, y = z.ravel(), y.ravel()
    return np.logaddexp(0, (1 - 2 * y) * z).mean()


def cross_entropy(logits, y):
    true = np.take_along_axis(logits, y[:, None], axis=1)[:, 0]
    return np.mean(np.logaddexp.reduce(logits, axis=1) - true)


def accuracy(scores, y):
    return np.count_nonzero(np.argmax(scores, axis=-1) == y) / y.size


def count_parameters(sizes):
    return int(np.dot(sizes[:-1], sizes[1:])) + sum(sizes) - sizes[0]


def evaluate(X, y, params):
    logits = mlp_forward(X, params)
    losses = np.logaddexp.reduce(logits, axis=1) - logits[np.arange(y.size), y]
    return dict(
        predictions=np.argmax(logits, axis=1),
        loss=losses.mean(),
        accuracy=accuracy(logits, y),
        worst=np.argsort(losses)[::-1][:3],
    )
