"""Hidden checks of chapter 4. Every oracle is written in another form than the solution: Jacobians, loops, dual numbers."""

import math
from collections import deque
from collections.abc import Callable
from inspect import signature

import numpy as np

from grader.checks import check, compare, expect_close, fail, ints, normal

GRADIENT = 1e-6  # relative to what goes in; good finite differences stay below it


def size_of(*case):
    """Return the largest absolute value among the arrays and numbers of a case."""
    sizes = [size_of(*item) if isinstance(item, (tuple, list)) else np.max(np.abs(item)) for item in case]
    return float(max([1.0, *sizes]))


def upstream_like(rng, array):
    """Return random upstream gradients of an array's shape."""
    return rng.uniform(0.3, 3.0, array.shape) * rng.choice([-1.0, 1.0], array.shape)


def elementwise_pairs(rng, activation, low=-3.0, high=3.0):
    """Return cases (dout, what the forward pass kept) of every shape; backward passes are of arrays, not of numbers."""
    kept = [activation(rng.uniform(low, high, shape)) for shape in [(3, 4), (6,), (2, 3, 4), (1,), (4, 4)]]
    return [(upstream_like(rng, array), array) for array in kept]


def entry_by_entry(slope, dout, kept):
    """Return dout times the slope at what was kept, one number at a time."""
    products = [float(d) * slope(float(k)) for d, k in zip(np.ravel(dout), np.ravel(kept), strict=True)]
    return np.reshape(products, np.shape(kept))


def filled(make):
    """Return make with its result written into a buffer that has the dtype of its last argument."""

    def cut(*args):
        buffer = np.zeros_like(args[-1])
        buffer[...] = make(*args)
        return buffer

    return cut


# relu_backward


def relu_oracle(dout, z):
    return entry_by_entry(lambda z: 1.0 if z > 0 else 0.0, dout, z)


RELU_MISTAKES = {
    "drelu-value": lambda dout, z: dout * np.maximum(z, 0),
    "drelu-no-dout": lambda dout, z: np.where(np.asarray(z) > 0, 1.0, 0.0),
    "drelu-dout-mask": lambda dout, z: np.where(np.asarray(dout) > 0, dout, 0.0),
    "drelu-forward": lambda dout, z: np.maximum(z, 0.0),
    "drelu-leaky": lambda dout, z: dout * np.where(np.asarray(z) > 0, 1.0, 0.01),
    "drelu-ge": lambda dout, z: dout * (np.asarray(z) >= 0),
    "drelu-half": lambda dout, z: dout * np.heaviside(z, 0.5),
    "drelu-threshold": lambda dout, z: dout * (np.asarray(z) > 1e-16),
    "int-buffer": filled(lambda dout, z: np.where(z > 0, dout, 0.0)),
}


@check("relu_backward", points=2, blames={"MUTATED_INPUT": "drelu-inplace"})
def check_relu_passes_gradients_where_its_input_is_positive(student, rng):
    """Where the relu's input is positive the gradient passes, elsewhere it stops; any shape."""
    cases = elementwise_pairs(rng, lambda z: z)
    cases.append((1e4 * rng.uniform(-1, 1, 8), 100 * normal(rng, 8)))
    compare(student.relu_backward, relu_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=RELU_MISTAKES)


@check("relu_backward", points=2)
def check_relu_has_slope_zero_at_zero(student, rng):
    """At an input of exactly 0 nothing passes, at one just above it everything."""
    inputs = [
        np.array([0.0, -1.5, 2.0, 0.0, 0.5]),
        rng.permutation(np.array([1e-17, -1e-17, 0.0, 1e-30, -1e-30, 0.3])),
        rng.permutation(np.array([0.0, 0.0, -100.0, 100.0, 3.0, -2.0])).reshape(2, 3),
        np.zeros((3, 2)),
    ]
    cases = [(upstream_like(rng, z), z) for z in inputs]
    compare(student.relu_backward, relu_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=RELU_MISTAKES)


@check("relu_backward", points=2)
def check_relu_keeps_fractions_where_inputs_are_whole(student, rng):
    """Inputs that are whole numbers cut nothing off the gradients."""
    whole = rng.permutation(np.array([-2, -1, 1, 2, 3, 3, 0]))
    inputs = [whole, whole[:6].reshape(2, 3), np.array([4]), np.array([[-4]])]
    cases = [(upstream_like(rng, z), z) for z in inputs]
    cases.append((rng.integers(-4, 5, 7), whole))
    compare(student.relu_backward, relu_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=RELU_MISTAKES)


# sigmoid_backward, tanh_backward


def logistic(z):
    """Return 1 / (1 + e^-z) without overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def sigmoid_oracle(dout, s):
    return entry_by_entry(lambda s: s - s * s, dout, s)


SIGMOID_MISTAKES = {
    "dsig-twice": lambda dout, s: dout * logistic(s) * (1 - logistic(s)),
    "dsig-plus": lambda dout, s: dout * s * (1 + s),
    "dsig-no-dout": lambda dout, s: np.asarray(s) * (1 - s),
    "dsig-half": lambda dout, s: dout * s,
    "dsig-other-half": lambda dout, s: dout * (1 - s),
    "dsig-tanh": lambda dout, s: dout * (1 - s * s),
    "int-buffer": filled(lambda dout, s: dout * s * (1 - s)),
}


@check("sigmoid_backward", points=3, blames={"MUTATED_INPUT": "buffer-reused"})
def check_sigmoid_slope_is_taken_from_the_output(student, rng):
    """The gradient is multiplied by the slope, found from the output s; any shape."""
    cases = elementwise_pairs(rng, logistic)
    compare(student.sigmoid_backward, sigmoid_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=SIGMOID_MISTAKES)


@check("sigmoid_backward", points=2)
def check_sigmoid_at_saturated_units_and_whole_numbers(student, rng):
    """Saturated outputs stop the gradient; whole numbers are no trouble."""
    saturated = logistic(np.array([-100.0, -30.0, -6.0, -2.0, 1.0, 6.0, 30.0, 100.0]))
    cases = [
        (rng.integers(-5, 6, (3, 4)), logistic(normal(rng, 3, 4))),
        (1e4 * normal(rng, 8), saturated),
        (100 * normal(rng, 2, 2), np.array([[0, 1], [1, 0]])),
        (np.array([3]), np.array([0.25])),
        (np.array([2.5]), np.array([1])),
    ]
    compare(student.sigmoid_backward, sigmoid_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=SIGMOID_MISTAKES)


def tanh_oracle(dout, t):
    return entry_by_entry(lambda t: (1 + t) * (1 - t), dout, t)


def tanh_by_matrix_product(dout, t):
    """Return what a matrix product gives where the square of every entry is meant."""
    return dout * (1 - np.dot(t.T, t))


TANH_MISTAKES = {
    "dtanh-nosq": lambda dout, t: dout * (1 - t),
    "dtanh-dot": tanh_by_matrix_product,
    "dtanh-twice": lambda dout, t: dout * (1 - np.tanh(t) ** 2),
    "dtanh-no-dout": lambda dout, t: 1 - np.asarray(t) ** 2,
    "dtanh-sigmoid": lambda dout, t: dout * t * (1 - t),
    "dtanh-plus": lambda dout, t: dout * (1 + t * t),
    "dtanh-square-outside": lambda dout, t: dout * (1 - t) ** 2,
    "int-buffer": filled(lambda dout, t: dout * (1 - t * t)),
}


@check("tanh_backward", points=2, blames={"MUTATED_INPUT": "buffer-reused"})
def check_tanh_slope_is_taken_from_the_output(student, rng):
    """The gradient is multiplied by the slope, found from the output t; any shape."""
    cases = elementwise_pairs(rng, np.tanh)
    compare(student.tanh_backward, tanh_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=TANH_MISTAKES)


@check("tanh_backward", points=1)
def check_tanh_units_do_not_mix(student, rng):
    """In a batch as long as it is wide, each unit's slope still depends on that unit alone."""
    cases = [(normal(rng, n, n), np.tanh(normal(rng, n, n))) for n in (3, 5)]
    compare(student.tanh_backward, tanh_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=TANH_MISTAKES)


@check("tanh_backward", points=2)
def check_tanh_at_saturated_units_and_whole_numbers(student, rng):
    """Saturated outputs stop the gradient; whole numbers are no trouble."""
    cases = [
        (rng.integers(-5, 6, (3, 4)), np.tanh(normal(rng, 3, 4))),
        (100 * normal(rng, 9), np.tanh(np.array([-100.0, -20.0, -5.0, -1.0, 0.0, 2.0, 5.0, 20.0, 100.0]))),
        (1e4 * normal(rng, 2, 3), np.array([[0, 1, -1], [-1, 0, 0]])),
        (np.array([3]), np.array([-0.25])),
        (np.array([2.5]), np.array([0])),
    ]
    compare(student.tanh_backward, tanh_oracle, cases, "dz", tol=GRADIENT, scale=size_of, unless=TANH_MISTAKES)


# affine_backward


def affine_oracle(dout, cache):
    """Return (dX, dW, db), adding up one output of one row at a time."""
    X, W, b = cache
    dX, dW, db = np.zeros(X.shape), np.zeros(W.shape), np.zeros(b.shape)
    for n in range(dout.shape[0]):
        for m in range(dout.shape[1]):
            dX[n] += dout[n, m] * W[:, m].reshape(X.shape[1:])
            dW[:, m] += dout[n, m] * X[n].ravel()
            db[m] += dout[n, m]
    return dX, dW, db


def affine_case(rng, N, D, M, size=1.0):
    """Return (dout, cache) with nothing that cancels: b is not 0 and dout is random."""
    row = (D,) if isinstance(D, int) else D
    X, W, b = size * normal(rng, N, *row), normal(rng, math.prod(row), M), normal(rng, M)
    return normal(rng, N, M), (X, W, b)


def affine_cases(rng):
    """Return layers of every kind; the square one first, where transposes do not show as shapes."""
    cases = [affine_case(rng, *sizes) for sizes in [(4, 4, 4), (5, 3, 2), (1, 3, 4), (6, 4, 1), (5, 1, 3), (11, 7, 5)]]
    cases.append(affine_case(rng, 4, 5, 3, size=100.0))
    cases.append((1e4 * upstream_like(rng, np.empty((5, 4))), affine_case(rng, 5, 3, 4)[1]))
    whole = (ints(rng, -2, 3, (4, 3), np.int64), ints(rng, -2, 3, (3, 2), np.int64), ints(rng, -2, 3, 2, np.int64))
    cases += [(normal(rng, 4, 2), whole), (ints(rng, -3, 4, (4, 2), np.int64), whole)]
    return cases


def rows_of(X):
    return X.reshape(X.shape[0], -1)


DX_MISTAKES = {
    "daff-dx": lambda dout, cache: (dout @ cache[1]).reshape(cache[0].shape),
    "daff-swapped": lambda dout, cache: rows_of(cache[0]).T @ dout,
    "daff-noreshape": lambda dout, cache: dout @ cache[1].T,
    "daff-avg2": lambda dout, cache: (dout @ cache[1].T).reshape(cache[0].shape) / len(dout),
    "int-buffer": lambda dout, cache: (dout @ cache[1].T).reshape(cache[0].shape).astype(cache[0].dtype),
}

DW_MISTAKES = {
    "daff-dwt": lambda dout, cache: dout.T @ rows_of(cache[0]),
    "daff-avg2": lambda dout, cache: rows_of(cache[0]).T @ dout / len(dout),
    "daff-swapped": lambda dout, cache: dout @ cache[1].T,
    "daff-x-mean": lambda dout, cache: np.outer(rows_of(cache[0]).mean(axis=0), dout.sum(axis=0)),
    "daff-no-xt": lambda dout, cache: rows_of(cache[0]) @ dout,
    "daff-last-row": lambda dout, cache: np.outer(rows_of(cache[0])[-1], dout[-1]),
    "int-buffer": lambda dout, cache: (rows_of(cache[0]).T @ dout).astype(cache[1].dtype),
}

DB_MISTAKES = {
    "db-not-summed": lambda dout, cache: dout,
    "db-averaged": lambda dout, cache: dout.mean(axis=0),
    "daff-db1": lambda dout, cache: dout.sum(axis=1),
    "daff-dball": lambda dout, cache: np.sum(dout),
    "daff-dbdot": lambda dout, cache: cache[0].reshape(cache[0].shape[0], -1).T @ dout,
    "daff-db-keepdims": lambda dout, cache: dout.sum(axis=0, keepdims=True),
    "daff-db-ones": lambda dout, cache: np.ones(cache[2].shape),
    "int-buffer": lambda dout, cache: dout.sum(axis=0).astype(cache[2].dtype),
}


def compare_part(student, cases, part, mistakes):
    """Compare one of the three results; part is its place in (dX, dW, db)."""
    name = ("dX", "dW", "db")[part]
    compare(
        lambda dout, cache: student.affine_backward(dout, cache)[part],
        lambda dout, cache: affine_oracle(dout, cache)[part],
        cases, name, tol=GRADIENT, scale=size_of, unless=mistakes,
    )  # fmt: skip


@check("affine_backward", points=3, blames={"MUTATED_INPUT": "buffer-reused"})
def check_dX_sends_gradients_back_through_W(student, rng):
    """dX: every input gets, from each output it feeds, that output's gradient times the weight between them."""
    compare_part(student, affine_cases(rng), 0, DX_MISTAKES)


@check("affine_backward", points=4)
def check_dW_adds_up_input_times_gradient(student, rng):
    """dW: every weight adds up, over the batch, its input times the gradient of its output."""
    compare_part(student, affine_cases(rng), 1, DW_MISTAKES)


@check("affine_backward", points=3)
def check_db_adds_up_the_batch(student, rng):
    """db adds up dout over the batch."""
    compare_part(student, affine_cases(rng), 2, DB_MISTAKES)


@check("affine_backward", points=2)
def check_dX_of_pictures_has_their_shape(student, rng):
    """X of shape (N, …), such as pictures, gets a gradient of its own shape; dW and db are as for flat rows."""
    cases = [
        affine_case(rng, N, D, M) for N, D, M in [(5, (2, 3), 4), (1, (3, 2), 2), (3, (2, 3, 2), 5), (4, (4, 4), 4)]
    ]
    compare_part(student, cases, 0, DX_MISTAKES)
    compare_part(student, cases, 1, DW_MISTAKES)
    compare_part(student, cases, 2, DB_MISTAKES)


# softmax_backward


def probabilities_of(Z):
    """Return the softmax of every row, by way of the logarithm."""
    Z = np.asarray(Z, dtype=np.float64)
    return np.exp(Z - np.logaddexp.reduce(Z, axis=1)[:, None])


def nearly_certain(rng, N, C):
    """Return probabilities of which one in every row is near 1, but not so near that the others are 0."""
    return probabilities_of(rng.uniform(6.0, 9.0, (N, 1)) * np.eye(C)[rng.integers(0, C, N)] + normal(rng, N, C) / 2)


def softmax_oracle(dout, s):
    """Return each row's upstream gradient times that row's Jacobian, written out."""
    rows = []
    for upstream, p in zip(dout, s, strict=True):
        jacobian = np.diag(p) - np.outer(p, p)
        rows.append(jacobian @ upstream)
    return np.array(rows, dtype=np.float64)


SOFTMAX_MISTAKES = {
    "dsm-diag": lambda dout, s: dout * s * (1 - s),
    "dsm-sumall": lambda dout, s: s * (dout - (dout * s).sum()),
    "dsm-axis0": lambda dout, s: s * (dout - (dout * s).sum(axis=0)),
    "dsm-keepdims": lambda dout, s: s * (dout - (dout * s).sum(axis=1)),
    "dsm-no-s": lambda dout, s: dout - (dout * s).sum(axis=1, keepdims=True),
    "dsm-not-weighted": lambda dout, s: s * (dout - dout.sum(axis=1, keepdims=True)),
    "dsm-twice": lambda dout, s: softmax_oracle(dout, probabilities_of(s)),
    "dsm-mean-n": lambda dout, s: softmax_oracle(dout, s) / len(s),
    "dsm-plus": lambda dout, s: s * (dout + (dout * s).sum(axis=1, keepdims=True)),
    "dsm-ce": lambda dout, s: s - dout,
    "dsm-first-term": lambda dout, s: s * dout,
    "int-buffer": lambda dout, s: softmax_oracle(dout, s).astype(dout.dtype),
}


def compare_softmax(student, cases):
    compare(
        student.softmax_backward, softmax_oracle, cases, "dZ", tol=GRADIENT,
        scale=lambda dout, s: size_of(dout), unless=SOFTMAX_MISTAKES,
    )  # fmt: skip


@check("softmax_backward", points=4, blames={"MUTATED_INPUT": "buffer-reused"})
def check_every_logit_moves_every_probability_of_its_row(student, rng):
    """Every logit receives from all the probabilities of its row, and from no other row."""
    compare_softmax(
        student, [(normal(rng, *n), probabilities_of(normal(rng, *n))) for n in [(5, 3), (1, 4), (3, 2), (7, 6)]]
    )


@check("softmax_backward", points=2)
def check_softmax_of_as_many_samples_as_classes(student, rng):
    """With as many samples as classes the sum still runs over the classes."""
    compare_softmax(student, [(normal(rng, n, n), probabilities_of(normal(rng, n, n))) for n in (4, 3)])


@check("softmax_backward", points=3)
def check_softmax_of_certain_rows_and_whole_numbers(student, rng):
    """Rows that are nearly certain, large gradients and whole numbers."""
    cases = [
        (ints(rng, -4, 5, (4, 3), np.int64), probabilities_of(ints(rng, -2, 3, (4, 3)))),
        (100 * normal(rng, 5, 4), probabilities_of(100 * normal(rng, 5, 4))),
        (1e4 * normal(rng, 5, 4), probabilities_of(normal(rng, 5, 4))),
        (normal(rng, 3, 3), np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]])),
        (normal(rng, 4, 3), nearly_certain(rng, 4, 3)),
    ]
    compare_softmax(student, cases)


# mse_backward


def mse_oracle(p, y):
    """Return one gradient after the other: of the mean, so each square has the weight 1/count."""
    count = p.size
    gradients = [2.0 * (float(a) - float(t)) / count for a, t in zip(p.ravel(), y.ravel(), strict=True)]
    return np.reshape(gradients, p.shape)


def square_over_error(p, y):
    """Return what comes of dividing each term of the loss by its error, nan where that is 0."""
    error = (p - y.reshape(p.shape)).astype(float)
    with np.errstate(invalid="ignore"):
        return 2 * error**2 / error / p.size


MSE_MISTAKES = {
    "mse-bcast": lambda p, y: 2 * (p - y) / p.size,
    "dmse-sign": lambda p, y: 2 * (y.reshape(p.shape) - p) / p.size,
    "dmse-rows": lambda p, y: 2 * (p - y.reshape(p.shape)) / len(p),
    "dmse-no2": lambda p, y: (p - y.reshape(p.shape)) / p.size,
    "dmse-no-mean": lambda p, y: 2 * (p - y.reshape(p.shape)),
    "dmse-plain": lambda p, y: p - y.reshape(p.shape),
    "mse-absval": lambda p, y: np.full(p.shape, 2 * np.mean(p - y.reshape(p.shape)) / p.size),
    "dmse-flat": lambda p, y: (2 * (p - y.reshape(p.shape)) / p.size).ravel(),
    "dmse-square": lambda p, y: (p - y.reshape(p.shape)) ** 2 / p.size,
    "dmse-reduced": lambda p, y: np.mean(2 * (p - y.reshape(p.shape))),
    "int-buffer": lambda p, y: (2 * (p - y.reshape(p.shape)) / p.size).astype(p.dtype),
    "slope-by-quotient": square_over_error,
    "dmse-target-type": lambda p, y: 2 * (p.astype(y.dtype) - y.reshape(p.shape)) / p.size,
}


def compare_mse(student, cases):
    compare(student.mse_backward, mse_oracle, cases, "dp", tol=GRADIENT, scale=size_of, unless=MSE_MISTAKES)


@check("mse_backward", points=2, blames={"MUTATED_INPUT": "buffer-reused"})
def check_mse_gradient_of_one_column(student, rng):
    """p and y of shape (N, 1): the gradient of exactly the mean."""
    compare_mse(student, [(normal(rng, N, 1), normal(rng, N, 1)) for N in (5, 1, 8)])


@check("mse_backward", points=2)
def check_mse_targets_may_be_flat(student, rng):
    """Targets of shape (N,) mean the same as targets of shape (N, 1)."""
    compare_mse(student, [(normal(rng, N, 1), normal(rng, N)) for N in (5, 1, 8)])


@check("mse_backward", points=2)
def check_mse_is_the_mean_over_all_elements(student, rng):
    """With several outputs a sample, the mean runs over every element of p."""
    compare_mse(student, [(normal(rng, *shape), normal(rng, *shape)) for shape in [(4, 3), (3, 5), (1, 4), (3, 3)]])


@check("mse_backward", points=1)
def check_mse_of_whole_and_large_numbers(student, rng):
    """Whole numbers keep their fractions, and large ones their precision."""
    cases = [
        (ints(rng, -3, 4, (5, 1), np.int64), ints(rng, 4, 8, 5, np.int64)),
        (ints(rng, -3, 4, (5, 3), np.int64), normal(rng, 5, 3)),
        (normal(rng, 4, 1), ints(rng, -3, 4, 4, np.int64)),
        (1e4 * normal(rng, 6, 1), 1e4 * normal(rng, 6)),
        (100 * normal(rng, 3, 4), 100 * normal(rng, 3, 4)),
        (np.array([[0.5], [-1.0], [2.0]]), np.array([0.5, -2.0, 2.0])),  # some predictions are right
    ]
    compare_mse(student, cases)


# bce_with_logits_backward


def bce_oracle(z, y):
    """Return the slope of log(1 + e^z) - y·z, one sample after the other, divided by their number."""
    slopes = []
    for logit, target in zip(z.ravel(), y.ravel(), strict=True):
        e = math.exp(-abs(float(logit)))
        slopes.append((1.0 if logit >= 0 else e) / (1.0 + e) - float(target))
    return np.reshape(slopes, z.shape) / len(slopes)


def bce_from_clipped_probabilities(z, y):
    p = np.clip(logistic(z), 1e-8, 1 - 1e-8)
    y = y.reshape(z.shape)
    s = logistic(z)
    return (-y / p + (1 - y) / (1 - p)) * s * (1 - s) / len(z)


def bce_from_probabilities(z, y):
    p, y = 1 / (1 + np.exp(-z.astype(float))), y.reshape(z.shape)
    return (-y / p + (1 - y) / (1 - p)) * p * (1 - p) / len(z)


BCE_MISTAKES = {
    "bce-bcast": lambda z, y: (logistic(z) - y) / len(z),
    "bp-bce-extra": lambda z, y: bce_oracle(z, y) * logistic(z) * (1 - logistic(z)),
    "bce-no-mean": lambda z, y: bce_oracle(z, y) * len(z),
    "bce-sign": lambda z, y: -bce_oracle(z, y),
    "sig-sign": lambda z, y: (logistic(-z) - y.reshape(z.shape)) / len(z),
    "bce-no-sigmoid": lambda z, y: (z - y.reshape(z.shape)) / len(z),
    "bce-by-probability": lambda z, y: bce_oracle(z, y) / (logistic(z) * (1 - logistic(z))),
    "bce-one-side": lambda z, y: -y.reshape(z.shape) * (1 - logistic(z)) / len(z),
    "bce-flat": lambda z, y: bce_oracle(z, y).ravel(),
    "bce-clipdrop": bce_from_probabilities,
    "bce-saturated": bce_from_clipped_probabilities,
    "sig-overflow": lambda z, y: (np.exp(z) / (1 + np.exp(z)) - y.reshape(z.shape)) / len(z),
    "int-buffer": lambda z, y: bce_oracle(z, y).astype(z.dtype),
}


def targets(rng, *shape):
    """Return zeros and ones as floats, with both of them where there is room."""
    y = rng.integers(0, 2, shape).astype(np.float64)
    y.flat[0], y.flat[-1] = 1.0, 0.0
    return y


def compare_bce(student, cases):
    compare(student.bce_with_logits_backward, bce_oracle, cases, "dz", tol=GRADIENT, unless=BCE_MISTAKES)


@check("bce_with_logits_backward", points=3, blames={"MUTATED_INPUT": "buffer-reused"})
def check_bce_gradient_of_exactly_the_mean(student, rng):
    """z and y of shape (N, 1): the gradient of exactly the mean, straight from the logits."""
    cases = [(2 * normal(rng, N, 1), targets(rng, N, 1)) for N in (5, 1, 8)]
    compare_bce(student, [*cases, (2 * normal(rng, 1, 1), np.ones((1, 1)))])


@check("bce_with_logits_backward", points=2)
def check_bce_targets_may_be_flat(student, rng):
    """Targets of shape (N,) mean the same as targets of shape (N, 1), and the gradient has z's shape."""
    cases = [(2 * normal(rng, N, 1), targets(rng, N)) for N in (5, 1, 8)]
    compare_bce(student, [*cases, (ints(rng, -3, 4, (6, 1), np.int64), targets(rng, 6))])


@check("bce_with_logits_backward", points=2)
def check_bce_of_large_logits(student, rng):
    """Logits of any size: a sample that is confidently wrong still gets its full gradient."""
    z = np.array([[-1e4], [-800.0], [-100.0], [-40.0], [0.0], [40.0], [100.0], [800.0], [1e4]])
    y = targets(rng, 9)
    cases = [(z, y), (z, (1.0 - y)[:, None]), (rng.integers(-100, 101, (7, 1)), targets(rng, 7))]
    nearly_certain = np.array([-12.0, -9.0, -7.0, -5.0, 5.0, 7.0, 9.0, 12.0])[:, None] + rng.uniform(0, 1, (8, 1))
    cases.append((nearly_certain, targets(rng, 8)))
    compare_bce(student, cases)


@check("bce_with_logits_backward", points=1, no_warnings=True, blames={"WARNED": "sig-overflow"})
def check_bce_without_warnings(student, rng):
    """No overflow, no division by zero: NumPy has nothing to warn of up to 1e4."""
    z = np.array([[-1e4], [-750.0], [-100.0], [0.0], [100.0], [750.0], [1e4]])
    compare_bce(student, [(z, targets(rng, 7)), (z, targets(rng, 7, 1))])


# cross_entropy_backward


def one_hot(y, C):
    return (np.arange(C) == np.reshape(y, (-1, 1))).astype(np.float64)


def cross_entropy_oracle(logits, y):
    """Return the mean gradient: for one row of one label, each class's probability less the label's share."""
    N, C = logits.shape
    return (probabilities_of(logits) - one_hot(y, C)) / N


def minus_whole_rows(logits, y):
    """Return what comes out where whole rows, chosen by the labels, are changed."""
    gradient = probabilities_of(logits)
    gradient[y] -= 1
    return gradient / len(y)


def slope_of_softmax_at_the_label(logits, y):
    gradient = probabilities_of(logits)
    rows = np.arange(len(y))
    gradient[rows, y] *= 1 - gradient[rows, y]
    return gradient / len(y)


def normalised(exponentials, axis, keepdims):
    return exponentials / exponentials.sum(axis=axis, keepdims=keepdims)


CE_MISTAKES = {
    "dce-no-n": lambda logits, y: cross_entropy_oracle(logits, y) * len(y),
    "dce-rows": minus_whole_rows,
    "dce-s1ms": slope_of_softmax_at_the_label,
    "onehot-1": lambda logits, y: (probabilities_of(logits) - np.eye(logits.shape[1])[y - 1]) / len(y),
    "sm-axis0": lambda logits, y: (normalised(np.exp(logits), 0, True) - one_hot(y, logits.shape[1])) / len(y),
    "sm-keepdims": lambda logits, y: (normalised(np.exp(logits), 1, False) - one_hot(y, logits.shape[1])) / len(y),
    "ce-doublesm": lambda logits, y: cross_entropy_oracle(probabilities_of(logits), y),
    "sm-overflow": lambda logits, y: (normalised(np.exp(logits), 1, True) - one_hot(y, logits.shape[1])) / len(y),
    "dce-sign": lambda logits, y: -cross_entropy_oracle(logits, y),
    "dce-meannc": lambda logits, y: cross_entropy_oracle(logits, y) / logits.shape[1],
    "dce-only-true": lambda logits, y: cross_entropy_oracle(logits, y) * one_hot(y, logits.shape[1]),
    "dce-by-probability": lambda logits, y: -one_hot(y, logits.shape[1]) / probabilities_of(logits) / len(y),
    "dce-no-softmax": lambda logits, y: (logits - one_hot(y, logits.shape[1])) / len(y),
    "dce-bce": lambda logits, y: (logistic(logits) - one_hot(y, logits.shape[1])) / len(y),
    "bp-bce-extra": lambda logits, y: softmax_oracle(cross_entropy_oracle(logits, y), probabilities_of(logits)),
    "int-buffer": lambda logits, y: cross_entropy_oracle(logits, y).astype(logits.dtype),
}


def labels(rng, N, C):
    """Return int64 labels; the first and the last class both occur where there is room."""
    y = rng.integers(0, C, N)
    y[0], y[-1] = C - 1, 0
    return rng.permutation(y)


def compare_cross_entropy(student, cases):
    compare(student.cross_entropy_backward, cross_entropy_oracle, cases, "dlogits", tol=GRADIENT, unless=CE_MISTAKES)


@check("cross_entropy_backward", points=3, blames={"MUTATED_INPUT": "sm-inplace"})
def check_cross_entropy_gradient_of_exactly_the_mean(student, rng):
    """The gradient of exactly the mean over the samples."""
    cases = [(normal(rng, N, C), labels(rng, N, C)) for N, C in [(5, 3), (8, 6), (3, 2), (1, 4)]]
    compare_cross_entropy(student, [*cases, (normal(rng, 1, 3), np.array([2]))])


@check("cross_entropy_backward", points=2)
def check_cross_entropy_of_repeated_labels(student, rng):
    """As many samples as classes, and labels that repeat: each row changes at its own label only."""
    square = [(normal(rng, C, C), y) for C, y in [(4, np.array([1, 3, 1, 1])), (3, np.array([2, 2, 2]))]]
    compare_cross_entropy(student, [*square, (normal(rng, 6, 4), np.array([0, 0, 0, 2, 0, 0]))])


@check("cross_entropy_backward", points=2)
def check_cross_entropy_of_large_and_whole_logits(student, rng):
    """Logits of any size, whole numbers and ties among them."""
    certain = np.array([[1e4, 0.0, -1e4], [-1e4, 1e4, 9999.0], [100.0, 100.0, -100.0], [-1e4, -1e4, -1e4]])
    cases = [
        (ints(rng, -2, 3, (6, 4), np.int64), labels(rng, 6, 4)),
        (100 * normal(rng, 5, 3), labels(rng, 5, 3)),
        (certain, labels(rng, 4, 3)),
        (np.log(nearly_certain(rng, 5, 3)), labels(rng, 5, 3)),
    ]
    compare_cross_entropy(student, cases)


@check("cross_entropy_backward", points=1, no_warnings=True, blames={"WARNED": "sm-overflow"})
def check_cross_entropy_without_warnings(student, rng):
    """No overflow, no division by zero: NumPy has nothing to warn of up to 1e4."""
    compare_cross_entropy(
        student, [(rng.uniform(-1e4, 1e4, (6, 4)), labels(rng, 6, 4)), (1e4 * np.eye(3), labels(rng, 3, 3))]
    )


# Value


class Dual:
    """A number and its derivative by one leaf, carried forward together: no graph, no order, nothing to add up."""

    def __init__(self, data, slope=0.0):
        self.data, self.slope = float(data), float(slope)

    def __add__(self, other):
        other = as_dual(other)
        return Dual(self.data + other.data, self.slope + other.slope)

    def __mul__(self, other):
        other = as_dual(other)
        return Dual(self.data * other.data, self.slope * other.data + self.data * other.slope)

    def __neg__(self):
        return Dual(-self.data, -self.slope)

    def __sub__(self, other):
        return self + -as_dual(other)

    def __rsub__(self, other):
        return as_dual(other) - self

    def __pow__(self, n):
        return Dual(self.data**n, self.slope * n * self.data ** (n - 1))

    def tanh(self):
        return Dual(math.tanh(self.data), self.slope * (1 - math.tanh(self.data) ** 2))

    __radd__ = __add__
    __rmul__ = __mul__


def as_dual(number):
    return number if isinstance(number, Dual) else Dual(number)


class Traced:
    """A value that goes backward with one named mistake, to recognise that mistake in a student's gradients."""

    def __init__(self, data, mistake, operands=(), slopes=(), operation=""):
        self.data, self.mistake, self.operands, self.slopes = data, mistake, operands, slopes
        self.operation = operation
        self.grad = 0.0
        self.uses = 0
        for operand in operands:
            operand.uses += 1

    def _other(self, other):
        return other if isinstance(other, Traced) else Traced(other, self.mistake)

    def __add__(self, other):
        other = self._other(other)
        return Traced(self.data + other.data, self.mistake, (self, other), (1.0, 1.0), "in +")

    def __mul__(self, other):
        other = self._other(other)
        slopes = (self.data, other.data) if self.mistake == "value-mul-own" else (other.data, self.data)
        return Traced(self.data * other.data, self.mistake, (self, other), slopes, "in *")

    def __neg__(self):
        slope = 1.0 if self.mistake == "value-sub-plus" else -1.0
        return Traced(-self.data, self.mistake, (self,), (slope,), "in *")

    def __sub__(self, other):
        return self + -self._other(other)

    def __rsub__(self, other):
        return self + -other if self.mistake == "value-rsub-swapped" else self._other(other) - self

    def __pow__(self, n):
        x = self.data
        slope = {"value-pow-n": x ** (n - 1), "value-pow-power": n * x**n}.get(self.mistake, n * x ** (n - 1))
        return Traced(x**n, self.mistake, (self,), (slope,), "in **")

    def tanh(self):
        x, t = self.data, math.tanh(self.data)
        slope = {"value-tanh-input": 1 - x * x, "dtanh-nosq": 1 - t}.get(self.mistake, 1 - t * t)
        if self.mistake == "tanh-2s":
            s = float(logistic(x))
            t, slope = 2 * s - 1, 2 * s * (1 - s)
        if self.mistake == "tanh-naive" and abs(x) > 710:
            t = slope = math.nan
        return Traced(t, self.mistake, (self,), (slope,))

    __radd__ = __add__
    __rmul__ = __mul__

    def send(self):
        """Give each operand its share of this value's gradient."""
        forgets = self.mistake in ("ag-overwrite", f"ag-overwrite {self.operation}")
        for operand, slope in zip(self.operands, self.slopes, strict=True):
            operand.grad = (0.0 if forgets else operand.grad) + slope * self.grad

    def backward(self):
        self.grad = 0.0 if self.mistake == "value-no-seed" else 1.0
        if self.mistake in ("value-no-order", "value-no-order, operands in a set"):
            self.send_on()
        elif self.mistake == "value-no-order, at once":
            self.send_at_once()
        elif self.mistake == "value-breadth-first":
            self.send_breadth_first()
        elif self.mistake == "value-unused-waits":
            self.send_when_all_uses_have()
        else:
            for value in reversed(self.ordered()):
                value.send()

    def send_on(self):
        """Send all of the gradient so far as soon as some of it has come."""
        self.send()
        in_a_set = self.mistake.endswith("in a set")
        for operand in dict.fromkeys(self.operands) if in_a_set else self.operands:
            operand.send_on()

    def send_at_once(self):
        """Send on what each operand has as soon as it has been given its share."""
        for operand, slope in zip(self.operands, self.slopes, strict=True):
            operand.grad += slope * self.grad
            operand.send_at_once()

    def send_breadth_first(self):
        """Send from every value once, in the order in which they are met."""
        waiting, seen = deque([self]), {id(self)}
        while waiting:
            value = waiting.popleft()
            value.send()
            new = [operand for operand in value.operands if id(operand) not in seen]
            seen.update(map(id, new))
            waiting.extend(dict.fromkeys(new))

    def send_when_all_uses_have(self):
        """Send from a value once all its uses have sent, also those that lead nowhere and never will."""
        ready = [self]
        while ready:
            value = ready.pop()
            value.send()
            for operand in value.operands:
                operand.uses -= 1
                if operand.uses == 0:
                    ready.append(operand)

    def ordered(self):
        done, order = set(), []

        def visit(value):
            key = value.data if self.mistake == "value-equal-data" else id(value)
            if key not in done:
                done.add(key)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        return order


RULES = ["value-mul-own", "value-tanh-input", "dtanh-nosq", "tanh-2s", "tanh-naive", "value-no-seed"]
SIGNS = ["value-sub-plus", "value-rsub-swapped", *RULES]
POWERS = ["value-pow-n", "value-pow-power", *RULES]
SHARING = [
    "ag-overwrite", "ag-overwrite in +", "ag-overwrite in *", "ag-overwrite in **", "value-no-order",
    "value-no-order, at once", "value-no-order, operands in a set", "value-breadth-first", "value-equal-data",
    "value-unused-waits",
    *SIGNS, *POWERS[:2],
]  # fmt: skip

SHARE_EXPLAINED = 0.6  # of the graphs that a mistake or the student gets wrong

Graph = tuple[Callable, list]


def forward_mode(build, numbers):
    """Return the result and its derivative by each leaf."""
    slopes = []
    for k in range(len(numbers)):
        slopes.append(build(*[Dual(x, float(i == k)) for i, x in enumerate(numbers)]).slope)
    return build(*map(Dual, numbers)).data, slopes


def with_mistake(build, numbers, mistake):
    """Return the result and the leaves' gradients as a student with this mistake gets them, None if it breaks down."""
    leaves = [Traced(x, mistake) for x in numbers]
    try:
        out = build(*leaves)
        out.backward()
    except (ArithmeticError, TypeError):
        return None
    return out.data, [leaf.grad for leaf in leaves]


def run_graph(student, name, build, numbers):
    """Return the result and the leaves' gradients as the student's class has them; leaves must keep their data."""
    leaves = [student.Value(x) for x in numbers]
    try:
        out = build(*leaves)
        data = out.data
        out.backward()
    except (TypeError, AttributeError):  # of this module's arithmetic: the student's own come as failures
        fail("an operation on Values, such as tanh(), gives something that is no Value", code="WRONG_TYPE")
    for letter, leaf, x in zip(signature(build).parameters, leaves, numbers, strict=True):
        kept = leaf.data
        if not isinstance(kept, (int, float)) or kept != x:
            expect_close(student.Value(x).data, float(x), f"the data of a new Value({x:.4g})")
        expect_close(
            kept, float(x), f"{letter}.data after {name}", unless={"value-operand-changed": lambda kept=kept: kept},
            says=f"It was {x:.4g} before: an operation leaves the values that go in as they are",
        )  # fmt: skip
    return data, [leaf.grad for leaf in leaves]


def agree(got, wrong):
    """Return whether a student's result and gradients are those of a mistake."""
    if wrong is None:
        return False
    mine = [got[0], *got[1]]
    return all(isinstance(v, (int, float, np.number, np.ndarray)) and np.ndim(v) == 0 for v in mine) and bool(
        np.allclose(np.array(mine, dtype=np.float64), [wrong[0], *wrong[1]], 1e-6, 1e-9, equal_nan=True)
    )


def telling_mistake(graphs, results, right, mistakes):
    """Return the mistake that explains the first wrong graph and most of all, with what it gives on each; or None.

    Not all: where gradients are overwritten or sent too early, what is left depends on an order that is the student's.
    Graphs that neither the student nor the mistake gets wrong say nothing.
    """
    failed = {name for name in graphs if not agree(results[name], right[name])}
    best, most = None, 0
    for mistake in mistakes if failed else ():
        wrong = {name: with_mistake(*graph, mistake) for name, graph in graphs.items()}
        telling = failed | {name for name in graphs if not agree(right[name], wrong[name])}
        explained = [name for name in graphs if name in telling and agree(results[name], wrong[name])]
        first = next(name for name in graphs if name in failed)
        if first in explained and len(explained) >= SHARE_EXPLAINED * len(telling) and len(explained) > most:
            best, most = (mistake.split()[0].rstrip(","), wrong), len(explained)
    return best


def expect_graphs(student, graphs: dict[str, Graph], mistakes):
    """Demand the result and the leaves' gradients of every graph."""
    results = {name: run_graph(student, name, *graph) for name, graph in graphs.items()}
    right = {name: forward_mode(*graph) for name, graph in graphs.items()}
    mistake = telling_mistake(graphs, results, right, mistakes)
    for name, (build, numbers) in graphs.items():
        (data, grads), (got_data, got_grads) = right[name], results[name]
        leaves = list(signature(build).parameters)
        says = f"Here {', '.join(f'{leaf} = {x:.4g}' for leaf, x in zip(leaves, numbers, strict=True))}"
        wrong_data, wrong_grads = mistake[1][name] if mistake else (None, None)
        unless = {mistake[0]: wrong_data} if mistake else {}
        expect_close(got_data, data, f"data of {name}", unless=unless, says=says)
        for i, leaf in enumerate(leaves):
            unless = {mistake[0]: wrong_grads[i]} if mistake else {}
            expect_close(got_grads[i], grads[i], f"{leaf}.grad in {name}", tol=GRADIENT, unless=unless, says=says)


def number(rng, low=0.5, high=2.0):
    """Return a plain float away from 0 and 1, with either sign."""
    return float(rng.uniform(low, high) * rng.choice([-1.0, 1.0]))


@check("Value", points=2)
def check_value_sums_and_products(student, rng):
    """Sums and products of values, each used once."""
    a, b, c, d = (number(rng) for _ in range(4))
    graphs = {
        "a * b + c": (lambda a, b, c: a * b + c, [a, b, c]),
        "(a + b) * (c + d)": (lambda a, b, c, d: (a + b) * (c + d), [a, b, c, d]),
        "a * b * c": (lambda a, b, c: a * b * c, [3, -2, 5]),
        "a + b + c": (lambda a, b, c: a + (b + c), [a, 4, c]),
        "a * b at 0": (lambda a, b: a * b, [0.0, b]),
        "a * b at 0, 0": (lambda a, b: a * b, [0, 0.0]),
    }
    expect_graphs(student, graphs, RULES)
    # Two graphs that stand side by side before either goes backward.
    pairs = [[student.Value(a), student.Value(b)], [student.Value(c), student.Value(d)]]
    products = [left * right for left, right in pairs]
    for product, (left, _), slope in zip(products, pairs, (b, d), strict=True):
        product.backward()
        expect_close(
            left.grad, slope, "a.grad in a * b", tol=GRADIENT, unless={"value-one-list": 0.0},
            says="Here another product was made beside this one, before backward() was called on either",
        )  # fmt: skip
    expect_close(
        pairs[0][0].grad, b, "a.grad in a * b", tol=GRADIENT, unless={"value-runs-again": 2 * b},
        says="It was right until backward() was called on another product, which a is no part of",
    )  # fmt: skip
    alone = student.Value(a)
    alone.backward()
    expect_close(alone.grad, 1.0, "a.grad after a.backward()", unless={"value-alone": 0.0})


@check("Value", points=2)
def check_value_with_numbers_and_minus(student, rng):
    """Minus, and ints and floats on either side."""
    a, b = number(rng), number(rng)

    def operands_stay(a, b):
        h = a * b
        return (h + 2) * (h - 2) * (3 * h) * -h

    graphs = {
        "a - b": (lambda a, b: a - b, [a, b]),
        "5 - a": (lambda a: 5 - a, [a]),
        "a - 2.5": (lambda a: a - 2.5, [a]),
        "2 * a + 3": (lambda a: 2 * a + 3, [a]),
        "1.5 + a * 4": (lambda a: 1.5 + a * 4, [a]),
        "-a * b": (lambda a, b: -a * b, [a, b]),
        "-(0.5 * a)": (lambda a: -(0.5 * a), [3]),
        "0 + a + b": (lambda a, b: 0 + a + b, [a, b]),
        "a * 1 + b * 0": (lambda a, b: a * 1 + b * 0, [a, b]),
        "(a - b) * 3, equal numbers": (lambda a, b: (a - b) * 3, [b, b]),
        "h = a * b; (h + 2) * (h - 2) * (3 * h) * -h": (operands_stay, [a, b]),
        "(3.0 - a) * (b - 2) - 1": (lambda a, b: (3.0 - a) * (b - 2) - 1, [a, b]),
    }
    expect_graphs(student, graphs, SIGNS)


@check("Value", points=3)
def check_value_powers_and_tanh(student, rng):
    """Powers with int and float exponents, and tanh, also of large numbers."""
    a, b = number(rng), abs(number(rng))
    graphs = {
        "a ** 2": (lambda a: a**2, [a]),
        "a ** 3 * 2": (lambda a: a**3 * 2, [-1.5]),
        "a ** -1": (lambda a: a**-1, [a]),
        "a ** -2": (lambda a: a**-2, [4]),
        "a ** 0.5": (lambda a: a**0.5, [b]),
        "a ** 2.5": (lambda a: a**2.5, [b]),
        "a ** 2 at -1.25": (lambda a: a**2, [-1.25]),
        "a ** 4 at -1": (lambda a: a**4, [-1]),
        "a ** 2 at 0": (lambda a: a**2, [0.0]),
        "a ** 1": (lambda a: a**1, [a]),
        "a ** 0": (lambda a: a**0, [a]),
        "(2 * a + 1) ** 3": (lambda a: (2 * a + 1) ** 3, [a]),
        "tanh(a)": (lambda a: a.tanh(), [a]),
        "tanh(3 * a) * b": (lambda a, b: (0.5 * a).tanh() * b, [a, b]),
        "tanh(a) at 0": (lambda a: a.tanh(), [0]),
        "tanh(a) at 5.5": (lambda a: a.tanh(), [5.5]),
        "tanh(a) at -5.5": (lambda a: a.tanh(), [-5.5]),
        "tanh(a) at 1000": (lambda a: a.tanh(), [1000.0]),
        "tanh(a) at -1000": (lambda a: a.tanh(), [-1000.0]),
    }
    expect_graphs(student, graphs, POWERS)


@check("Value", points=3)
def check_value_used_twice_gets_both_gradients(student, rng):
    """A value used several times gets the sum of what flows back from every use."""
    a, b, c = number(rng), number(rng), number(rng)

    def diamond(a, b):
        left, right = a * b, a + b
        return left * right

    def uneven(a, b, c):
        h = a * b
        k = h * c + h
        return (k + h) * k.tanh() + a

    def shared_late(a, b):
        h = a + 1
        return h * ((h * b) * h - h)

    def unused(a, b, c):
        h = a * b
        _ = h + c
        return h * c

    def wide_and_narrow(a, b):
        h = a
        for _ in range(8):
            h = (h + h * b).tanh()
        return h

    # The same operation twice on one value, in each operand's place: whatever the order, something must be added up.
    graphs = {
        "a * a": (lambda a: a * a, [a]),
        "(a + b) * (a + c)": (lambda a, b, c: (a + b) * (a + c), [a, b, c]),
        "(b + a) * (c + a)": (lambda a, b, c: (b + a) * (c + a), [a, b, c]),
        "(a - b) * (a - c)": (lambda a, b, c: (a - b) * (a - c), [a, b, c]),
        "(b - a) * (c - a)": (lambda a, b, c: (b - a) * (c - a), [a, b, c]),
        "(2 - a) * (3 - a)": (lambda a: (2 - a) * (3 - a), [a]),
        "a * b + a * c": (lambda a, b, c: a * b + a * c, [a, b, c]),
        "b * a + c * a": (lambda a, b, c: b * a + c * a, [a, b, c]),
        "-a * (b + -a)": (lambda a, b: -a * (b + -a), [a, b]),
        "a ** 2 + a ** 3": (lambda a: a**2 + a**3, [a]),
        "tanh(a) * (b + tanh(a))": (lambda a, b: a.tanh() * (b + a.tanh()), [a, b]),
        "a + a": (lambda a: a + a, [a]),
        "a * b - a": (lambda a, b: a * b - a, [a, b]),
        "a ** 2 + 3 * a": (lambda a: a**2 + 3 * a, [a]),
        "(a * b) * (a + b)": (diamond, [a, b]),
        "h = a * b; k = h * c + h; (k + h) * tanh(k) + a": (uneven, [a, b, c]),
        "h = a + 1; h * ((h * b) * h - h)": (shared_late, [a, b]),
        "h = tanh(h + h * b), eight times": (wide_and_narrow, [a, b]),
        "h = a * b; h + c, which nobody uses; h * c": (unused, [a, b, c]),
        "a * b + a + b, equal numbers": (lambda a, b: a * b + a + b, [2.0, 2.0]),
        "(a + b) * (c + d), equal numbers": (lambda a, b, c, d: (a + b) * (c + d) + a * c, [1, 1, 1, 1]),
    }
    expect_graphs(student, graphs, SHARING)


@check("Value", points=2, cpu_seconds=1.0, blames={"TIMEOUT": "value-every-path"})
def check_value_goes_through_long_graphs(student, rng):
    """300 operations in a row, and 80 where every second value is used twice."""
    a, b = number(rng), number(rng)

    def chain(a, b):
        h = a
        for k in range(149):
            h = h * (1.0 + 0.01 * math.sin(k)) + 0.1
        return h * b + a

    def doubled(a, b):
        h = a
        for _ in range(40):
            h = (h + h) * 0.5
        return h * b + h

    graphs = {
        "a chain of 300 operations": (chain, [a, b]),
        "h = (h + h) * 0.5, over and over": (doubled, [a, b]),
    }
    expect_graphs(student, graphs, ["ag-overwrite", "ag-overwrite in +", "value-breadth-first", *RULES])


# loss_and_grads


def network(rng, N, sizes, size=1.0):
    """Return (X, y, params): biases are not 0 and weights are as large as keeps every layer alive."""
    params = [(normal(rng, d, m) / math.sqrt(d) * 1.4, 0.5 * normal(rng, m)) for d, m in zip(sizes, sizes[1:])]
    return size * normal(rng, N, sizes[0]), labels(rng, N, sizes[-1]), params


def whole_network(rng, N, sizes):
    """Return (X, y, params) of whole numbers as ints, where some of the relus' inputs are exactly 0."""
    params = [(ints(rng, -2, 3, (d, m), np.int64), ints(rng, -1, 2, m, np.int64)) for d, m in zip(sizes, sizes[1:])]
    return ints(rng, -1, 2, (N, sizes[0]), np.int64), labels(rng, N, sizes[-1]), params


def all_wrong(case):
    """Return the case with the least likely class of every row as its label: probabilities of 0 where logits are large."""
    X, _, params = case
    a = X
    for W, b in params:
        z = a @ W + b
        a = np.maximum(z, 0.0)
    return X, z.argmin(axis=1), params


def network_oracle(X, y, params, lam=0.0):
    """Return (loss, grads), one sample at a time: for given masks a relu network is a product of matrices."""
    N, loss = len(X), 0.0
    grads = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    for x, label in zip(X, y, strict=True):
        inputs, slopes = [x], []
        for W, b in params:
            z = np.einsum("d,dm->m", inputs[-1], W) + b
            inputs.append(np.where(z > 0, z, 0.0))
            slopes.append((z > 0).astype(np.float64))
        log_p = z - np.logaddexp.reduce(z)
        loss -= float(log_p[label]) / N
        to_logits = np.eye(len(z))
        for k in reversed(range(len(params))):
            dz = to_logits @ (np.exp(log_p) - (np.arange(len(z)) == label)) / N
            grads[k][0][...] += inputs[k][:, None] * dz
            grads[k][1][...] += dz
            if k > 0:
                to_logits = slopes[k - 1][:, None] * (params[k][0] @ to_logits)
    for k, (W, _) in enumerate(params):
        loss += lam * math.fsum(float(w) ** 2 for w in W.flat)
        grads[k][0][...] += 2.0 * lam * W
    return loss, grads


def network_with(mistake):
    """Return loss_and_grads as a student with one named mistake writes it."""

    def wrong(X, y, params, lam=0.0):
        N, C = len(y), params[-1][0].shape[1]
        inputs, zs = [X], []
        for W, b in params:
            z = inputs[-1] @ W + (0.0 if mistake == "aff-nobias" else b)
            zs.append(z)
            inputs.append(z if mistake == "net-no-relu" else np.maximum(z, 0.0))
        logits = np.maximum(zs[-1], 0.0) if mistake == "net-relu-on-logits" else zs[-1]
        p = probabilities_of(probabilities_of(logits) if mistake == "ce-doublesm" else logits)
        loss = loss_with(mistake, logits, p, y)
        dz = (p - one_hot(y, C)) / (1 if mistake == "dce-no-n" else N)
        if mistake == "net-relu-on-logits":
            dz = dz * (zs[-1] > 0)
        grads = []
        for k in reversed(range(len(params))):
            W, b = params[k]
            dW, db = inputs[k].T @ dz, dz.sum(axis=0)
            if mistake == "daff-avg2":
                dW, db = dW / N, db / N
            first = params[0][0]
            own = first if mistake == "lam-other-layer" and first.shape == W.shape else W
            dW, db = with_decay(mistake, dW, db, own, b, lam, first=k == 0, N=N)
            grads.insert(0, (dW, db))
            if k:
                dz = dz @ (W if mistake == "daff-dx" else W.T)
                dz = dz * mask_with(mistake, zs, k)
        weights = [W for W, _ in params] + ([b for _, b in params] if mistake == "lam-biases" else [])
        squares = sum(float(np.sum(np.asarray(W, dtype=float) ** 2)) for W in weights)
        loss += lam * penalty_with(mistake, squares, weights, N)
        return loss, grads[::-1] if mistake == "net-grads-reversed" else grads

    return wrong


def loss_with(mistake, logits, p, y):
    rows = np.arange(len(y))
    log_p = np.log(p) if mistake == "lsm-log" else np.log(p + 1e-8) if mistake == "ce-eps" else None
    if log_p is None:
        shifted = logits - logits.max(axis=1, keepdims=True)
        if mistake == "ce-doublesm":
            shifted = probabilities_of(logits)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    if mistake == "lse-max":
        return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - logits[rows, y]))
    if mistake == "ce-index":
        return float(-np.mean(log_p[:, y]))
    if mistake == "ce-meannc":
        return float(-np.sum(log_p[rows, y]) / logits.size)
    if mistake == "net-loss-sum":
        return float(-np.sum(log_p[rows, y]))
    return float(-np.mean(log_p[rows, y]))


def with_decay(mistake, dW, db, W, b, lam, *, first, N):
    factor = {"lam-half": 1.0, "lam-not-in-grads": 0.0, "lam-over-n": 2.0 / N}.get(mistake, 2.0)
    if mistake == "lam-first-layer" and not first:
        factor = 0.0
    if mistake == "lam-mean":
        factor = 2.0 / W.size
    return dW + factor * lam * W, db + (2.0 * lam * b if mistake == "lam-biases" else 0.0)


def penalty_with(mistake, squares, weights, N):
    if mistake == "lam-half-both":
        return squares / 2
    if mistake == "lam-over-n":
        return squares / N
    if mistake == "lam-not-in-loss":
        return 0.0
    if mistake == "lam-norm":
        return math.sqrt(squares)
    if mistake == "lam-first-layer":
        return float(np.sum(np.square(weights[0])))
    if mistake == "lam-mean":
        return sum(float(np.mean(np.square(W))) for W in weights)
    return squares


def mask_with(mistake, zs, k):
    if mistake in ("net-no-mask", "net-no-relu"):
        return 1.0
    if mistake == "net-mask-layer":
        return zs[k] > 0
    return zs[k - 1] >= 0 if mistake == "drelu-ge" else zs[k - 1] > 0


LOSS_MISTAKES = [
    "ce-meannc", "ce-index", "ce-eps", "lsm-log", "lse-max", "ce-doublesm", "aff-nobias", "net-relu-on-logits",
    "net-no-relu", "net-loss-sum",
]  # fmt: skip
GRAD_MISTAKES = [
    "net-grads-reversed", "net-no-mask", "net-mask-layer", "dce-no-n", "daff-avg2", "daff-dx", "ce-doublesm",
    "aff-nobias", "net-relu-on-logits", "net-no-relu", "drelu-ge",
]  # fmt: skip
LAM_LOSS_MISTAKES = [
    "lam-not-in-loss", "lam-biases", "lam-first-layer", "lam-mean", "lam-over-n", "lam-norm", "lam-half-both",
]  # fmt: skip
LAM_GRAD_MISTAKES = [
    "lam-half", "lam-not-in-grads", "lam-biases", "lam-first-layer", "lam-mean", "lam-over-n", "lam-other-layer",
]  # fmt: skip


def compare_loss(call, cases, mistakes, *, scale=1.0):
    compare(
        lambda *case: call(*case).loss, lambda X, y, params, lam=0.0: network_oracle(X, y, params, lam)[0], cases,
        "loss", scale=scale, unless={m: lambda *case, wrong=network_with(m): wrong(*case)[0] for m in mistakes},
    )  # fmt: skip


def compare_grads(call, cases, mistakes):
    compare(
        lambda *case: call(*case).grads, lambda X, y, params, lam=0.0: network_oracle(X, y, params, lam)[1], cases,
        "grads", kind="pairs", tol=GRADIENT, scale=lambda X, *rest: size_of(X),
        unless={m: lambda *case, wrong=network_with(m): wrong(*case)[1] for m in mistakes},
    )  # fmt: skip


@check("loss_and_grads", points=3)
def check_loss_is_the_mean_cross_entropy(student, rng):
    """Without weight decay the loss is the mean cross-entropy of the network's logits."""
    cases = [network(rng, *shape) for shape in [(6, [3, 5, 4]), (1, [4, 3, 2]), (4, [3, 2]), (5, [2, 6, 3, 5])]]
    cases += [network(rng, 5, [3, 6, 4], size=100.0), all_wrong(network(rng, 4, [4, 5, 3], size=3000.0))]
    compare_loss(student.loss_and_grads, [*cases, whole_network(rng, 5, [3, 4, 3])], LOSS_MISTAKES)


@check("loss_and_grads", points=5, blames={"MUTATED_INPUT": "bp-updfirst"})
def check_gradients_with_one_hidden_layer(student, rng):
    """The gradients of a network with one hidden layer, and with none."""
    cases = [
        network(rng, *shape) for shape in [(4, [4, 4, 4]), (6, [3, 5, 4]), (1, [4, 3, 2]), (7, [2, 8, 3]), (5, [3, 4])]
    ]
    cases += [whole_network(rng, 8, [3, 6, 3]), network(rng, 5, [3, 6, 4], size=100.0), network(rng, 9, [3, 1, 4])]
    compare_grads(student.loss_and_grads, cases, GRAD_MISTAKES)


@check("loss_and_grads", points=4)
def check_gradients_of_deeper_networks(student, rng):
    """The gradients of networks with two and three hidden layers, in the order of params."""
    shapes = [(6, [4, 4, 4, 4]), (5, [3, 3, 3, 3, 3]), (6, [2, 7, 5, 3]), (3, [5, 6, 4, 7, 2])]
    cases = [network(rng, *shape) for shape in shapes]
    cases.append(whole_network(rng, 7, [3, 5, 4, 3]))
    X, y, whole = whole_network(rng, 6, [3, 5, 4])
    cases.append((X, y, [(W, b + 0.25) for W, b in whole]))  # whole numbers, but for the biases
    compare_grads(student.loss_and_grads, cases, GRAD_MISTAKES)


@check("loss_and_grads", points=4)
def check_weight_decay_reaches_loss_and_gradients(student, rng):
    """lam: the sum of all squared weights is part of the loss, and so of the gradients."""
    shapes = [(6, [3, 5, 4]), (1, [3, 4, 2]), (5, [4, 6, 3, 3]), (4, [3, 2]), (5, [4, 4, 4])]
    cases = [(*network(rng, *shape), lam) for shape, lam in zip(shapes, [0.3, 0.05, 1.7, 2, 0.5], strict=True)]
    compare_loss(student.loss_and_grads, cases, LAM_LOSS_MISTAKES)
    compare_grads(lambda X, y, params, lam: student.loss_and_grads(X, y, params, lam=lam), cases, LAM_GRAD_MISTAKES)


@check("loss_and_grads", points=2, no_warnings=True, blames={"WARNED": "sm-overflow"})
def check_large_inputs_without_warnings(student, rng):
    """Inputs up to 1e4 in size: NumPy has nothing to warn of."""
    X, y, params = network(rng, 6, [3, 5, 4])
    X = rng.uniform(-1e4, 1e4, X.shape)
    compare_grads(student.loss_and_grads, [(X, y, params, 0.1)], GRAD_MISTAKES)
    compare_loss(student.loss_and_grads, [(X, y, params, 0.1)], [])
