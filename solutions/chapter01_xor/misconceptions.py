"""Wrong answers to chapter 1, one task each, as students write them."""

# ruff: noqa: F821 - each entry is put behind the solution, whose functions it may call

import math

import numpy as np

from grader.audit import wrong

# sigmoid


@wrong("sigmoid", "sig-sign", why="mirror image: σ(-z)")
def _(z):
    return 1 / (1 + np.exp(np.clip(z, -700, 700)))


@wrong("sigmoid", "sig-intbuf", why="zeros_like of ints is an int array: fractions are cut")
def _(z):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    out[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return out


@wrong("sigmoid", "sig-overflow", why="e^-z overflows for z below -709")
def _(z):
    return 1 / (1 + np.exp(-z))


@wrong("sigmoid", "sig-where", why="np.where computes both branches", unnamed="its warning is that of sig-overflow")
def _(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@wrong("sigmoid", "sig-inf-inf", why="inf/inf for large z")
def _(z):
    return np.exp(z) / (1 + np.exp(z))


@wrong("sigmoid", "sig-clip", why="cuts at 10, where sigmoid is still 4.5e-5 away from 1")
def _(z):
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))


@wrong("sigmoid", "sig-slope", why="the derivative, from copying the wrong formula")
def _(z):
    s = 1 / (1 + np.exp(-np.clip(z, -700, 700)))
    return s * (1 - s)


@wrong("sigmoid", "sig-parentheses", why="1/1 + e^-z")
def _(z):
    return 1 / 1 + np.exp(-1.0 * np.asarray(z))


@wrong("sigmoid", "sig-tanh", why="another S")
def _(z):
    return np.tanh(z)


@wrong("sigmoid", "sig-softmax", why="normalises over the array")
def _(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


@wrong("sigmoid", "sig-one-array", why="a number comes back as an array of shape (1,)")
def _(z):
    e = np.exp(-np.abs(np.atleast_1d(z)))
    return np.where(np.atleast_1d(z) >= 0, 1, e) / (1 + e)


@wrong("sigmoid", "sig-inplace", why="clips the caller's array")
def _(z):
    if np.ndim(z):
        z[z < -500] = -500
    else:
        z = max(z, -500)
    return 1 / (1 + np.exp(-z))


@wrong("sigmoid", "sig-one-number", why="math.exp takes one number")
def _(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


@wrong("sigmoid", "sig-float32", why="float32 is too coarse")
def _(z):
    e = np.exp(-np.abs(z))
    return (np.where(np.asarray(z) >= 0, 1, e) / (1 + e)).astype(np.float32)


@wrong("sigmoid", "sig-flat", why="a loop over the flat array")
def _(z):
    flat = np.ravel(z)
    return np.array([0.5 * (1 + math.tanh(0.5 * v)) for v in flat])


@wrong("sigmoid", "sig-few-axes", why="three axes at most")
def _(z):
    if np.ndim(z) > 3:
        raise ValueError("too many axes")
    return 0.5 + 0.5 * np.tanh(np.asarray(z) / 2)


# step


@wrong("step", "step-ge", why="0 belongs to the lower side in this course")
def _(z):
    return np.where(np.asarray(z) >= 0, 1.0, 0.0)


@wrong("step", "step-half", why="heaviside with ½ at 0")
def _(z):
    return np.heaviside(z, 0.5)


@wrong("step", "step-sign", why="-1 for negative z")
def _(z):
    return np.sign(z)


@wrong("step", "step-at-half", why="the threshold of an output, not of a sum")
def _(z):
    return np.where(np.asarray(z) > 0.5, 1.0, 0.0)


@wrong("step", "step-reversed", why="the branches swapped")
def _(z):
    return np.where(np.asarray(z) > 0, 0.0, 1.0)


@wrong("step", "step-relu", why="passes z on")
def _(z):
    return np.maximum(z, 0)


@wrong("step", "step-bool", why="the comparison itself is returned")
def _(z):
    return z > 0


@wrong("step", "step-if", why="if works for one number only")
def _(z):
    if z > 0:
        return 1.0
    return 0.0


@wrong("step", "step-index", why="boolean indexing of a number")
def _(z):
    out = np.zeros(z.shape)
    out[z > 0] = 1.0
    return out


@wrong("step", "step-narrow", why="rounded up into a byte: 200 becomes negative", unnamed="NumPy's rules of wrapping")
def _(z):
    return np.where(np.ceil(np.asarray(z, dtype=float)).astype(np.int64).astype(np.int8) > 0, 1.0, 0.0)


# neuron


@wrong("neuron", "neuron-nobias", why="the bias is forgotten")
def _(x, w, b):
    return float(sigmoid(np.dot(x, w)))


@wrong("neuron", "neuron-linear", why="the activation is forgotten")
def _(x, w, b):
    return float(np.dot(x, w) + b)


@wrong("neuron", "neuron-star", why="* in place of a dot product")
def _(x, w, b):
    return sigmoid(x * w + b)


@wrong("neuron", "neuron-bias-each", why="b inside the sum is added D times")
def _(x, w, b):
    return float(sigmoid(np.sum(x * w + b)))


@wrong("neuron", "neuron-bias-outside", why="b after sigmoid")
def _(x, w, b):
    return float(sigmoid(np.dot(x, w)) + b)


@wrong("neuron", "neuron-bias-minus", why="b as a threshold")
def _(x, w, b):
    return float(sigmoid(np.dot(x, w) - b))


@wrong("neuron", "neuron-step", why="the other activation")
def _(x, w, b):
    return float(step(np.dot(x, w) + b))


@wrong("neuron", "neuron-mean", why="mean in place of sum")
def _(x, w, b):
    return float(sigmoid(np.mean(x * w) + b))


@wrong("neuron", "neuron-each", why="sigmoid before the sum")
def _(x, w, b):
    return float(np.sum(sigmoid(x * w + b)))


@wrong("neuron", "neuron-sign", why="its own sigmoid, mirrored")
def _(x, w, b):
    return float(1 / (1 + np.exp(min(np.dot(x, w) + b, 700.0))))


@wrong("neuron", "neuron-overflow", why="its own sigmoid, which overflows")
def _(x, w, b):
    return 1 / (1 + np.exp(-(np.dot(x, w) + b)))


@wrong("neuron", "neuron-one-array", why="keepdims")
def _(x, w, b):
    return sigmoid(np.sum(x * w, keepdims=True) + b)


@wrong("neuron", "neuron-zero-bias", why="or takes 0 for missing")
def _(x, w, b):
    return float(sigmoid(np.dot(w, x) + (b or 1.0)))


@wrong("neuron", "neuron-equal-inputs", why="a dictionary from inputs to weights")
def _(x, w, b):
    return float(sigmoid(sum(xi * wi for xi, wi in dict(zip(x.tolist(), w.tolist())).items()) + b))


# dense


@wrong("dense", "aff-wt", why="only visible when W is not symmetric")
def _(X, W, b):
    return X @ W.T + b


@wrong("dense", "aff-nobias", why="bias forgotten")
def _(X, W, b):
    return X @ W


@wrong("dense", "aff-bcol", why="bias per sample; silent for N = M")
def _(X, W, b):
    return X @ W + b.reshape(-1, 1)


@wrong("dense", "aff-star", why="elementwise product")
def _(X, W, b):
    return X * W + b


@wrong("dense", "dense-activated", why="the activation is not part of dense")
def _(X, W, b):
    return sigmoid(X @ W + b)


@wrong("dense", "dense-one-bias", why="one number for all neurons")
def _(X, W, b):
    return X @ W + np.sum(b)


@wrong("dense", "dense-bias-each", why="b inside the loop over the inputs")
def _(X, W, b):
    out = np.zeros((X.shape[0], W.shape[1]))
    for d in range(X.shape[1]):
        out += np.outer(X[:, d], W[d]) + b
    return out


@wrong("dense", "dense-bias-minus", why="b as a threshold")
def _(X, W, b):
    return X @ W - b


@wrong("dense", "dense-transposed", why="samples in columns")
def _(X, W, b):
    return W.T @ X.T + b.reshape(-1, 1)


@wrong("dense", "dense-intbuf", why="a buffer made like X is one of ints")
def _(X, W, b):
    out = np.zeros((len(X), W.shape[1]), dtype=X.dtype)
    for n in range(len(X)):
        out[n] = X[n] @ W + b
    return out


@wrong("dense", "dense-flat", why="squeeze drops axes of length 1")
def _(X, W, b):
    return np.squeeze(X @ W + b)


@wrong("dense", "dense-add-in-place", why="adds floats to ints in place")
def _(X, W, b):
    out = X @ W
    out += b
    return out


@wrong("dense", "dense-zero-bias", why="one bias of 0 taken for no biases")
def _(X, W, b):
    return X @ W + (b if b[0] else 0)


# linear_accuracy


@wrong("linear_accuracy", "acc-bcast", why="(N,) against (N, 1)")
def _(w, b, X, y):
    return float(np.mean(step(X @ w + b) == y))


@wrong("linear_accuracy", "acc-ge", why="a row on the line")
def _(w, b, X, y):
    return float(np.mean((X @ w + b >= 0) == y.ravel()))


@wrong("linear_accuracy", "acc-nobias", why="the bias is forgotten")
def _(w, b, X, y):
    return float(np.mean(step(X @ w) == y.ravel()))


@wrong("linear_accuracy", "acc-bias-minus", why="b as a threshold")
def _(w, b, X, y):
    return float(np.mean((X @ w > b) == y.ravel()))


@wrong("linear_accuracy", "acc-count", why="not divided by N")
def _(w, b, X, y):
    return float(np.sum(step(X @ w + b) == y.ravel()))


@wrong("linear_accuracy", "acc-percent", why="times 100")
def _(w, b, X, y):
    return 100 * float(np.mean(step(X @ w + b) == y.ravel()))


@wrong("linear_accuracy", "acc-errors", why="the error rate")
def _(w, b, X, y):
    return float(np.mean(step(X @ w + b) != y.ravel()))


@wrong("linear_accuracy", "acc-raw", why="step is forgotten")
def _(w, b, X, y):
    return float(np.mean(X @ w + b == y.ravel()))


@wrong("linear_accuracy", "acc-at-half", why="the sum cut at ½")
def _(w, b, X, y):
    return float(np.mean((X @ w + b > 0.5) == y.ravel()))


@wrong("linear_accuracy", "acc-all", why="all in place of mean")
def _(w, b, X, y):
    return float(np.all(step(X @ w + b) == y.ravel()))


@wrong("linear_accuracy", "acc-positives", why="y is not looked at")
def _(w, b, X, y):
    return float(np.mean(step(X @ w + b)))


@wrong("linear_accuracy", "acc-distinct", why="a dictionary with the rows as its keys")
def _(w, b, X, y):
    right = {(*row, t): (row @ w + b > 0) == (t == 1) for row, t in zip(X.tolist(), np.ravel(y).tolist())}
    return sum(right.values()) / len(right)


@wrong("linear_accuracy", "acc-narrow", why="a count that wraps around above 127")
def _(w, b, X, y):
    right = step(X @ w + b) == np.ravel(y)
    return float(right.sum(dtype=np.int8)) / len(X)


@wrong("linear_accuracy", "acc-whole-weights", why="weights in the type of the rows")
def _(w, b, X, y):
    return float(np.mean(step(X @ w.astype(X.dtype) + b) == np.ravel(y)))


@wrong("linear_accuracy", "acc-four", why="divides by 4")
def _(w, b, X, y):
    return float(np.sum(step(X @ w + b) == y.ravel()) / 4)


@wrong("linear_accuracy", "acc-one-class", why="a guard against one class only")
def _(w, b, X, y):
    if len(y) > 1 and len(np.unique(y)) == 1:
        return 1.0
    return float(np.mean(step(X @ w + b) == np.ravel(y)))


# squared_error


@wrong("squared_error", "mse-bcast", why="(N, 1) minus (N,) is (N, N)")
def _(p, y):
    return float(np.mean((p - y) ** 2))


@wrong("squared_error", "mse-absval", why="errors cancel")
def _(p, y):
    return float(np.mean(p - np.reshape(y, (-1, 1))) ** 2)


@wrong("squared_error", "mse-sum", why="a sum")
def _(p, y):
    return float(np.sum((np.ravel(p) - np.ravel(y)) ** 2))


@wrong("squared_error", "mse-half", why="½ in front")
def _(p, y):
    return float(np.mean((np.ravel(p) - np.ravel(y)) ** 2) / 2)


@wrong("squared_error", "mse-root", why="the root of the mean")
def _(p, y):
    return float(np.sqrt(np.mean((np.ravel(p) - np.ravel(y)) ** 2)))


@wrong("squared_error", "mse-abs", why="absolute values")
def _(p, y):
    return float(np.mean(np.abs(np.ravel(p) - np.ravel(y))))


@wrong("squared_error", "mse-terms", why="the mean is forgotten")
def _(p, y):
    return (p - np.reshape(y, p.shape)) ** 2


@wrong("squared_error", "mse-twice", why="mean, then / N")
def _(p, y):
    return float(np.mean((np.ravel(p) - np.ravel(y)) ** 2) / len(p))


@wrong("squared_error", "mse-four", why="divides by the 4 of XOR")
def _(p, y):
    return float(np.sum((np.ravel(p) - np.ravel(y)) ** 2) / 4)


@wrong(
    "squared_error", "mse-cross-entropy", why="another loss", unnamed="cross-entropy is undefined at outputs of 0 and 1"
)
def _(p, y):
    p, y = np.ravel(p), np.ravel(y)
    return float(-np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8)))


@wrong("squared_error", "mse-distinct", why="a set of pairs")
def _(p, y):
    pairs = set(zip(np.ravel(p).tolist(), np.ravel(y).tolist()))
    return sum((a - t) ** 2 for a, t in pairs) / len(pairs)


# predict


@wrong("predict", "pred-gt", why="the threshold itself is class 1")
def _(p, threshold=0.5):
    return (p[:, 0] > threshold).astype(int)


@wrong("predict", "pred-column", why="(N, 1) in place of (N,)")
def _(p, threshold=0.5):
    return (p >= threshold).astype(int)


@wrong("predict", "pred-float", why="floats")
def _(p, threshold=0.5):
    return (p[:, 0] >= threshold).astype(float)


@wrong("predict", "pred-bool", why="bools")
def _(p, threshold=0.5):
    return p[:, 0] >= threshold


@wrong("predict", "pred-fixed", why="½ whatever the threshold is")
def _(p, threshold=0.5):
    return (p[:, 0] >= 0.5).astype(int)


@wrong("predict", "pred-below", why="< in place of >=")
def _(p, threshold=0.5):
    return (p[:, 0] < threshold).astype(int)


@wrong("predict", "pred-round", why="rounding, to even at ½")
def _(p, threshold=0.5):
    return np.round(p[:, 0]).astype(int)


@wrong("predict", "pred-zero-threshold", why="0 is false")
def _(p, threshold=None):
    return (p[:, 0] >= (threshold or 0.5)).astype(int)


@wrong("predict", "pred-squeeze", why="(1, 1) becomes ()")
def _(p, threshold=0.5):
    return (np.squeeze(p) >= threshold).astype(int)


@wrong("predict", "pred-argmax", why="one column is always the largest")
def _(p, threshold=0.5):
    return np.argmax(p, axis=1)


@wrong("predict", "pred-signs", why="classes -1 and 1")
def _(p, threshold=0.5):
    return np.where(p[:, 0] >= threshold, 1, -1)


@wrong("predict", "pred-list", why="a list is no array")
def _(p, threshold=0.5):
    return [1 if value >= threshold else 0 for value in p[:, 0]]


@wrong("predict", "pred-cut", why="p is cut to ints too early for p above 1", unnamed="off by one rounding error only")
def _(p, threshold=0.5):
    return (p[:, 0] + (1 - threshold)).astype(int)


# xor_weights


@wrong("xor_weights", "xor-only-or", why="one line")
def _():
    return [(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([-0.5, 0.0])), (np.array([[1.0], [0.0]]), np.array([-0.5]))]


@wrong("xor_weights", "xor-only-and", why="the strip beyond both lines")
def _():
    return [(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5])), (np.array([[1.0], [1.0]]), np.array([-1.5]))]


@wrong("xor_weights", "xor-only-nand", why="only the second line is used")
def _():
    return [(np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5])), (np.array([[0.0], [1.0]]), np.array([-0.5]))]


@wrong("xor_weights", "xor-reversed", why="signs of the output neuron")
def _():
    return [(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5])), (np.array([[-1.0], [1.0]]), np.array([0.5]))]


@wrong("xor_weights", "xor-tie", why="needs step(0) = 1")
def _():
    return [(np.array([[1, 1], [1, 1]]), np.array([-1, -2])), (np.array([[1], [-1]]), np.array([-1]))]


@wrong("xor_weights", "xor-sigmoid", why="trained with sigmoid, where hidden neurons may all be beyond ½")
def _():
    return [(np.array([[4.0, 1.0], [4.0, 1.0]]), np.array([0.1, 0.1])), (np.array([[10.0], [-15.0]]), np.array([2.0]))]


@wrong("xor_weights", "xor-wt", why="a row for each hidden neuron")
def _():
    return [(np.array([[1.0, 1.0], [4.0, 4.0]]), np.array([-0.5, -6.0])), (np.array([[1.0], [-1.0]]), np.array([-0.5]))]


@wrong("xor_weights", "xor-thresholds", why="w·x > θ in place of w·x + b > 0")
def _():
    return [(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.5, 1.5])), (np.array([[1.0], [-1.0]]), np.array([0.5]))]


@wrong("xor_weights", "xor-flat-output", why="W2 and b2 flat")
def _():
    return [(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5])), (np.array([1.0, -1.0]), -0.5)]


@wrong("xor_weights", "xor-lists", why="nested lists are no arrays")
def _():
    return [([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5]), ([[1.0], [-1.0]], [-0.5])]


@wrong("xor_weights", "xor-four-arrays", why="a flat tuple")
def _():
    return np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5]), np.array([[1.0], [-1.0]]), np.array([-0.5])


# xor_forward


@wrong("xor_forward", "fwd-linear-output", why="no activation after the last layer")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(X @ W1 + b1) @ W2 + b2


@wrong("xor_forward", "fwd-linear-hidden", why="two linear layers are one")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid((X @ W1 + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-step", why="step in place of sigmoid")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return step(step(X @ W1 + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-step-output", why="step at the end")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return step(sigmoid(X @ W1 + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-tanh-hidden", why="tanh")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(np.tanh(X @ W1 + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-relu-hidden", why="relu")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(np.maximum(X @ W1 + b1, 0) @ W2 + b2)


@wrong("xor_forward", "fwd-flat", why="(N,) in place of (N, 1)")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2).ravel()


@wrong("xor_forward", "fwd-nobias", why="weights only")
def _(X, params):
    for W, _ in params:
        X = sigmoid(X @ W)
    return X


@wrong("xor_forward", "fwd-no-hidden-bias", why="b1 forgotten")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(sigmoid(X @ W1) @ W2 + b2)


@wrong("xor_forward", "fwd-no-output-bias", why="b2 forgotten")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(sigmoid(X @ W1 + b1) @ W2)


@wrong("xor_forward", "fwd-wt", why="silent for symmetric W1")
def _(X, params):
    (W1, b1), (W2, b2) = params
    return sigmoid(sigmoid(X @ W1.T + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-hidden", why="the loop returns too early")
def _(X, params):
    for W, b in params:
        X = sigmoid(X @ W + b)
        return X


@wrong("xor_forward", "fwd-twice", why="sigmoid again at the end")
def _(X, params):
    for W, b in params:
        X = sigmoid(X @ W + b)
    return sigmoid(X)


@wrong(
    "xor_forward",
    "fwd-clipped",
    why="outputs kept from 0 and 1, as cross-entropy needs it",
    unnamed="what it returns depends on where it clips",
)
def _(X, params):
    (W1, b1), (W2, b2) = params
    return np.clip(sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2), 1e-6, 1 - 1e-6)


@wrong("xor_forward", "fwd-distinct", why="rows as keys of a dictionary")
def _(X, params):
    (W1, b1), (W2, b2) = params
    rows = np.array(list(dict.fromkeys(map(tuple, X.tolist()))))
    return sigmoid(sigmoid(rows @ W1 + b1) @ W2 + b2)


@wrong("xor_forward", "fwd-overflow", why="its own sigmoid, which overflows")
def _(X, params):
    for W, b in params:
        X = 1 / (1 + np.exp(-(X @ W + b)))
    return X


@wrong("xor_forward", "fwd-two-wide", why="the width is fixed")
def _(X, params):
    (W1, b1), (W2, b2) = params
    A = np.empty((len(X), 2))
    for h in range(2):
        A[:, h] = sigmoid(X @ W1[:, h] + b1[h])
    return sigmoid(A @ W2 + b2)


@wrong("xor_forward", "fwd-intbuf", why="activations stored in an array like X")
def _(X, params):
    (W1, b1), (W2, b2) = params
    A = np.zeros((len(X), W1.shape[1]), dtype=X.dtype)
    A[:] = sigmoid(X @ W1 + b1)
    return sigmoid(A @ W2 + b2)


# xor_gradients


@wrong("xor_gradients", "dmse-sign", why="y - p")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (y.reshape(-1, 1) - p) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dmse-no-two", why="the 2 dropped")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dmse-sum", why="N forgotten")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dmse-half-sum", why="a mean printed, half of a sum differentiated")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = (p - y.reshape(-1, 1)) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-cross-entropy", why="the delta of cross-entropy")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = (p - y.reshape(-1, 1)) / len(X)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-no-output-slope", why="σ' of the output missing")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-no-hidden-slope", why="σ' of the hidden layer missing")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dsig-twice", why="σ'(z) called with an activation")
def _(X, y, params):
    def sigmoid_derivative(z):
        return sigmoid(z) * (1 - sigmoid(z))

    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * sigmoid_derivative(p)
    d1 = d2 @ W2.T * sigmoid_derivative(A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dsig-of-z", why="a(1 - a) called with z")
def _(X, y, params):
    def sigmoid_derivative(a):
        return a * (1 - a)

    (W1, b1), (W2, b2) = params
    Z1 = X @ W1 + b1
    A = sigmoid(Z1)
    Z2 = A @ W2 + b2
    d2 = 2 * (sigmoid(Z2) - y.reshape(-1, 1)) / len(X) * sigmoid_derivative(Z2)
    d1 = d2 @ W2.T * sigmoid_derivative(Z1)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "dsig-plus", why="sign slip in the product")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 + p)
    d1 = d2 @ W2.T * A * (1 + A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-no-w2", why="the error is not weighted on its way back")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "daff-db1", why="sums over units; silent for N = H")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=1)), (A.T @ d2, d2.sum(axis=1))]


@wrong("xor_gradients", "daff-dball", why="one number for all units")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, np.sum(d1)), (A.T @ d2, np.sum(d2))]


@wrong("xor_gradients", "daff-dbmean", why="the mean is taken by the loss already")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.mean(axis=0)), (A.T @ d2, d2.mean(axis=0))]


@wrong("xor_gradients", "daff-dbrow", why="keepdims")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0, keepdims=True)), (A.T @ d2, d2.sum(axis=0, keepdims=True))]


@wrong("xor_gradients", "daff-db-rows", why="every row sends b a gradient; they add up")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1), (A.T @ d2, d2)]


@wrong("xor_gradients", "daff-avg2", why="averaged by the loss and by the layer")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    N = len(X)
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / N * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1 / N, d1.mean(axis=0)), (A.T @ d2 / N, d2.mean(axis=0))]


@wrong("xor_gradients", "daff-dwt", why="transposed; silent only for square, symmetric gradients")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(d1.T @ X, d1.sum(axis=0)), (d2.T @ A, d2.sum(axis=0))]


@wrong("xor_gradients", "daff-dbdot", why="weight gradient reused for the bias")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, X.T @ d1), (A.T @ d2, A.T @ d2)]


@wrong("xor_gradients", "daff-dx", why="transpose missing; silent for H = 1")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2 * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "grads-swapped", why="(db, dW)")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(d1.sum(axis=0), X.T @ d1), (d2.sum(axis=0), A.T @ d2)]


@wrong("xor_gradients", "grads-reversed", why="in the order of the backward pass")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(A.T @ d2, d2.sum(axis=0)), (X.T @ d1, d1.sum(axis=0))]


@wrong("xor_gradients", "bp-overflow", why="its own sigmoid, which overflows")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = 1 / (1 + np.exp(-(X @ W1 + b1)))
    p = 1 / (1 + np.exp(-(A @ W2 + b2)))
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-flat-targets", why="p - y with y of shape (N,)")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-four", why="the number of rows of XOR built in")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = (p - y.reshape(-1, 1)) / 2 * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong(
    "xor_gradients",
    "bp-one-sided",
    why="one-sided differences with a coarse step",
    unnamed="small errors of a difference quotient",
)
def _(X, y, params):
    params = [(W.astype(float), b.astype(float)) for W, b in params]
    base = squared_error(xor_forward(X, params), y)
    grads = []
    for pair in params:
        got = []
        for array in pair:
            g = np.zeros(array.shape)
            for i in np.ndindex(array.shape):
                old = array[i]
                array[i] = old + 1e-3
                g[i] = (squared_error(xor_forward(X, params), y) - base) / 1e-3
                array[i] = old
            got.append(g)
        grads.append(tuple(got))
    return grads


@wrong(
    "xor_gradients",
    "bp-clipped",
    why="outputs kept from 0 and 1, as cross-entropy needs it",
    unnamed="what it returns depends on where it clips",
)
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = np.clip(sigmoid(A @ W2 + b2), 1e-3, 1 - 1e-3)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-one-class", why="nothing to learn from one class, as it seems")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    if len(y) > 1 and len(np.unique(y)) == 1:
        d2 = 0 * d2
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-distinct", why="repeated samples counted once")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    both = np.unique(np.hstack([X, y.reshape(-1, 1)]), axis=0)
    X, t = both[:, :-1], both[:, -1:]
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - t) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong("xor_gradients", "bp-content", why="outputs near their targets left alone", unnamed="depends on what is near")
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    error = p - y.reshape(-1, 1)
    d2 = 2 * np.where(np.abs(error) < 0.1, 0, error) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong(
    "xor_gradients",
    "bp-saturated",
    why="neurons near 0 or 1 taken for 0 and 1",
    unnamed="what it returns depends on where it rounds",
)
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    A = np.where((A < 1e-3) | (A > 1 - 1e-3), np.round(A), A)
    d1 = d2 @ W2.T * A * (1 - A)
    return [(X.T @ d1, d1.sum(axis=0)), (A.T @ d2, d2.sum(axis=0))]


@wrong(
    "xor_gradients",
    "bp-capped",
    why="gradients clipped, as recurrent networks need it",
    unnamed="what it returns depends on where it clips",
)
def _(X, y, params):
    (W1, b1), (W2, b2) = params
    A = sigmoid(X @ W1 + b1)
    p = sigmoid(A @ W2 + b2)
    d2 = 2 * (p - y.reshape(-1, 1)) / len(X) * p * (1 - p)
    d1 = d2 @ W2.T * A * (1 - A)
    return [tuple(np.clip(g, -5, 5) for g in pair) for pair in [(X.T @ d1, d1.sum(0)), (A.T @ d2, d2.sum(0))]]


# train_xor


@wrong("train_xor", "sgd-ascent", why="climbs")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "sgd-local", why="rebinds local names")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        for (W, b), (dW, db) in zip(params, xor_gradients(X, y, params)):
            W = W - lr * dW
            b = b - lr * db
    return params, losses


@wrong("train_xor", "bp-updfirst", why="propagates through the moved W2; XOR still trains")
def _(X, y, params, lr, epochs):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(epochs):
        A = sigmoid(X @ W1 + b1)
        p = sigmoid(A @ W2 + b2)
        e = p - y.reshape(-1, 1)
        losses.append(float(np.mean(e**2)))
        d2 = 2 * e / len(X) * p * (1 - p)
        W2 = W2 - lr * A.T @ d2
        b2 = b2 - lr * d2.sum(axis=0)
        d1 = d2 @ W2.T * A * (1 - A)
        W1 = W1 - lr * X.T @ d1
        b1 = b1 - lr * d1.sum(axis=0)
    return [(W1, b1), (W2, b2)], losses


@wrong("train_xor", "train-layer-by-layer", why="gradients of one step at two different networks")
def _(X, y, params, lr, epochs):
    losses, params = [], list(params)
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        for k in (1, 0):
            dW, db = xor_gradients(X, y, params)[k]
            params[k] = (params[k][0] - lr * dW, params[k][1] - lr * db)
    return params, losses


@wrong("train_xor", "train-row-by-row", why="stochastic in place of full batch")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        for n in range(len(X)):
            grads = xor_gradients(X[n : n + 1], y[n : n + 1], params)
            params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-same-gradients", why="gradients computed before the loop")
def _(X, y, params, lr, epochs):
    losses = []
    grads = xor_gradients(X, y, params)
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-lr-ignored", why="lr = 1 whatever is asked")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-lr-fixed", why="lr overwritten inside")
def _(X, y, params, lr, epochs):
    lr = 0.1
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-one-short", why="range(1, epochs)")
def _(X, y, params, lr, epochs):
    losses = [squared_error(xor_forward(X, params), y)]
    for _ in range(1, epochs):
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(squared_error(xor_forward(X, params), y))
    return params, losses


@wrong("train_xor", "train-one-more", why="range(epochs + 1)")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs + 1):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses[:epochs]


@wrong("train_xor", "train-one-epoch", why="the return is indented too far")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
        return params, losses


@wrong("train_xor", "train-b1-frozen", why="one line forgotten; XOR still trains")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        (W1, b1), (W2, b2) = params
        (dW1, _), (dW2, db2) = xor_gradients(X, y, params)
        params = [(W1 - lr * dW1, b1), (W2 - lr * dW2, b2 - lr * db2)]
    return params, losses


@wrong("train_xor", "train-biases-frozen", why="only weights move")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b) for (W, b), (dW, _) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-w1-frozen", why="only the last layer moves")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        first, (W2, b2) = params
        _, (dW2, db2) = xor_gradients(X, y, params)
        params = [first, (W2 - lr * dW2, b2 - lr * db2)]
    return params, losses


@wrong("train_xor", "train-divided-again", why="divides by N once more")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW / len(X), b - lr * db / len(X)) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-half", why="its own backward pass, without the 2")
def _(X, y, params, lr, epochs):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(epochs):
        A = sigmoid(X @ W1 + b1)
        p = sigmoid(A @ W2 + b2)
        e = p - y.reshape(-1, 1)
        losses.append(float(np.mean(e**2)))
        d2 = e / len(X) * p * (1 - p)
        d1 = d2 @ W2.T * A * (1 - A)
        W2, b2 = W2 - lr * A.T @ d2, b2 - lr * d2.sum(axis=0)
        W1, b1 = W1 - lr * X.T @ d1, b1 - lr * d1.sum(axis=0)
    return [(W1, b1), (W2, b2)], losses


@wrong("train_xor", "train-sum", why="its own backward pass, without 1/N")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        total = [[0.0, 0.0], [0.0, 0.0]]
        for n in range(len(X)):
            for k, (dW, db) in enumerate(xor_gradients(X[n : n + 1], y[n : n + 1], params)):
                total[k][0] = total[k][0] + dW
                total[k][1] = total[k][1] + db
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, total)]
    return params, losses


@wrong("train_xor", "train-inplace", why="-= writes into the caller's arrays")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        for (W, b), (dW, db) in zip(params, xor_gradients(X, y, params)):
            W -= lr * dW
            b -= lr * db
    return params, losses


@wrong("train_xor", "losses-after", why="noted after the step")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(squared_error(xor_forward(X, params), y))
    return params, losses


@wrong("train_xor", "losses-both-ends", why="epochs + 1 losses")
def _(X, y, params, lr, epochs):
    losses = [squared_error(xor_forward(X, params), y)]
    for _ in range(epochs):
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
        losses.append(squared_error(xor_forward(X, params), y))
    return params, losses


@wrong("train_xor", "losses-last", why="one number")
def _(X, y, params, lr, epochs):
    loss = None
    for _ in range(epochs):
        loss = squared_error(xor_forward(X, params), y)
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, loss


@wrong("train_xor", "losses-reversed", why="insert(0, …)")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.insert(0, squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-first", why="the forward pass before the loop")
def _(X, y, params, lr, epochs):
    loss = squared_error(xor_forward(X, params), y)
    losses = []
    for _ in range(epochs):
        losses.append(loss)
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-sum", why="a sum reported, a mean followed")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(float(np.sum((xor_forward(X, params) - y.reshape(-1, 1)) ** 2)))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-half", why="half of the mean reported")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y) / 2)
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-column", why="an (epochs, 1) array")
def _(X, y, params, lr, epochs):
    losses = np.zeros((epochs, 1))
    for epoch in range(epochs):
        losses[epoch] = squared_error(xor_forward(X, params), y)
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong(
    "train_xor",
    "train-early-stop",
    why="early stopping that nobody asked for",
    unnamed="what it returns depends on where it stops",
)
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-6:
            losses += [losses[-1]] * (epochs - len(losses))
            break
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong(
    "train_xor", "train-own-start", why="ignores the params given", unnamed="a start of its own is like no other value"
)
def _(X, y, params, lr, epochs):
    rng = np.random.default_rng(0)
    params = [(rng.normal(size=W.shape), np.zeros(b.shape)) for W, b in params]
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-first-rows", why="a batch of 32", unnamed="depends on the size of the batch")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X[:32], y[:32], params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-slower-late", why="a smaller lr after 200 steps", unnamed="the last step alone shows it")
def _(X, y, params, lr, epochs):
    losses = []
    for epoch in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        rate = lr if epoch < 200 else lr / 10
        params = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong(
    "train_xor",
    "train-other-start",
    why="a start of its own where all hidden weights are equal, against symmetry",
    unnamed="a start of its own is like no other value",
)
def _(X, y, params, lr, epochs):
    (W1, b1), last = params
    if np.ptp(W1) == 0:
        params = [(np.random.default_rng(0).normal(size=W1.shape), b1), last]
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong(
    "train_xor",
    "train-capped",
    why="steps shortened where the gradient is longer than 1",
    unnamed="what it returns depends on where it clips",
)
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        norm = math.sqrt(sum(float(np.sum(g**2)) for pair in grads for g in pair))
        rate = lr / max(norm, 1.0)
        params = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-momentum", why="momentum in place of plain gradient descent")
def _(X, y, params, lr, epochs):
    losses, velocity = [], [(0.0, 0.0), (0.0, 0.0)]
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        velocity = [(0.9 * v - lr * dW, 0.9 * u - lr * db) for (v, u), (dW, db) in zip(velocity, grads)]
        params = [(W + v, b + u) for (W, b), (v, u) in zip(params, velocity)]
    return params, losses


@wrong(
    "train_xor",
    "train-lr-halved",
    why="a smaller lr once the loss has risen",
    unnamed="what it returns depends on when it slows down",
)
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        if len(losses) > 1 and losses[-1] > losses[-2]:
            lr = lr / 2
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "train-whole-numbers", why="results stored in the arrays of whole numbers given")
def _(X, y, params, lr, epochs):
    params = [(W.copy(), b.copy()) for W, b in params]
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        for (W, b), (dW, db) in zip(params, xor_gradients(X, y, params)):
            W[...] = W - lr * dW
            b[...] = b - lr * db
    return params, losses


@wrong("train_xor", "losses-falling", why="the smallest loss so far")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(min([squared_error(xor_forward(X, params), y), *losses]))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-different", why="losses that are equal counted once")
def _(X, y, params, lr, epochs):
    losses = {}
    for _ in range(epochs):
        losses[squared_error(xor_forward(X, params), y)] = True
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, list(losses)


@wrong("train_xor", "losses-late", why="noted from step 100 on", unnamed="what comes out depends on where it begins")
def _(X, y, params, lr, epochs):
    losses = []
    for epoch in range(epochs):
        if epochs < 100 or epoch >= 100:
            losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong("train_xor", "losses-rounded", why="rounded as they are printed")
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(round(squared_error(xor_forward(X, params), y), 6))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return params, losses


@wrong(
    "train_xor",
    "train-five-items",
    why="unpacked parameters",
    unnamed="five items in place of two, which the message names",
)
def _(X, y, params, lr, epochs):
    losses = []
    for _ in range(epochs):
        losses.append(squared_error(xor_forward(X, params), y))
        grads = xor_gradients(X, y, params)
        params = [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
    return *params[0], *params[1], losses


@wrong("train_xor", "train-overflow", why="its own sigmoid, which overflows")
def _(X, y, params, lr, epochs):
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(epochs):
        A = 1 / (1 + np.exp(-(X @ W1 + b1)))
        p = 1 / (1 + np.exp(-(A @ W2 + b2)))
        e = p - y.reshape(-1, 1)
        losses.append(float(np.mean(e**2)))
        d2 = 2 * e / len(X) * p * (1 - p)
        d1 = d2 @ W2.T * A * (1 - A)
        W2, b2 = W2 - lr * A.T @ d2, b2 - lr * d2.sum(axis=0)
        W1, b1 = W1 - lr * X.T @ d1, b1 - lr * d1.sum(axis=0)
    return [(W1, b1), (W2, b2)], losses
