"""An error function of one's own, losses as differences of two scores, and everything else by the shortest identity."""

import numpy as np


def _erf(x):
    """Kummer's series of positive terms, 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!, up to 6; 1 beyond."""
    x = np.asarray(x, dtype=float)
    t = np.clip(x, -6.0, 6.0)
    term = t.copy()
    total = term.copy()
    for n in range(1, 200):
        term = term * 2.0 * t * t / (2 * n + 1)
        total = total + term
    return np.where(np.abs(x) >= 6.0, np.sign(x), 2.0 / np.sqrt(np.pi) * np.exp(-t * t) * total)


def relu(z):
    return np.fmax(0.0, z)


def leaky_relu(z, alpha=0.01):
    return relu(z) - alpha * relu(-1.0 * np.asarray(z))


def elu(z, alpha=1.0):
    return relu(z) - alpha + alpha * np.exp(-relu(-np.asarray(z)))


def swish(z, beta=1.0):
    gate = np.clip(beta * np.asarray(z, dtype=float), -500.0, 500.0)
    return z / (1.0 + np.exp(-gate))


def gelu(z):
    return z / 2 + z / 2 * _erf(z / np.sqrt(2))


def softmax(Z):
    return np.stack([1.0 / np.exp(np.minimum(row[None, :] - row[:, None], 700.0)).sum(axis=1) for row in Z])


def log_softmax(Z):
    total = Z[:, 0].astype(float)
    for c in range(1, Z.shape[1]):
        total = np.logaddexp(total, Z[:, c])
    return Z - total[:, None]


def affine_forward(X, W, b):
    out = sum(np.multiply.outer(column, weights) for column, weights in zip(X.reshape(len(X), -1).T, W)) + b
    return [out, (X, W, b)]


def mlp_forward(X, params, activation="relu"):
    layers = list(params)
    last_W, last_b = layers.pop()
    for W, b in layers:
        Z = X.dot(W) + b
        if activation == "relu":
            X = relu(Z)
        elif activation == "tanh":
            X = 1.0 - 2.0 / (np.exp(np.clip(2.0 * Z, -700, 700)) + 1.0)
        elif activation == "sigmoid":
            X = np.where(Z < 0, 1 - 1 / (1 + np.exp(-np.abs(Z))), 1 / (1 + np.exp(-np.abs(Z))))
        else:
            raise ValueError("unknown")
    return X.dot(last_W) + last_b


def mse(p, y):
    return float(np.var(p.ravel() - y.ravel()) + np.mean(p.ravel() - y.ravel()) ** 2)


def bce_with_logits(z, y):
    return cross_entropy(np.hstack([np.zeros(z.shape), z]), y.astype(int).ravel())


def cross_entropy(logits, y):
    rows = np.arange(len(y))
    return float(np.mean([-log_softmax(logits)[i][y[i]] for i in rows]))


def accuracy(scores, y):
    best = scores.max(axis=1, keepdims=True)
    first = (np.cumsum(scores == best, axis=1) == 0).sum(axis=1)
    return float((first == y).mean())


def count_parameters(sizes):
    weights = [np.zeros(shape) for shape in zip(sizes, sizes[1:])]
    biases = [np.zeros(n) for n in sizes[1:]]
    return sum(a.size for a in weights + biases)


def evaluate(X, y, params):
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    order = np.lexsort((np.arange(len(y)), -losses))
    predictions = np.array([int(np.flatnonzero(row == row.max())[0]) for row in logits], dtype=np.int64)
    return {
        "predictions": predictions,
        "loss": np.float64(losses.sum() / losses.size),
        "accuracy": np.mean(predictions == y),
        "worst": [np.int64(i) for i in order[:3]],
    }
