"""Plain Python: math and loops, arrays only where they are asked for."""

import math

import numpy as np


def one_sigmoid(t):
    t = float(t)
    if t < 0:
        e = math.exp(t)
        return e / (1 + e)
    return 1 / (1 + math.exp(-t))


def sigmoid(z):
    if np.ndim(z) == 0:
        return one_sigmoid(z)
    return np.array([sigmoid(row) for row in z])


def step(z):
    if np.ndim(z) == 0:
        return 1.0 if z > 0 else 0.0
    return np.array([step(row) for row in z])


def neuron(x, w, b):
    total = b
    for i in range(len(x)):
        total += x[i] * w[i]
    return one_sigmoid(total)


def dense(X, W, b):
    out = []
    for row in X:
        sums = []
        for m in range(len(b)):
            total = float(b[m])
            for d in range(len(row)):
                total += float(row[d]) * float(W[d][m])
            sums.append(total)
        out.append(sums)
    return np.array(out)


def linear_accuracy(w, b, X, y):
    targets = [float(np.sum(target)) for target in y]
    right = 0
    for row, target in zip(X, targets):
        fired = sum(wi * xi for wi, xi in zip(w, row)) + b > 0
        if fired == (target == 1):
            right += 1
    return right / len(targets)


def squared_error(p, y):
    total = 0.0
    for i in range(len(p)):
        target = y[i] if np.ndim(y) == 1 else y[i][0]
        total += (float(p[i][0]) - float(target)) ** 2
    return total / len(p)


def predict(p, threshold=0.5):
    labels = np.zeros(len(p), dtype=np.int64)
    for i in range(len(p)):
        if p[i, 0] >= threshold:
            labels[i] = 1
    return labels


def xor_weights():
    # x1 without x2, x2 without x1, and then either of them
    W1 = np.array([[2.0, -2.0], [-2.0, 2.0]])
    b1 = np.array([-1.0, -1.0])
    W2 = np.array([[2.0], [2.0]])
    b2 = np.array([-1.0])
    return [(W1, b1), (W2, b2)]


def xor_forward(X, params):
    values = X
    for W, b in params:
        values = sigmoid(dense(values, W, b))
    return values


def xor_gradients(X, y, params):
    (W1, b1), (W2, b2) = params
    N, H = len(X), len(b1)
    A = sigmoid(dense(X, W1, b1))
    p = sigmoid(dense(A, W2, b2))
    dW1, db1 = np.zeros((2, H)), np.zeros(H)
    dW2, db2 = np.zeros((H, 1)), np.zeros(1)
    for n in range(N):
        target = float(np.asarray(y)[n].item())
        signal = 2 * (p[n, 0] - target) / N * p[n, 0] * (1 - p[n, 0])
        db2[0] += signal
        for h in range(H):
            dW2[h, 0] += A[n, h] * signal
            hidden = signal * W2[h, 0] * A[n, h] * (1 - A[n, h])
            db1[h] += hidden
            for d in range(2):
                dW1[d, h] += X[n, d] * hidden
    return [(dW1, db1), (dW2, db2)]


def train_xor(X, y, params, lr, epochs):
    losses = []
    for epoch in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        moved = []
        for (W, b), (dW, db) in zip(params, xor_gradients(X, y, params)):
            moved.append((W - lr * dW, b - lr * db))
        params = moved
    return params, losses
