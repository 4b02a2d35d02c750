"""Chapter 3: the forward pass, from activations over layers and losses to a report on a whole network.

One sample a row: X is (N, D), a layer is ``X @ W + b`` with W (D, M) and b (M,), and a network is a list of (W, b)
pairs, first layer first. No function changes its arguments. Inputs may be whole numbers, and every function has to
stay silent and finite for numbers up to 10,000 in size.
"""

import math

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + e^-z), elementwise, for numbers and arrays of any shape (given, done).

    It is written with tanh because e^-z overflows for z below -709, and tanh never does.

    >>> float(sigmoid(0.0))
    0.5
    """
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def erf(z):
    """Return the error function, elementwise, for numbers and arrays of any shape (given, done).

    NumPy has none; the standard library's takes one number at a time.

    >>> float(erf(0.0))
    0.0
    """
    return np.vectorize(math.erf, otypes=[float])(z)


def relu(z):
    """Return the rectified linear unit of z: z where z is positive, 0 elsewhere.

    Args:
        z: a number or an array of any shape.

    Returns:
        The same shape as z.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    # BEGIN SOLUTION keep the positive entries, replace the others by 0, whatever the shape
    return np.maximum(z, 0)
    # END SOLUTION


def leaky_relu(z, alpha=0.01):
    """Return z where z is positive and alpha * z elsewhere.

    Args:
        z: a number or an array of any shape.
        alpha: slope of the negative side; it may be larger than 1.

    Returns:
        The same shape as z.

    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]), alpha=0.5)
    array([-1.,  0.,  3.])
    """
    # BEGIN SOLUTION two straight lines that meet at 0; decide by the sign of z
    return np.where(np.asarray(z) > 0, z, alpha * z)
    # END SOLUTION


def elu(z, alpha=1.0):
    """Return z where z is positive and alpha * (e^z - 1) elsewhere.

    Args:
        z: a number or an array of any shape.
        alpha: how far the negative side goes down; it may be larger than 1.

    Returns:
        The same shape as z.

    >>> elu(np.array([0.0, 3.0]))
    array([0., 3.])
    >>> float(elu(-50.0, alpha=2.0))
    -2.0
    """
    # BEGIN SOLUTION two branches; take care that e^z is never computed for a large z
    z = np.asarray(z)
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))
    # END SOLUTION


def swish(z, beta=1.0):
    """Return z times the sigmoid of beta * z.

    Args:
        z: a number or an array of any shape.
        beta: how steep the gate is.

    Returns:
        The same shape as z.

    >>> swish(np.array([-1000.0, 0.0, 1000.0]), beta=2.0) + 0.0
    array([   0.,    0., 1000.])
    """
    # BEGIN SOLUTION a product of z and its gate; the sigmoid above is safe to use
    return z * sigmoid(beta * z)
    # END SOLUTION


def gelu(z):
    """Return z times Phi(z), the probability that a standard normal number is below z.

    The exact form is asked, with the error function, and none of its approximations.

    Args:
        z: a number or an array of any shape.

    Returns:
        The same shape as z.

    >>> gelu(np.array([-100.0, 0.0, 100.0])) + 0.0
    array([  0.,   0., 100.])
    """
    # BEGIN SOLUTION write Phi with erf (lesson 3.4), then multiply
    return 0.5 * z * (1.0 + erf(z / math.sqrt(2.0)))
    # END SOLUTION


def softmax(Z):
    """Return the probabilities that belong to each row of scores.

    Args:
        Z: scores, shape (N, C), one sample a row.

    Returns:
        Shape (N, C): positive numbers, each row adds up to 1.

    >>> softmax(np.array([[5.0, 5.0], [-900.0, 900.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    # BEGIN SOLUTION make every row safe for exp first, then divide by the row's sum
    shifted = np.exp(Z - Z.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
    # END SOLUTION


def log_softmax(Z):
    """Return the natural logarithm of softmax(Z), exact also where a probability is too small for a float.

    Args:
        Z: scores, shape (N, C), one sample a row.

    Returns:
        Shape (N, C): numbers of at most 0.

    >>> log_softmax(np.array([[0.0, 2000.0]]))
    array([[-2000.,     0.]])
    """
    # BEGIN SOLUTION simplify the logarithm of the quotient on paper first: no probability is ever formed
    shifted = Z - Z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    # END SOLUTION


def affine_forward(X, W, b):
    """Return ``(out, cache)`` of one layer: every sample times W, plus b.

    Args:
        X: samples, shape (N, ...); what follows N is flattened to D numbers a sample.
        W: weights, shape (D, M).
        b: biases, shape (M,).

    Returns:
        out of shape (N, M), and cache, the tuple (X, W, b) of the arguments as they came, X in its own shape.

    >>> out, cache = affine_forward(np.zeros((5, 2, 3)), np.zeros((6, 4)), np.zeros(4))
    >>> out.shape, cache[0].shape
    ((5, 4), (5, 2, 3))
    """
    # BEGIN SOLUTION flatten each sample for the product, keep X as it is for the cache
    return X.reshape(len(X), -1) @ W + b, (X, W, b)
    # END SOLUTION


def mlp_forward(X, params, activation="relu"):
    """Return the logits of a network: an activation after every layer but the last.

    Args:
        X: samples, shape (N, D).
        params: list of (W, b) pairs, first layer first; one pair or more.
        activation: "relu", "tanh" or "sigmoid".

    Returns:
        Logits, shape (N, C), with C the width of the last layer.

    Raises:
        ValueError: there is a hidden layer and the activation is none of the three.

    >>> layers = [(np.zeros((3, 4)), np.zeros(4)), (np.zeros((4, 2)), np.array([1.0, -1.0]))]
    >>> mlp_forward(np.ones((1, 3)), layers)
    array([[ 1., -1.]])
    >>> mlp_forward(np.ones((1, 3)), layers, activation="cube")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    ValueError: unknown activation 'cube'
    """
    # BEGIN SOLUTION look the activation up or refuse its name, then go layer by layer: what is special about the last?
    activations = {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}
    if len(params) > 1 and activation not in activations:
        raise ValueError(f"unknown activation {activation!r}")
    A = X
    for layer, (W, b) in enumerate(params):
        A = affine_forward(A, W, b)[0]
        if layer < len(params) - 1:
            A = activations[activation](A)
    return A
    # END SOLUTION


def mse(p, y):
    """Return the mean squared error, the mean over all elements.

    Args:
        p: predictions, shape (N,), (N, 1) or (N, K).
        y: targets of p's shape; where p is (N, 1), y may also be (N,).

    Returns:
        A float.

    >>> float(mse(np.array([[1.0], [2.0]]), np.array([1.0, 2.0])))
    0.0
    """
    # BEGIN SOLUTION give y the shape of p before you subtract
    return np.mean((p - y.reshape(p.shape)) ** 2)
    # END SOLUTION


def bce_with_logits(z, y):
    """Return the mean binary cross-entropy of the predictions sigmoid(z).

    Args:
        z: logits, shape (N, 1).
        y: targets, 0 or 1, shape (N,) or (N, 1).

    Returns:
        A float, exact also where sigmoid(z) rounds to 0 or 1.

    >>> float(bce_with_logits(np.array([[500.0], [-500.0]]), np.array([0.0, 0.0])))
    250.0
    """
    # BEGIN SOLUTION simplify -y log p - (1 - y) log(1 - p) with p = sigmoid(z) on paper: no p is left in it
    return np.mean(np.logaddexp(0.0, z) - y.reshape(z.shape) * z)
    # END SOLUTION


def cross_entropy(logits, y):
    """Return the mean over the samples of -log(softmax(logits)[i, y[i]]).

    Args:
        logits: shape (N, C).
        y: labels, int64 of shape (N,), counted from 0.

    Returns:
        A float, exact also where the probability of the label is too small for a float.

    >>> float(cross_entropy(np.array([[0.0, 300.0], [0.0, 300.0]]), np.array([0, 1])))
    150.0
    """
    # BEGIN SOLUTION pick one entry of the log-probabilities in each row: the one of the label
    return -np.mean(log_softmax(logits)[np.arange(len(y)), y])
    # END SOLUTION


def accuracy(scores, y):
    """Return the share of rows whose largest score is at the label; of equal scores the first class wins.

    Args:
        scores: shape (N, C).
        y: labels, int64 of shape (N,), counted from 0.

    Returns:
        A float between 0 and 1.

    >>> float(accuracy(np.array([[2.0, 1.0], [5.0, 0.0], [0.0, 3.0], [0.0, 1.0]]), np.array([0, 1, 1, 1])))
    0.75
    """
    # BEGIN SOLUTION one predicted class a row, compared with its label
    return np.mean(scores.argmax(axis=1) == y)
    # END SOLUTION


def count_parameters(sizes):
    """Return how many weights and biases a network with these layer sizes has.

    Args:
        sizes: list of ints: the number of inputs, then the width of every layer, e.g. [64, 32, 10].

    Returns:
        An int.

    >>> count_parameters([1, 1])
    2
    """
    # BEGIN SOLUTION add up, layer by layer, the entries of W and of b
    return sum(D * M + M for D, M in zip(sizes[:-1], sizes[1:]))
    # END SOLUTION


def evaluate(X, y, params):
    """Return a report on a relu network: what it predicts, how wrong it is, and where it is most wrong.

    Args:
        X: samples, shape (N, D), N at least 3.
        y: labels, int64 of shape (N,), counted from 0.
        params: list of (W, b) pairs, first layer first; relu after every layer but the last.

    Returns:
        A dict with "predictions" (int64, shape (N,)), "loss" (float, the mean cross-entropy), "accuracy" (float) and
        "worst" (shape (3,)): the indices of the three largest losses of single samples, the largest first.

    >>> layers = [(np.array([[1.0, -1.0]]), np.zeros(2))]
    >>> report = evaluate(np.array([[400.0], [100.0], [-300.0], [-200.0]]), np.array([1, 1, 0, 1]), layers)
    >>> report["predictions"], float(report["loss"]), float(report["accuracy"])
    (array([0, 0, 1, 1]), 400.0, 0.25)
    >>> [int(i) for i in report["worst"]]
    [0, 2, 1]
    """
    # BEGIN SOLUTION one loss per sample first (no mean): everything else follows from the logits and these losses
    logits = mlp_forward(X, params)
    losses = -log_softmax(logits)[np.arange(len(y)), y]
    return {
        "predictions": logits.argmax(axis=1),
        "loss": losses.mean(),
        "accuracy": accuracy(logits, y),
        "worst": np.argsort(-losses)[:3],
    }
    # END SOLUTION
