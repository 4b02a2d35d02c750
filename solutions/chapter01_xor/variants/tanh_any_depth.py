"""sigmoid by tanh, and one forward and backward pass for any depth."""

import numpy as np


def sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z, dtype=float)))


def step(z):
    return np.heaviside(z, 0.0)


def neuron(x, w, b):
    return sigmoid(dense(x[None, :], w[:, None], np.array([b]))).item()


def dense(X, W, b):
    return np.add(np.matmul(X, W), b)


def linear_accuracy(w, b, X, y):
    column = step(dense(X, np.reshape(w, (-1, 1)), np.array([b])))
    return np.mean(column == np.reshape(y, column.shape))


def squared_error(p, y):
    return np.mean(np.square(p - np.asarray(y).reshape(p.shape)))


def predict(p, threshold=0.5):
    return np.squeeze(p >= threshold, axis=1).astype("int64")


def xor_weights():
    """NAND and OR, then AND."""
    return [
        [np.array([[-1.0, 1.0], [-1.0, 1.0]]), np.array([1.5, -0.5])],
        [np.array([[1.0], [1.0]]), np.array([-1.5])],
    ]


def activations(X, params):
    values = [np.asarray(X, dtype=float)]
    for W, b in params:
        values.append(sigmoid(dense(values[-1], W, b)))
    return values


def xor_forward(X, params):
    return activations(X, params)[-1]


def xor_gradients(X, y, params):
    values = activations(X, params)
    upstream = 2.0 * (values[-1] - np.reshape(y, (-1, 1))) / values[-1].size
    grads = []
    for k in range(len(params) - 1, -1, -1):
        delta = upstream * values[k + 1] * (1.0 - values[k + 1])
        grads.append([values[k].T @ delta, np.sum(delta, axis=0)])
        upstream = delta @ params[k][0].T
    grads.reverse()
    return grads


def train_xor(X, y, params, lr, epochs):
    params = [[np.array(W, dtype=float), np.array(b, dtype=float)] for W, b in params]
    losses = []
    while len(losses) < epochs:
        losses += [squared_error(xor_forward(X, params), y)]
        for pair, grad in zip(params, xor_gradients(X, y, params)):
            pair[0] -= lr * grad[0]
            pair[1] -= lr * grad[1]
    return [params, losses]
