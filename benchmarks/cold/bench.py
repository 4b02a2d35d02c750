"""The benchmark's module: a 2-4-1 network and its training."""

import numpy as np


def sigmoid(z):
    """Return the logistic function of z."""
    # BEGIN SOLUTION the logistic function
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
    # END SOLUTION


def sigmoid_grad(z):
    """Return its derivative at z."""
    # BEGIN SOLUTION its derivative
    s = sigmoid(z)
    return s * (1 - s)
    # END SOLUTION


def forward(X, params):
    """Return the network's output, (N, 1)."""
    # BEGIN SOLUTION two layers
    (W1, b1), (W2, b2) = params
    return sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2)
    # END SOLUTION


def train_xor(X, y, params, lr, epochs):
    """Return the trained params and the losses."""
    # BEGIN SOLUTION gradient descent
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(epochs):
        h = sigmoid(X @ W1 + b1)
        p = sigmoid(h @ W2 + b2)
        losses.append(float(np.mean((p - y) ** 2)))
        d2 = 2 * (p - y) / y.size * p * (1 - p)
        d1 = d2 @ W2.T * h * (1 - h)
        W2, b2 = W2 - lr * h.T @ d2, b2 - lr * d2.sum(axis=0)
        W1, b1 = W1 - lr * X.T @ d1, b1 - lr * d1.sum(axis=0)
    return [(W1, b1), (W2, b2)], losses
    # END SOLUTION
