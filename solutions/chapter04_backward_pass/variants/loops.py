"""Everything entry by entry in plain Python; closures in Value; lists for results."""

import math

import numpy as np


def relu_backward(dout, z):
    if np.ndim(z) == 0:
        return float(dout) if z > 0 else 0.0
    result = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            result[index] = dout[index]
    return result


def sigmoid_backward(dout, s):
    if np.ndim(s) == 0:
        return float(dout * (s - s**2))
    result = np.empty(s.shape)
    for index in np.ndindex(s.shape):
        result[index] = dout[index] * (s[index] - s[index] ** 2)
    return result


def tanh_backward(dout, t):
    if np.ndim(t) == 0:
        return float(dout * (1 - t) * (1 + t))
    result = np.empty(t.shape)
    for index in np.ndindex(t.shape):
        result[index] = dout[index] * (1 - t[index]) * (1 + t[index])
    return result


def affine_backward(dout, cache):
    X, W, b = cache
    N, M = dout.shape
    D = W.shape[0]
    flat = X.reshape(N, D)
    dX, dW, db = np.zeros((N, D)), np.zeros((D, M)), np.zeros(M)
    for n in range(N):
        for m in range(M):
            db[m] += dout[n, m]
            for d in range(D):
                dX[n, d] += dout[n, m] * W[d, m]
                dW[d, m] += flat[n, d] * dout[n, m]
    return [dX.reshape(X.shape), dW, db]


def softmax_backward(dout, s):
    N, C = s.shape
    result = np.zeros((N, C))
    for n in range(N):
        for j in range(C):
            for k in range(C):
                result[n, j] += dout[n, k] * s[n, k] * ((1.0 if j == k else 0.0) - s[n, j])
    return result


def mse_backward(p, y):
    targets = y.flatten()
    result = np.zeros(p.shape)
    for k, index in enumerate(np.ndindex(p.shape)):
        result[index] = 2 * (p[index] - targets[k]) / targets.size
    return result


def _sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def bce_with_logits_backward(z, y):
    targets = y.ravel()
    return np.array([[(_sigmoid(float(z[i, 0])) - targets[i]) / len(targets)] for i in range(len(targets))])


def _probabilities(row):
    largest = max(row)
    exponentials = [math.exp(entry - largest) for entry in row]
    return [entry / sum(exponentials) for entry in exponentials]


def cross_entropy_backward(logits, y):
    rows = []
    for row, label in zip(logits.tolist(), y.tolist(), strict=True):
        rows.append([(p - (1.0 if c == label else 0.0)) / len(y) for c, p in enumerate(_probabilities(row))])
    return np.array(rows)


class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0
        self._children = children
        self._push = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out._push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._push = push
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self,))

        def push():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._push = push
        return out

    def tanh(self):
        out = Value(np.tanh(self.data), (self,))

        def push():
            self.grad += (1 - out.data**2) * out.grad

        out._push = push
        return out

    def backward(self):
        topological, visited = [], set()

        def build(node):
            if node in visited:
                return
            visited.add(node)
            for child in node._children:
                build(child)
            topological.append(node)

        build(self)
        self.grad = 1
        for node in topological[::-1]:
            node._push()

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    __radd__ = __add__
    __rmul__ = __mul__


def loss_and_grads(X, y, params, lam=0.0):
    activations, pre = [X], []
    for k, (W, b) in enumerate(params):
        z = np.array([[sum(x * w for x, w in zip(row, column)) for column in W.T] for row in activations[-1]]) + b
        pre.append(z)
        activations.append(np.where(z > 0, z, 0.0) if k < len(params) - 1 else z)
    loss = 0.0
    for row, label in zip(pre[-1], y):
        largest = max(row)
        loss += largest + math.log(sum(math.exp(entry - largest) for entry in row)) - row[label]
    loss /= len(y)
    for W, _ in params:
        for weight in W.flat:
            loss += lam * weight * weight
    delta = cross_entropy_backward(pre[-1], y)
    grads = []
    for k in range(len(params) - 1, -1, -1):
        dX, dW, db = affine_backward(delta, (activations[k], *params[k]))
        grads.append([dW + 2 * lam * params[k][0], db])
        if k:
            delta = relu_backward(dX, pre[k - 1])
    grads.reverse()
    return [loss, grads]
