"""Whole Jacobian matrices, multiplied out; a dataclass for Value; recursion over the layers in the capstone."""

from dataclasses import dataclass, field
from math import tanh

import numpy as np


def through(jacobians, dout):
    """Return one vector-Jacobian product a row: jacobians (N, K, C), dout (N, K) -> (N, C)."""
    return (dout[:, np.newaxis, :] @ jacobians)[:, 0, :]


def elementwise(dout, slope):
    flat = np.ravel(dout) @ np.diag(np.ravel(slope))
    return flat.reshape(np.shape(slope)) if np.ndim(slope) else flat[0]


def relu_backward(dout, z):
    return elementwise(dout, (np.sign(z) + np.abs(np.sign(z))) / 2)


def sigmoid_backward(dout, s):
    return elementwise(dout, 0.25 - (np.asarray(s) - 0.5) ** 2)


def tanh_backward(dout, t):
    return elementwise(dout, np.ones(np.shape(t)) - np.asarray(t) ** 2)


def affine_backward(dout, cache):
    X, W, b = cache
    D, M = W.shape
    rows = X.reshape(X.shape[0], D)
    dX = np.vstack([W @ row for row in dout]).reshape(X.shape)
    dW = sum(np.outer(x, row) for x, row in zip(rows, dout))
    db = np.ones(dout.shape[0]) @ dout
    return dX, dW, db


def softmax_backward(dout, s):
    return through(np.array([np.diag(p) - np.outer(p, p) for p in s]), dout)


def mse_backward(p, y):
    weight = np.full(p.shape, 1.0 / p.size)
    residual = np.subtract(p, np.reshape(y, p.shape))
    return weight * residual + residual * weight


def bce_with_logits_backward(z, y):
    y = y.reshape(-1, 1)
    wide = np.hstack([np.zeros_like(z, dtype=float), z])
    labels = y[:, 0].astype(int)
    return cross_entropy_backward(wide, labels)[:, 1:]


def cross_entropy_backward(logits, y):
    exponentials = np.exp(logits - np.amax(logits, axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(1, keepdims=True)
    truth = np.zeros(logits.shape)
    truth[range(len(y)), y] = 1
    return np.divide(probabilities - truth, len(y))


@dataclass(eq=False)
class Value:
    data: float
    grad: float = 0.0
    history: list = field(default_factory=list)

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, history=[(self, 1), (other, 1)])

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, history=[(self, other.data), (other, self.data)])

    def __sub__(self, other):
        other = value(other)
        return Value(self.data - other.data, history=[(self, 1), (other, -1)])

    def __radd__(self, other):
        return value(other) + self

    def __rmul__(self, other):
        return value(other) * self

    def __rsub__(self, other):
        return value(other) - self

    def __neg__(self):
        return Value(-self.data, history=[(self, -1)])

    def __pow__(self, exponent):
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, history=[(self, slope)])

    def tanh(self):
        return Value(tanh(self.data), history=[(self, 1 - tanh(self.data) ** 2)])

    def backward(self):
        gradients, order = {id(self): 1.0}, self.sorted()
        for node in order:
            for operand, slope in node.history:
                gradients[id(operand)] = gradients.get(id(operand), 0.0) + gradients[id(node)] * slope
        for node in order:
            node.grad = gradients[id(node)]

    def sorted(self):
        done, stack, order = set(), [(self, iter(self.history))], []
        while stack:
            node, operands = stack[-1]
            for operand, _ in operands:
                if id(operand) not in done:
                    done.add(id(operand))
                    stack.append((operand, iter(operand.history)))
                    break
            else:
                order.append(node)
                stack.pop()
        return order[::-1]


def value(number):
    return number if isinstance(number, Value) else Value(number)


def loss_and_grads(X, y, params, lam=0.0):
    def descend(a, layers):
        """Return (loss, gradient with respect to a, gradients of the layers)."""
        (W, b), rest = layers[0], layers[1:]
        z = a @ W + b
        if rest:
            loss, da, grads = descend(z * (z > 0), rest)
            dz = da * (z > 0)
        else:
            shifted = z - np.max(z, axis=1, keepdims=True)
            loss = np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(y)), y])
            dz, grads = cross_entropy_backward(z, y), []
        return loss + lam * np.sum(W * W), dz @ W.T, [(a.T @ dz + 2 * lam * W, np.sum(dz, axis=0)), *grads]

    loss, _, grads = descend(X, list(params))
    return float(loss), grads
