"""Chapter 4: the backward pass.

One sample a row, float64 throughout. A layer is ``X @ W + b``; ``params`` is a list of ``(W, b)`` pairs, first layer
first. ``dout`` is always the gradient of the loss with respect to the output of the step in question, and a gradient
has the shape of the thing it belongs to. No function changes its arguments.
"""

import math

import numpy as np

# Given, from the forward pass.


def sigmoid(z):
    """Return 1 / (1 + e^-z), elementwise and without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(z)))


def relu(z):
    """Return z where it is positive and 0 elsewhere."""
    return np.maximum(z, 0.0)


def softmax(Z):
    """Return the rows of Z, shape (N, C), as probabilities over the last axis."""
    exponentials = np.exp(Z - np.max(Z, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def affine_forward(X, W, b):
    """Return ``(out, cache)``: out = X @ W + b of shape (N, M), X flattened to (N, D); cache = (X, W, b)."""
    return X.reshape(X.shape[0], -1) @ W + b, (X, W, b)


def mse(p, y):
    """Return the mean over all elements of (p - y)²; p (N, 1) or (N, M), y of p's shape or (N,)."""
    return float(np.mean((p - y.reshape(p.shape)) ** 2))


def bce_with_logits(z, y):
    """Return the mean binary cross-entropy of sigmoid(z); z (N, 1), y (N,) or (N, 1) of zeros and ones."""
    return float(np.mean(np.maximum(z, 0.0) - z * y.reshape(z.shape) + np.log1p(np.exp(-np.abs(z)))))


def cross_entropy(logits, y):
    """Return the mean of -log softmax(logits)[i, y[i]]; logits (N, C), y (N,) int64."""
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    log_probabilities = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return float(-np.mean(log_probabilities[np.arange(len(y)), y]))


# Your tasks.


def relu_backward(dout, z):
    """Return the gradient of the loss with respect to z, where ``out = relu(z)``.

    Args:
        dout: gradient with respect to out, an array of any shape.
        z: the relu's input, of the same shape; relu's derivative at exactly 0 is 0.

    Returns:
        The gradient with respect to z, of z's shape.

    >>> relu_backward(np.array([5.0, -7.0, 2.0]), np.array([-1.0, 4.0, 0.5]))
    array([ 0., -7.,  2.])
    """
    # BEGIN SOLUTION multiply what arrives by the slope of relu at z
    return dout * (np.asarray(z) > 0)
    # END SOLUTION


def sigmoid_backward(dout, s):
    """Return the gradient of the loss with respect to z, where ``s = sigmoid(z)``.

    Args:
        dout: gradient with respect to s, an array of any shape.
        s: the sigmoid's output (not its input), of the same shape.

    Returns:
        The gradient with respect to z, of s's shape.

    >>> float(sigmoid_backward(8.0, 0.5))
    2.0
    """
    # BEGIN SOLUTION multiply what arrives by the slope of sigmoid, written in terms of its output
    return dout * s * (1.0 - s)
    # END SOLUTION


def tanh_backward(dout, t):
    """Return the gradient of the loss with respect to z, where ``t = tanh(z)``.

    Args:
        dout: gradient with respect to t, an array of any shape.
        t: the tanh's output (not its input), of the same shape.

    Returns:
        The gradient with respect to z, of t's shape.

    >>> float(tanh_backward(8.0, 0.5))
    6.0
    """
    # BEGIN SOLUTION multiply what arrives by the slope of tanh, written in terms of its output
    return dout * (1.0 - t * t)
    # END SOLUTION


def affine_backward(dout, cache):
    """Return ``(dX, dW, db)``, the gradients of the loss through ``out = X @ W + b``.

    Args:
        dout: gradient of the loss with respect to out, shape (N, M).
        cache: what affine_forward returned, ``(X, W, b)``: X (N, …) as it came in, not flattened;
            W (D, M) with D the number of values in one row of X; b (M,).

    Returns:
        dX with the shape of X, dW of shape (D, M) and db of shape (M,):
        each gradient has the shape of the array it belongs to.

    >>> X, W, b = np.ones((2, 3)), np.ones((3, 1)), np.zeros(1)
    >>> [g.shape for g in affine_backward(np.ones((2, 1)), (X, W, b))]
    [(2, 3), (3, 1), (1,)]
    """
    # BEGIN SOLUTION one line for each of dX, dW and db; write the shapes next to every matrix first
    X, W, _ = cache
    dX = (dout @ W.T).reshape(X.shape)
    dW = X.reshape(X.shape[0], -1).T @ dout
    db = dout.sum(axis=0)
    return dX, dW, db
    # END SOLUTION


def softmax_backward(dout, s):
    """Return the gradient of the loss with respect to Z, where ``s = softmax(Z)`` over the last axis.

    Args:
        dout: gradient with respect to s, shape (N, C).
        s: softmax's output, shape (N, C); its rows add up to 1.

    Returns:
        The gradient with respect to Z, shape (N, C).

    >>> softmax_backward(np.array([[4.0, 0.0]]), np.array([[0.5, 0.5]]))
    array([[ 1., -1.]])
    """
    # BEGIN SOLUTION every logit of a row moves every probability of that row: use the formula for a whole row
    return s * (dout - np.sum(dout * s, axis=-1, keepdims=True))
    # END SOLUTION


def mse_backward(p, y):
    """Return the gradient of ``mse(p, y)`` with respect to p.

    Args:
        p: predictions, shape (N, 1) or (N, M).
        y: targets, of p's shape or, for p (N, 1), of shape (N,).

    Returns:
        The gradient with respect to p, of p's shape.

    >>> mse_backward(np.array([[1.0], [2.0], [3.0], [8.0]]), np.array([1.0, 2.0, 3.0, 4.0]))
    array([[0.],
           [0.],
           [0.],
           [2.]])
    """
    # BEGIN SOLUTION differentiate exactly the mean that mse returns; bring y into p's shape first
    return 2.0 * (p - y.reshape(p.shape)) / p.size
    # END SOLUTION


def bce_with_logits_backward(z, y):
    """Return the gradient of ``bce_with_logits(z, y)`` with respect to z.

    Args:
        z: logits, shape (N, 1); any finite size.
        y: targets, zeros and ones, shape (N,) or (N, 1).

    Returns:
        The gradient with respect to z, shape (N, 1).

    >>> bce_with_logits_backward(np.array([[0.0], [0.0]]), np.array([1.0, 0.0]))
    array([[-0.25],
           [ 0.25]])
    """
    # BEGIN SOLUTION multiply the two derivatives out on paper first: almost everything cancels
    return (sigmoid(z) - y.reshape(z.shape)) / z.size
    # END SOLUTION


def cross_entropy_backward(logits, y):
    """Return the gradient of ``cross_entropy(logits, y)`` with respect to the logits.

    Args:
        logits: shape (N, C); any finite size.
        y: class labels from 0 to C - 1, int64, shape (N,).

    Returns:
        The gradient with respect to the logits, shape (N, C).

    >>> cross_entropy_backward(np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1]))
    array([[-0.25,  0.25],
           [ 0.25, -0.25]])
    """
    # BEGIN SOLUTION start from the probabilities; one entry of each row needs a correction; then the mean
    dlogits = softmax(logits)
    dlogits[np.arange(len(y)), y] -= 1.0
    return dlogits / len(y)
    # END SOLUTION


class Value:
    """A number that remembers how it was computed, so that it can send gradients back.

    Attributes:
        data: the number.
        grad: how fast the value that backward() was called on changes with this one; 0.0 before that call.
        operands: the Values it was computed from; empty for a leaf, a number you typed in.
        slopes: for each operand, the derivative of this value with respect to that operand, a plain number.

    >>> x = Value(3.0)
    >>> out = x * 2 + 1
    >>> out.backward()
    >>> float(out.data), float(x.grad)
    (7.0, 2.0)
    """

    def __init__(self, data, operands=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.operands = operands
        self.slopes = slopes

    @staticmethod
    def wrap(number):
        """Return a Value as it is, and an int or float as a new leaf."""
        return number if isinstance(number, Value) else Value(number)

    def __add__(self, other):
        """Return self + other; other is a Value or a number."""
        other = Value.wrap(other)
        # BEGIN SOLUTION return a new Value: the sum, its two operands, and the slope towards each of them
        return Value(self.data + other.data, (self, other), (1.0, 1.0))
        # END SOLUTION

    def __mul__(self, other):
        """Return self * other; other is a Value or a number."""
        other = Value.wrap(other)
        # BEGIN SOLUTION return a new Value: the product, its two operands, and the slope towards each of them
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        # END SOLUTION

    def __pow__(self, exponent):
        """Return self ** exponent; the exponent is an int or a float, not a Value."""
        # BEGIN SOLUTION return a new Value with one operand: the power rule gives the slope
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))
        # END SOLUTION

    def tanh(self):
        """Return tanh(self)."""
        # BEGIN SOLUTION return a new Value with one operand; math.tanh is safe for numbers of any size
        t = math.tanh(self.data)
        return Value(t, (self,), (1.0 - t * t,))
        # END SOLUTION

    def backward(self):
        """Give self the gradient 1 and add to every Value it was computed from the gradient that flows back to it."""
        # BEGIN SOLUTION list the graph, operands before results; then go backwards through it, adding slope * gradient
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes, strict=True):
                operand.grad += slope * value.grad
        # END SOLUTION

    # Given: the rest of the arithmetic, in terms of your + and *.

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -Value.wrap(other)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other


def loss_and_grads(X, y, params, lam=0.0):
    """Return ``(loss, grads)`` of a relu network: cross-entropy plus weight decay, and its gradients.

    The network is one affine layer per pair of params, with relu after every layer but the last.

    Args:
        X: samples, shape (N, D).
        y: class labels from 0 to C - 1, int64, shape (N,).
        params: list of (W, b) pairs, first layer first; one layer or more.
        lam: strength of the weight decay, a number.

    Returns:
        loss, a float: cross_entropy(logits, y) + lam · (the sum of the squares of all weights, biases left out);
        grads, a list of (dW, db) pairs in the order and with the shapes of params.

    >>> params = [(np.ones((3, 4)), np.zeros(4)), (np.ones((4, 2)), np.zeros(2))]
    >>> loss, grads = loss_and_grads(np.ones((5, 3)), np.array([0, 1, 1, 0, 1]), params, lam=0.1)
    >>> [(dW.shape, db.shape) for dW, db in grads]
    [((3, 4), (4,)), ((4, 2), (2,))]
    """
    # BEGIN SOLUTION forward, keeping what each layer will need; the loss; then backward, last layer first
    a, caches, zs = X, [], []
    for W, b in params:
        z, cache = affine_forward(a, W, b)
        caches.append(cache)
        zs.append(z)
        a = relu(z)
    loss = cross_entropy(zs[-1], y) + lam * sum(float(np.sum(W**2)) for W, _ in params)
    grads = []
    dz = cross_entropy_backward(zs[-1], y)
    for layer in reversed(range(len(params))):
        da, dW, db = affine_backward(dz, caches[layer])
        grads.insert(0, (dW + 2.0 * lam * params[layer][0], db))
        if layer > 0:
            dz = relu_backward(da, zs[layer - 1])
    return loss, grads
    # END SOLUTION
