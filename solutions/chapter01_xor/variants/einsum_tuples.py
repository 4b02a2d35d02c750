"""einsum for every sum, tuples and named tuples for lists, the losses in an array."""

from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=np.float64)))


def step(z):
    return (np.asarray(z) > 0).astype(np.float64)


def neuron(x, w, b):
    return sigmoid(np.einsum("i,i->", x, w) + b)


def dense(X, W, b):
    return np.einsum("nd,dm->nm", X, W) + b[np.newaxis, :]


def linear_accuracy(w, b, X, y):
    right = step(np.einsum("nd,d->n", X, w) + b) == y.reshape(-1)
    return np.count_nonzero(right) / right.size


def squared_error(p, y):
    e = p[:, 0] - y.reshape(-1)
    return np.einsum("n,n->", e, e) / e.size


def predict(p, threshold=0.5):
    return np.where(p.reshape(-1) < threshold, 0, 1)


def xor_weights():
    return (
        Layer(np.array([[1, -1], [1, -1]]), np.array([0, 2])),
        Layer(np.array([[1], [1]]), np.array([-1])),
    )


def both(X, params):
    (W1, b1), (W2, b2) = params
    hidden = sigmoid(dense(X, W1, b1))
    return hidden, sigmoid(dense(hidden, W2, b2))


def xor_forward(X, params):
    return both(X, params)[-1]


def xor_gradients(X, y, params):
    hidden, p = both(X, params)
    out = 2 / len(p) * (p[:, 0] - y.reshape(-1)) * p[:, 0] * (1 - p[:, 0])
    back = np.einsum("n,h,nh,nh->nh", out, params[1][0][:, 0], hidden, 1 - hidden)
    first = Layer(np.einsum("nd,nh->dh", X, back), back.sum(0))
    last = Layer(np.einsum("nh,n->h", hidden, out)[:, None], out.sum(keepdims=True))
    return first, last


def train_xor(X, y, params, lr, epochs):
    losses = np.empty(epochs)
    for k in range(epochs):
        losses[k] = squared_error(xor_forward(X, params), y)
        grads = xor_gradients(X, y, params)
        params = tuple(Layer(*(old - lr * g for old, g in zip(*pair))) for pair in zip(params, grads))
    return params, losses
