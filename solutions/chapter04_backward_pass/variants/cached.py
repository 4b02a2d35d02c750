"""Dictionaries of what the forward pass kept, in-place work on copies, tasks that share one engine; generators."""

import math
from functools import partial

import numpy as np


def _times(slope, dout, kept):
    kept = np.asarray(kept, dtype=np.float64)
    result = slope(kept) * np.asarray(dout, dtype=np.float64)
    return result if result.ndim else result.item()


relu_backward = partial(lambda dout, z: _times(lambda kept: (kept > 0).astype(float), dout, z))


def sigmoid_backward(dout, s):
    return _times(lambda kept: kept * (1 - kept), dout, s)


def tanh_backward(dout, t):
    return _times(lambda kept: (1 - kept) * (1 + kept), dout, t)


def affine_backward(dout, cache):
    kept = dict(zip(("X", "W", "b"), cache))
    rows = kept["X"].reshape(dout.shape[0], kept["W"].shape[0])
    stacked = np.column_stack([rows, np.ones(len(rows))])
    both = stacked.T @ dout
    grads = {"W": both[:-1], "b": both[-1], "X": (kept["W"] @ dout.T).T.reshape(kept["X"].shape)}
    return tuple(grads[name] for name in "XWb")


def softmax_backward(dout, s):
    centred = dout - np.average(dout, axis=1, weights=s)[:, None]
    centred *= s
    return centred


def mse_backward(p, y):
    gradient = p.astype(float).copy()
    gradient -= y.reshape(p.shape)
    gradient *= 2
    gradient /= gradient.size
    return gradient


def bce_with_logits_backward(z, y):
    signs = 2.0 * y.reshape(z.shape) - 1.0
    margin = np.clip(signs * z, -700, 700)
    return -signs / (1.0 + np.exp(margin)) / len(z)


def cross_entropy_backward(logits, y):
    gradient = np.stack([_row(row, label) for row, label in zip(logits, y)])
    return gradient / len(gradient)


def _row(row, label):
    differences = row - row.max()
    p = np.exp(differences) / math.fsum(np.exp(differences))
    p[label] -= 1
    return p


class Node:
    """What Value is made of: the arithmetic; Value adds the public names."""

    def __init__(self, data, back=()):
        self.data = data
        self.grad = 0.0
        self.back = back

    def _other(self, other):
        return other if isinstance(other, Node) else type(self)(other)

    def __add__(self, other):
        other = self._other(other)
        return type(self)(self.data + other.data, [(self, lambda g: g), (other, lambda g: g)])

    def __mul__(self, other):
        other = self._other(other)
        return type(self)(self.data * other.data, [(self, lambda g: g * other.data), (other, lambda g: g * self.data)])

    def __pow__(self, n):
        return type(self)(self.data**n, [(self, lambda g: g * n * self.data ** (n - 1))])

    def tanh(self):
        t = math.tanh(self.data)
        return type(self)(t, [(self, lambda g: g * (1 - t**2))])

    def __neg__(self):
        return self * (-1)

    def __sub__(self, other):
        return self + (-self._other(other))

    def __radd__(self, other):
        return self._other(other) + self

    def __rmul__(self, other):
        return self._other(other) * self

    def __rsub__(self, other):
        return self._other(other) - self

    def walk(self, seen):
        if self not in seen:
            seen.add(self)
            for operand, _ in self.back:
                yield from operand.walk(seen)
            yield self


class Value(Node):
    def backward(self):
        order = list(self.walk(set()))
        self.grad = 1.0
        while order:
            node = order.pop()
            for operand, pull in node.back:
                operand.grad += pull(node.grad)


def loss_and_grads(X, y, params, lam=0.0):
    kept = [{"a": X}]
    for number, (W, b) in enumerate(params, start=1):
        layer = kept[-1]
        layer["W"], layer["z"] = W, layer["a"] @ W + b
        if number < len(params):
            kept.append({"a": layer["z"].clip(min=0)})
    logits = kept[-1]["z"]
    labels = np.asarray(y)
    top = logits.max(axis=1)
    loss = np.mean(top + np.log(np.exp(logits - top[:, None]).sum(axis=1)) - logits[np.arange(len(labels)), labels])
    penalty = sum(np.vdot(W, W) for W, _ in params)
    gradient = cross_entropy_backward(logits, labels)
    pairs = []
    for layer in kept[::-1]:
        if "z" in layer and layer is not kept[-1]:
            gradient = np.where(layer["z"] > 0, gradient, 0.0)
        pairs.insert(0, (layer["a"].T @ gradient + 2 * lam * layer["W"], gradient.sum(axis=0)))
        gradient = gradient @ layer["W"].T
    return loss + lam * penalty, pairs
