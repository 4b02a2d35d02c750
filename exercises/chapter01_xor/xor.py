"""Chapter 1: a network that learns XOR.

Fill in the functions from top to bottom; each one is explained in the section of the lesson (README.md) that its
docstring names, and later functions may call earlier ones. Then run ``grade chapter1``; ``python xor.py`` trains your
network and prints what it has learnt.

Throughout, a row is a sample: X is (N, D). A layer is a pair (W, b) with W (D, M) and b (M,), and a network is a list
of such pairs, first layer first. Numbers may arrive as ints. No function changes its arguments.
"""

import numpy as np

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([0.0, 1.0, 1.0, 0.0])


def sigmoid(z):
    """Return 1 / (1 + e^-z) for every number in z, without a warning for any z up to 1e4 in size (lesson 1.1).

    Args:
        z: a number or an array of any shape, floats or ints.

    Returns:
        Floats between 0 and 1 in the shape of z; a number for a number.

    >>> float(sigmoid(0.0))
    0.5
    >>> sigmoid(np.zeros((2, 3))).shape
    (2, 3)
    """
    # TODO: no exponential may overflow: which exponent is never positive, whatever the sign of z?
    raise NotImplementedError("sigmoid: not written yet")


def step(z):
    """Return 1.0 where z > 0 and 0.0 elsewhere, at 0 itself too (lesson 1.1).

    Args:
        z: a number or an array of any shape, floats or ints.

    Returns:
        Numbers 0.0 and 1.0 (not bools) in the shape of z; a number for a number.

    >>> float(step(-3))
    0.0
    >>> step(np.ones((4, 1))).shape
    (4, 1)
    """
    # TODO: compare z with 0 and turn the answer into floats
    raise NotImplementedError("step: not written yet")


def neuron(x, w, b):
    """Return the output of one sigmoid neuron, sigmoid(w·x + b) (lesson 1.1).

    Args:
        x: one sample, shape (D,).
        w: the weights, shape (D,).
        b: the bias, a number.

    Returns:
        One float.

    >>> round(float(neuron(np.array([1.0, 2.0]), np.array([0.4, -0.2]), 0.0)), 3)
    0.5
    """
    # TODO: one weighted sum, the bias once, then sigmoid
    raise NotImplementedError("neuron: not written yet")


def dense(X, W, b):
    """Return the weighted sums of a layer of M neurons for N samples, before any activation (lesson 1.1).

    Args:
        X: the samples, one a row, shape (N, D).
        W: the weights, one column for each neuron, shape (D, M).
        b: the biases, one for each neuron, shape (M,).

    Returns:
        X W + b, shape (N, M).

    >>> dense(np.ones((5, 2)), np.ones((2, 3)), np.zeros(3)).shape
    (5, 3)
    """
    # TODO: write the shapes next to each array; the result is (N, M)
    raise NotImplementedError("dense: not written yet")


def linear_accuracy(w, b, X, y):
    """Return the share of rows that one step neuron gets right: how often step(X·w + b) equals y (lesson 1.6).

    Args:
        w: the weights, shape (D,).
        b: the bias, a number.
        X: the samples, shape (N, D).
        y: the targets, 0 or 1, shape (N,) or (N, 1); the result does not depend on which.

    Returns:
        A float between 0 and 1.

    >>> float(linear_accuracy(np.array([1.0, 1.0]), 5.0, XOR_X, XOR_Y))
    0.5
    """
    # TODO: N answers against N targets; look at both shapes before you compare
    raise NotImplementedError("linear_accuracy: not written yet")


def squared_error(p, y):
    """Return the mean of (p - y)² over the samples (lesson 1.2).

    Args:
        p: the network's outputs, shape (N, 1).
        y: the targets, shape (N,) or (N, 1); the result does not depend on which.

    Returns:
        A float.

    >>> float(squared_error(np.array([[0.0], [2.0], [0.0], [2.0]]), np.ones(4)))
    1.0
    """
    # TODO: N differences; look at their shape before you square and average
    raise NotImplementedError("squared_error: not written yet")


def predict(p, threshold=0.5):
    """Return the class of every sample: 1 where its output reaches the threshold, else 0 (lesson 1.2).

    Args:
        p: the network's outputs, shape (N, 1).
        threshold: the smallest output that counts as class 1.

    Returns:
        Classes 0 and 1, int64, shape (N,).

    >>> predict(np.array([[0.1], [0.8], [0.4]]))
    array([0, 1, 0])
    """
    # TODO: compare, flatten to (N,), turn into ints
    raise NotImplementedError("predict: not written yet")


def xor_weights():
    """Return weights, chosen by hand, with which a 2-2-1 network computes XOR exactly (lesson 1.6).

    After both layers stands ``step``, so that the output for (0, 0), (0, 1), (1, 0), (1, 1) is 0, 1, 1, 0.

    Returns:
        params, a list of two pairs (W, b) of arrays with the shapes (2, 2), (2,) and (2, 1), (1,).

    >>> [(W.shape, b.shape) for W, b in xor_weights()]
    [((2, 2), (2,)), ((2, 1), (1,))]
    """
    # TODO: let each hidden neuron draw one line; which of the three strips between the lines is XOR?
    raise NotImplementedError("xor_weights: not written yet")


def xor_forward(X, params):
    """Return the output of a network of two layers with sigmoid after both (lesson 1.4).

    Args:
        X: the samples, shape (N, 2).
        params: two pairs (W, b) with the shapes (2, H), (H,) and (H, 1), (1,), for any H of 1 or more.

    Returns:
        Numbers between 0 and 1, shape (N, 1).

    >>> xor_forward(XOR_X, [(np.ones((2, 3)), np.ones(3)), (np.zeros((3, 1)), np.zeros(1))]).ravel()
    array([0.5, 0.5, 0.5, 0.5])
    """
    # TODO: the first layer's activations are the second layer's inputs
    raise NotImplementedError("xor_forward: not written yet")


def xor_gradients(X, y, params):
    """Return the gradients of squared_error(xor_forward(X, params), y) for every weight and bias (lesson 1.4).

    Args:
        X: the samples, shape (N, 2).
        y: the targets, shape (N,) or (N, 1); the result does not depend on which.
        params: two pairs (W, b) with the shapes (2, H), (H,) and (H, 1), (1,).

    Returns:
        A list of two pairs (dW, db); each gradient has the shape of the array it belongs to.

    >>> params = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 1)), np.ones(1))]
    >>> [(dW.shape, db.shape) for dW, db in xor_gradients(XOR_X, XOR_Y, params)]
    [((2, 3), (3,)), ((3, 1), (1,))]
    """
    # TODO: forward first, keeping A and p; then the error signal of layer 2, then that of layer 1
    raise NotImplementedError("xor_gradients: not written yet")


def train_xor(X, y, params, lr, epochs):
    """Train by gradient descent on all rows at once and return the network and how its loss went down (lesson 1.2).

    Every one of the ``epochs`` steps moves each parameter by minus ``lr`` times its gradient; all gradients of a step
    are taken at the same parameters. The params given stay as they are.

    Args:
        X: the samples, shape (N, 2).
        y: the targets, shape (N,) or (N, 1).
        params: where to start: two pairs (W, b) with the shapes (2, H), (H,) and (H, 1), (1,).
        lr: the learning rate.
        epochs: the number of steps, 1 or more.

    Returns:
        (params, losses): the parameters after the last step, as new arrays in a list of pairs, and the squared error
        before each step, ``epochs`` numbers.

    >>> start = [(np.zeros((2, 2)), np.zeros(2)), (np.zeros((2, 1)), np.zeros(1))]
    >>> params, losses = train_xor(XOR_X, XOR_Y, start, lr=0.1, epochs=3)
    >>> len(losses), float(losses[0])
    (3, 0.25)
    """
    # TODO: for each epoch: note the loss, take the gradients, make new params
    raise NotImplementedError("train_xor: not written yet")


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    start = [(rng.normal(size=(2, 4)), np.zeros(4)), (rng.normal(size=(4, 1)), np.zeros(1))]
    trained, losses = train_xor(XOR_X, XOR_Y, start, lr=1.0, epochs=5000)
    outputs = xor_forward(XOR_X, trained)
    print(f"loss {losses[0]:.4f} before the first step, {losses[-1]:.4f} before the last one")
    for row, output, label in zip(XOR_X, outputs[:, 0], predict(outputs), strict=True):
        print(f"{row} -> {output:.3f}, class {label}")
