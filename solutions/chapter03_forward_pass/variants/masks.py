"""Buffers of floats filled through boolean masks, and one-hot labels instead of indices."""

import math

import numpy as np


def _sigmoid(z):
    z = np.array(z, dtype=np.float64)
    s = np.empty_like(z)
    right = z >= 0
    s[right] = 1.0 / (1.0 + np.exp(-z[right]))
    grown = np.exp(z[~right])
    s[~right] = grown / (1.0 + grown)
    return s


def relu(z):
    out = np.array(z, dtype=float)
    out[out < 0] = 0.0
    return out


def leaky_relu(z, alpha=0.01):
    out = np.array(z, dtype=float)
    out[out < 0] *= alpha
    return out


def elu(z, alpha=1.0):
    out = np.array(z, dtype=float)
    left = out <= 0
    out[left] = alpha * (np.exp(out[left]) - 1.0)
    return out


def swish(z, beta=1.0):
    return np.asarray(z) * _sigmoid(beta * np.asarray(z))


def gelu(z):
    z = np.asarray(z, dtype=float)
    below = np.zeros(z.shape)
    for place in np.ndindex(z.shape):
        below[place] = 0.5 * math.erfc(-z[place] / math.sqrt(2.0))
    return z * below


def softmax(Z):
    P = np.zeros(Z.shape)
    for i, row in enumerate(Z):
        grown = np.exp(row - np.amax(row))
        P[i] = grown / np.sum(grown)
    return P


def log_softmax(Z):
    Z = Z.astype(float)
    Z -= np.max(Z, axis=1)[:, np.newaxis]
    Z -= np.log(np.sum(np.exp(Z), axis=1))[:, np.newaxis]
    return Z


def affine_forward(X, W, b):
    flat = np.reshape(X, (X.shape[0], np.prod(X.shape[1:], dtype=int)))
    out = np.dot(flat, W)
    out = out + np.tile(b, (X.shape[0], 1))
    return out, [X, W, b]


def mlp_forward(X, params, activation="relu"):
    if len(params) == 1:
        return affine_forward(X, *params[0])[0]
    functions = dict(zip(("relu", "tanh", "sigmoid"), (relu, np.tanh, _sigmoid)))
    try:
        f = functions[activation]
    except KeyError:
        raise ValueError("activation must be relu, tanh or sigmoid") from None
    W, b = params[0]
    return mlp_forward(f(affine_forward(X, W, b)[0]), params[1:], activation)


def mse(p, y):
    if p.shape != y.shape:
        p, y = p.reshape(-1, 1), y.reshape(-1, 1)
    return np.square(np.subtract(p, y)).mean()


def bce_with_logits(z, y):
    y = np.reshape(y, (-1, 1))
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def cross_entropy(logits, y):
    onehot = np.zeros(logits.shape)
    onehot[np.arange(logits.shape[0]), y] = 1.0
    return -np.sum(onehot * log_softmax(logits)) / logits.shape[0]


def accuracy(scores, y):
    predicted = np.argmax(scores, 1)
    return 1.0 - np.mean(predicted != y)


def count_parameters(sizes):
    if len(sizes) < 2:
        return 0
    return (sizes[0] + 1) * sizes[1] + count_parameters(sizes[1:])


def evaluate(X, y, params):
    logits = mlp_forward(X, params)
    logp = log_softmax(logits)
    losses = np.array([-logp[i, label] for i, label in enumerate(y)])
    worst = []
    rest = losses.copy()
    for _ in range(3):
        worst.append(int(np.argmax(rest)))
        rest[worst[-1]] = -np.inf
    return {
        "predictions": np.argmax(logp, axis=1),
        "loss": float(np.mean(losses)),
        "accuracy": float(np.mean(np.argmax(logp, axis=1) == y)),
        "worst": worst,
        "losses": losses,
    }
