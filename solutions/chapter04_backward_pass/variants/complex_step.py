"""Derivatives by a complex step of the forward pass: no formula differentiated by hand, accurate to rounding."""

import cmath

import numpy as np

TINY = 1e-30


def complex_gradient(f, x):
    """Return the gradient of the real function f at the array x, one entry at a time."""
    x = np.asarray(x)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * TINY
        gradient[index] = np.imag(f(moved)) / TINY
    return gradient


def relu(z):
    return np.where(z.real > 0, z, 0.0)


def log_total(logits):
    largest = logits.real.max(axis=1)
    return largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))


def relu_backward(dout, z):
    return np.imag(dout * relu(np.asarray(z) + 1j))[()]


def sigmoid_backward(dout, s):
    s = np.asarray(s, dtype=float)
    nudge = np.exp(1j * TINY)
    return dout * np.imag(s * nudge / (1 - s + s * nudge)) / TINY


def tanh_backward(dout, t):
    z = 1j * np.asarray(1 - np.asarray(t) ** 2)
    return (dout * z).imag


def affine_backward(dout, cache):
    X, W, b = cache

    def out(X, W, b):
        return np.sum(dout * (X.reshape(len(X), -1) @ W + b))

    return (
        complex_gradient(lambda v: out(v, W, b), X),
        complex_gradient(lambda v: out(X, v, b), W),
        complex_gradient(lambda v: out(X, W, v), b),
    )


def softmax_backward(dout, s):
    def f(shift):
        e = s * np.exp(shift)
        return np.sum(dout * (e / e.sum(axis=1, keepdims=True)))

    return complex_gradient(f, np.zeros(s.shape))


def mse_backward(p, y):
    return complex_gradient(lambda v: np.mean((v - y.reshape(p.shape)) ** 2), p)


def bce_with_logits_backward(z, y):
    y = y.reshape(z.shape)

    def f(v):
        sign = np.where(z > 0, 1, -1)
        return np.mean(np.where(z > 0, v, 0) - v * y + np.log(1 + np.exp(-sign * v)))

    return complex_gradient(f, z)


def cross_entropy_backward(logits, y):
    return complex_gradient(lambda v: np.mean(log_total(v) - v[np.arange(len(y)), y]), logits)


class Value:
    """Keeps the calculation as a function of the leaves' data and runs it again with one leaf moved."""

    def __init__(self, data, rule=None, operands=()):
        self.data, self.grad, self.rule, self.operands = data, 0.0, rule, operands

    def _then(self, rule, *others):
        operands = (self, *(o if isinstance(o, Value) else Value(o) for o in others))
        return Value(rule(*(o.data for o in operands)), rule, operands)

    def __add__(self, other):
        return self._then(lambda a, b: a + b, other)

    def __mul__(self, other):
        return self._then(lambda a, b: a * b, other)

    def __sub__(self, other):
        return self._then(lambda a, b: a - b, other)

    def __radd__(self, other):
        return self._then(lambda a, b: b + a, other)

    def __rmul__(self, other):
        return self._then(lambda a, b: b * a, other)

    def __rsub__(self, other):
        return self._then(lambda a, b: b - a, other)

    def __neg__(self):
        return self._then(lambda a: -a)

    def __pow__(self, exponent):
        def power(a):
            result = 1.0
            if exponent == int(exponent) and exponent >= 0:
                for _ in range(int(exponent)):
                    result = result * a
                return result
            return a**exponent

        return self._then(power)

    def tanh(self):
        def rule(a):
            a = complex(a)
            if abs(a.real) > 300:
                return complex(np.sign(a.real))
            return cmath.tanh(a)

        out = self._then(rule)
        out.data = out.data.real
        return out

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack += [(operand, False) for operand in node.operands]
        for leaf in order:
            if leaf.rule is None:
                results = {id(leaf): leaf.data + 1j * TINY}
                for node in order:
                    if node.rule is not None:
                        results[id(node)] = node.rule(*(results.get(id(o), o.data) for o in node.operands))
                leaf.grad += results[id(self)].imag / TINY


def loss_and_grads(X, y, params, lam=0.0):
    def loss_of(layers):
        a = X
        for k, (W, b) in enumerate(layers):
            a = (relu(a) if k else a) @ W + b
        return np.mean(log_total(a) - a[np.arange(len(y)), y]) + lam * sum((W * W).sum() for W, _ in layers)

    grads = []
    for k, (W, b) in enumerate(params):
        before, after = list(params[:k]), list(params[k + 1 :])
        dW = complex_gradient(lambda v, b=b, rest=(before, after): loss_of([*rest[0], (v, b), *rest[1]]), W)
        db = complex_gradient(lambda v, W=W, rest=(before, after): loss_of([*rest[0], (W, v), *rest[1]]), b)
        grads.append((dW, db))
    return loss_of([(W.astype(complex), b) for W, b in params]).real, grads
