"""Every function with plain Python loops and the math module: NumPy only carries the numbers in and out."""

import math

import numpy as np


def each(f, z):
    z = np.asarray(z)
    return np.array([f(float(value)) for value in z.ravel()]).reshape(z.shape)


def gate(t):
    if t >= 0:
        return 1 / (1 + math.exp(-t))
    grown = math.exp(t)
    return grown / (1 + grown)


def relu(z):
    return each(lambda t: t if t > 0 else 0.0, z)


def leaky_relu(z, alpha=0.01):
    return each(lambda t: t if t >= 0 else alpha * t, z)


def elu(z, alpha=1.0):
    return each(lambda t: t if t > 0 else alpha * (math.exp(t) - 1), z)


def swish(z, beta=1.0):
    return each(lambda t: t * gate(beta * t), z)


def gelu(z):
    return each(lambda t: t * (1 + math.erf(t / math.sqrt(2))) / 2, z)


def log_row(row):
    top = max(row)
    total = sum(math.exp(value - top) for value in row)
    return [value - top - math.log(total) for value in row]


def softmax(Z):
    return np.array([[math.exp(value) for value in log_row(row)] for row in np.asarray(Z, dtype=float).tolist()])


def log_softmax(Z):
    return np.array([log_row(row) for row in np.asarray(Z, dtype=float).tolist()])


def affine_forward(X, W, b):
    rows = [x.ravel() for x in X]
    D, M = W.shape
    out = np.empty((len(rows), M))
    for n, row in enumerate(rows):
        for m in range(M):
            out[n, m] = b[m] + sum(row[d] * W[d, m] for d in range(D))
    return out, (X, W, b)


def mlp_forward(X, params, activation="relu"):
    A = X
    for number, (W, b) in enumerate(params, start=1):
        A, _ = affine_forward(A, W, b)
        if number == len(params):
            break
        if activation == "relu":
            A = relu(A)
        elif activation == "tanh":
            A = each(math.tanh, A)
        elif activation == "sigmoid":
            A = each(gate, A)
        else:
            raise ValueError("I know relu, tanh and sigmoid, not " + str(activation))
    return A


def mse(p, y):
    total = 0.0
    count = 0
    for guess, truth in zip(p.ravel(), y.ravel()):
        total += (guess - truth) ** 2
        count += 1
    return total / count


def bce_with_logits(z, y):
    total = 0.0
    for logit, target in zip(z.ravel().tolist(), y.ravel().tolist()):
        signed = -logit if target == 1 else logit
        total += max(signed, 0.0) + math.log1p(math.exp(-abs(signed)))
    return total / len(z)


def cross_entropy(logits, y):
    rows = np.asarray(logits, dtype=float).tolist()
    return -sum(log_row(row)[label] for row, label in zip(rows, y.tolist())) / len(rows)


def accuracy(scores, y):
    right = 0
    for row, label in zip(scores.tolist(), y.tolist()):
        if row.index(max(row)) == label:
            right += 1
    return right / len(scores)


def count_parameters(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += sizes[i] * sizes[i + 1]
        total += sizes[i + 1]
    return total


def evaluate(X, y, params):
    logits = mlp_forward(X, params)
    losses = [-log_row(row)[label] for row, label in zip(logits.tolist(), y.tolist())]
    order = sorted(range(len(losses)), key=lambda i: losses[i], reverse=True)
    return {
        "predictions": np.array([row.index(max(row)) for row in logits.tolist()]),
        "loss": sum(losses) / len(losses),
        "accuracy": accuracy(logits, y),
        "worst": order[:3],
    }
