"""The hidden checks of chapter 1.

Oracles are written in another form than the lesson's: sigmoid by tanh, sums by einsum, and its slope by 1 - tanh².
Numbers in arguments whose ties matter are multiples of 1/8, so that every order of summation gives the same float.
"""

import numpy as np

from grader.checks import beyond, check, compare, expect_close, expect_numbers, expect_true, fail, ints, normal

XOR_ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR_TARGETS = np.array([0.0, 1.0, 1.0, 0.0])
OR_TARGETS = np.array([0.0, 1.0, 1.0, 1.0])


def plain(value):
    """Return a float for a result without axes, else the array."""
    return float(value) if np.ndim(value) == 0 else value


def logistic(z):
    """Return 1/(1 + e^-z) as (1 + tanh(z/2))/2, which cannot overflow."""
    return plain(0.5 + 0.5 * np.tanh(0.5 * np.asarray(z, dtype=float)))


def column(y):
    return np.asarray(y, dtype=float).reshape(-1, 1)


def eighths(rng, *shape):
    """Return multiples of 1/8 between -2 and 2, with zeros and repeats."""
    return ints(rng, -16, 17, shape) / 8


def one_entry(z):
    """Return the first number of a row of numbers as the argument of a function of one number."""
    return (float(z[0]),) if np.ndim(z) == 1 else None


def in_a_row(z):
    """Return the numbers of an array of several axes in one, for a function of that."""
    return (np.ravel(z),) if np.ndim(z) > 1 else None


def in_an_array(z):
    """Return a number as the argument of a function of arrays."""
    return None if np.ndim(z) else (np.array([z], dtype=float),)


# sigmoid


def whole(z):
    return np.issubdtype(np.asarray(z).dtype, np.integer)


def quiet_exp(z):
    with np.errstate(over="ignore"):
        return np.exp(np.asarray(z, dtype=float))


def ratio_of_exponentials(z):
    with np.errstate(invalid="ignore"):
        return plain(quiet_exp(z) / (1 + quiet_exp(z)))


SIGMOID_WRONG = {
    "sig-sign": lambda z: 1 - logistic(z),
    "sig-intbuf": lambda z: plain(np.floor(logistic(z))) if whole(z) else logistic(z),
    "sig-slope": lambda z: logistic(z) * (1 - logistic(z)),
    "sig-parentheses": lambda z: plain(1 + quiet_exp(-np.asarray(z, dtype=float))),
    "sig-tanh": lambda z: plain(np.tanh(z)),
    "sig-softmax": lambda z: plain(np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))),
    "sig-clip": lambda z: logistic(np.clip(z, -10, 10)),
    "sig-one-array": lambda z: np.atleast_1d(logistic(z)),
    "sig-inf-inf": ratio_of_exponentials,
    "sig-flat": lambda z: np.ravel(logistic(z)),
    "sig-float32": lambda z: np.float32(logistic(z)),
}


@check("sigmoid", points=4)
def check_sigmoid_of_arrays(student, rng):
    """sigmoid turns every number of an array into 1 / (1 + e^-z)."""
    cases = [(normal(rng, *shape) * 3,) for shape in [(5,), (1,), (3, 4), (2, 3, 4), (6, 1), (2, 1, 3, 2), (60, 30)]]
    cases += [(np.array([-2.5, -1.0, 0.0, 1.0, 2.5]),), (np.abs(normal(rng, 4)),), (-np.abs(normal(rng, 4)),)]
    of_numbers = beyond(student.sigmoid, logistic, one_entry, "sig-one-number")
    sigmoid = beyond(of_numbers, logistic, in_a_row, "sig-few-axes")
    compare(sigmoid, logistic, cases, "sigmoid(z)", unless=SIGMOID_WRONG)


@check("sigmoid", points=2)
def check_sigmoid_of_numbers(student, rng):
    """A number goes in, a number comes out: the result has the shape of z."""
    cases = [(0.0,), (float(normal(rng)),), (-1.5,), (2,), (-1,), (np.array(0.75),)]
    compare(student.sigmoid, logistic, cases, "sigmoid(z)", unless=SIGMOID_WRONG)


@check("sigmoid", points=1)
def check_sigmoid_of_whole_numbers(student, rng):
    """Whole numbers in z give fractions all the same."""
    cases = [
        (ints(rng, -4, 5, (7,), dtype=int),),
        (np.array([[0, 1], [-1, 0]]),),
        (np.arange(1, 6),),
        (-np.arange(1, 6),),
    ]
    compare(student.sigmoid, logistic, cases, "sigmoid(z)", unless=SIGMOID_WRONG)


FAR = np.array([-1e4, -800.0, -100.0, -40.0, -20.0, -12.0, 0.0, 12.0, 20.0, 40.0, 100.0, 800.0, 1e4])


@check("sigmoid", points=1, blames={"MUTATED_INPUT": "sig-inplace"})
def check_sigmoid_far_out(student, rng):
    """Far from 0 sigmoid comes down to 0 and up to 1."""
    cases = [(rng.permutation(FAR),), (-100.0,), (100.0,), (-1e4,), (1e4,), (rng.permutation(FAR).astype(int),)]
    compare(student.sigmoid, logistic, cases, "sigmoid(z)", unless=SIGMOID_WRONG)


@check("sigmoid", points=1, no_warnings=True, blames={"WARNED": "sig-overflow"})
def check_sigmoid_without_warnings(student, rng):
    """sigmoid of large numbers, up to 1e4 in size, gives no warning."""
    cases = [(rng.permutation(FAR),), (rng.uniform(-1e4, 1e4, (3, 4)),)]
    compare(student.sigmoid, logistic, cases, "sigmoid(z)", unless=SIGMOID_WRONG)


# step


def fires(z):
    return plain(np.heaviside(np.asarray(z, dtype=float), 0.0))


STEP_WRONG = {
    "step-ge": lambda z: plain(np.heaviside(np.asarray(z, dtype=float), 1.0)),
    "step-half": lambda z: plain(np.heaviside(np.asarray(z, dtype=float), 0.5)),
    "step-sign": lambda z: plain(np.sign(np.asarray(z, dtype=float))),
    "step-at-half": lambda z: fires(np.asarray(z, dtype=float) - 0.5),
    "step-reversed": lambda z: 1 - fires(z),
    "step-relu": lambda z: plain(np.maximum(np.asarray(z, dtype=float), 0)),
}


def numbers_from(step):
    """Return step as a function that must not give bools."""

    def call(z):
        got = step(z)
        is_bool = isinstance(got, (bool, np.bool_)) or (isinstance(got, np.ndarray) and got.dtype == bool)
        expect_true(
            not is_bool,
            "step(z) gives True and False, expected the numbers 1.0 and 0.0.",
            code="WRONG_TYPE",
            misconception="step-bool",
        )
        return got

    return call


@check("step", points=2)
def check_step_of_arrays(student, rng):
    """step is 1.0 where z is positive and 0.0 where it is negative."""
    cases = [(normal(rng, *shape) * 3,) for shape in [(6,), (1,), (3, 4), (2, 3, 4), (2, 1, 3, 2)]]
    cases += [
        (np.array([-100.0, -0.25, 0.25, 100.0]),),
        (np.array([200.0, -200.0, 4e4, -4e4]),),
        (np.array([0.5, 2.0]),),
        (np.array([-3.0, -0.5]),),
    ]
    compare(numbers_from(beyond(student.step, fires, one_entry, "step-if")), fires, cases, "step(z)", unless=STEP_WRONG)


@check("step", points=2, no_warnings=True)
def check_step_at_zero(student, rng):
    """step is 0.0 at 0 itself, and 1.0 just above."""
    cases = [
        (rng.permutation(np.array([-1.0, -0.0, 0.0, 1e-12, -1e-12, 0.25, 0.75, 2.0])),),
        (np.array([-1.0, 2.0]),),
        (np.zeros((2, 3)),),  # after an answer of 1.0
        (np.array([1e-300, -1e-300, 1e4, -1e4]),),
    ]
    compare(numbers_from(student.step), fires, cases, "step(z)", unless=STEP_WRONG)


@check("step", points=1)
def check_step_of_numbers(student, rng):
    """step takes single numbers and whole numbers too, and keeps the shape."""
    cases = [(0.3,), (0.75,), (-0.3,), (0.0,), (0,), (2,), (-7,), (np.array(0.25),)]
    cases += [(ints(rng, -2, 3, (8,), dtype=int),), (np.array([[1, 0], [0, -1]]),)]
    compare(
        numbers_from(beyond(student.step, fires, in_an_array, "step-index")), fires, cases, "step(z)", unless=STEP_WRONG
    )


# neuron


def weighted_sum(x, w, b):
    return sum(float(xi) * float(wi) for xi, wi in zip(x, w, strict=True)) + float(b)


def one_neuron(x, w, b):
    return logistic(weighted_sum(x, w, b))


NEURON_WRONG = {
    "neuron-nobias": lambda x, w, b: one_neuron(x, w, 0),
    "neuron-linear": weighted_sum,
    "neuron-star": lambda x, w, b: logistic(x * w + b),
    "neuron-bias-each": lambda x, w, b: one_neuron(x, w, b * len(x)),
    "neuron-bias-outside": lambda x, w, b: one_neuron(x, w, 0) + b,
    "neuron-bias-minus": lambda x, w, b: one_neuron(x, w, -b),
    "neuron-step": lambda x, w, b: fires(weighted_sum(x, w, b)),
    "neuron-mean": lambda x, w, b: logistic(weighted_sum(x, w, 0) / len(x) + b),
    "neuron-each": lambda x, w, b: float(np.sum(logistic(x * w + b))),
    "neuron-one-array": lambda x, w, b: np.array([one_neuron(x, w, b)]),
    "neuron-sign": lambda x, w, b: 1 - one_neuron(x, w, b),
    "neuron-zero-bias": lambda x, w, b: one_neuron(x, w, b or 1.0),
    "neuron-equal-inputs": lambda x, w, b: one_neuron(*zip(*dict(zip(x, w, strict=True)).items(), strict=True), b),
}


def neuron_case(rng, D):
    """Return a sample, weights and a bias with a weighted sum of moderate size."""
    return normal(rng, D), normal(rng, D), float(rng.choice([-1, 1]) * rng.uniform(0.4, 1.5))


@check("neuron", points=3)
def check_neuron(student, rng):
    """A neuron's output is sigmoid of its weighted inputs plus the bias, one number."""
    compare(
        student.neuron, one_neuron, [neuron_case(rng, D) for D in (2, 3, 5, 12)], "neuron(x, w, b)", unless=NEURON_WRONG
    )


@check("neuron", points=2)
def check_neuron_of_other_inputs(student, rng):
    """It works for one input, for whole numbers and for large ones."""
    cases = [
        neuron_case(rng, 1),
        (np.array([1, 0, -2]), np.array([0.25, 1.5, 0.4]), 0.3),
        (np.array([3, -1]), np.array([-1, 2]), 4),
        (np.array([100.0, -100.0, 50.0]), np.array([0.02, 0.01, -0.03]), 0.7),
        (np.array([0.02, -0.01, 0.05]), np.array([90.0, 60.0, -30.0]), -0.5),
        (np.zeros(3), normal(rng, 3), -0.8),
        (np.array([1, 1, 0, 1]), np.array([0.5, 0.5, 0.25, -0.25]), 0.25),
        (normal(rng, 3), normal(rng, 3), 0.0),
    ]
    compare(student.neuron, one_neuron, cases, "neuron(x, w, b)", unless=NEURON_WRONG)


@check("neuron", points=1, no_warnings=True, blames={"WARNED": "neuron-overflow"})
def check_neuron_without_warnings(student, rng):
    """Inputs up to 1e4 in size give no warning."""
    cases = [
        (np.array([-1e4, 0.5]), np.array([1.0, 1.0]), 0.5),
        (np.array([1e4, -300.0, 2.0]), np.array([2.0, 1.0, 1.0]), -1.0),
        (rng.permutation(np.array([1e4, -1e4, 900.0, 7.0])), normal(rng, 4), 0.25),
    ]
    compare(student.neuron, one_neuron, cases, "neuron(x, w, b)", unless=NEURON_WRONG)


# dense


def layer(X, W, b):
    return np.einsum("nd,dm->nm", np.asarray(X, dtype=float), np.asarray(W, dtype=float)) + np.asarray(b, dtype=float)


DENSE_WRONG = {
    "aff-wt": lambda X, W, b: layer(X, W.T, b),
    "aff-nobias": lambda X, W, b: layer(X, W, 0 * b),
    "aff-bcol": lambda X, W, b: layer(X, W, 0) + b[:, None],
    "aff-star": lambda X, W, b: X * W + b,
    "dense-activated": lambda X, W, b: logistic(layer(X, W, b)),
    "dense-one-bias": lambda X, W, b: layer(X, W, np.sum(b)),
    "dense-bias-each": lambda X, W, b: layer(X, W, b * X.shape[1]),
    "dense-bias-minus": lambda X, W, b: layer(X, W, -b),
    "dense-transposed": lambda X, W, b: layer(X, W, b).T,
    "dense-intbuf": lambda X, W, b: np.trunc(layer(X, W, b)) if whole(X) else layer(X, W, b),
    "dense-flat": lambda X, W, b: np.squeeze(layer(X, W, b)),
    "dense-zero-bias": lambda X, W, b: layer(X, W, b if b[0] else 0 * b),
}


def dense_case(rng, N, D, M):
    return normal(rng, N, D), normal(rng, D, M), normal(rng, M) + 0.5


@check("dense", points=3)
def check_dense(student, rng):
    """dense returns the weighted sums of all neurons for all samples."""
    cases = [dense_case(rng, *sizes) for sizes in [(5, 3, 4), (4, 2, 3), (2, 5, 3), (50, 2, 3)]]
    cases += [(normal(rng, 4, 2), normal(rng, 2, 3), np.array([0.0, 0.5, -1.0]))]
    cases += [(normal(rng, 3, 2) * 1e-3, normal(rng, 2, 2), np.array([1e-4, 0.0]))]
    compare(student.dense, layer, cases, "dense(X, W, b)", unless=DENSE_WRONG)


@check("dense", points=2)
def check_dense_of_equal_sizes(student, rng):
    """It is right when sizes happen to be equal, where a transposed array goes unnoticed."""
    cases = [dense_case(rng, *sizes) for sizes in [(3, 3, 3), (4, 2, 2), (3, 2, 3), (2, 2, 4)]]
    compare(student.dense, layer, cases, "dense(X, W, b)", unless=DENSE_WRONG)


@check("dense", points=1)
def check_dense_of_one(student, rng):
    """One sample, one input or one neuron still gives an array of shape (N, M)."""
    cases = [dense_case(rng, *sizes) for sizes in [(1, 3, 2), (4, 1, 3), (4, 3, 1), (1, 1, 1)]]
    compare(student.dense, layer, cases, "dense(X, W, b)", unless=DENSE_WRONG)


@check("dense", points=1)
def check_dense_of_whole_numbers(student, rng):
    """Whole numbers in one array do not cut the others, and large numbers stay exact."""
    X, W, b = ints(rng, -3, 4, (4, 3), dtype=int), ints(rng, -2, 3, (3, 2), dtype=int), np.array([1, -2])
    cases = [
        (X, W / 4, b / 8),
        (X, W, np.array([0.5, -0.25])),
        (X / 2, W, b),
        (X, W, b),
        (100 * normal(rng, 3, 4), 100 * normal(rng, 4, 2), 100 * normal(rng, 2)),
    ]

    def with_floats(X, W, b):
        return X.astype(float), W.astype(float), b.astype(float)

    compare(
        beyond(student.dense, layer, with_floats, "dense-add-in-place"),
        layer,
        cases,
        "dense(X, W, b)",
        unless=DENSE_WRONG,
    )


# linear_accuracy


def line(w, b, X):
    return np.einsum("nd,d->n", np.asarray(X, dtype=float), np.asarray(w, dtype=float)) + float(b)


def share_right(w, b, X, y):
    answers = [1.0 if z > 0 else 0.0 for z in line(w, b, X)]
    right = [answer == target for answer, target in zip(answers, np.ravel(y), strict=True)]
    return sum(right) / len(right)


ACCURACY_WRONG = {
    "acc-bcast": lambda w, b, X, y: float(np.mean(fires(line(w, b, X)) == y)),
    "acc-ge": lambda w, b, X, y: float(np.mean((line(w, b, X) >= 0) == np.ravel(y))),
    "acc-nobias": lambda w, b, X, y: share_right(w, 0, X, y),
    "acc-bias-minus": lambda w, b, X, y: share_right(w, -b, X, y),
    "acc-count": lambda w, b, X, y: share_right(w, b, X, y) * len(X),
    "acc-percent": lambda w, b, X, y: share_right(w, b, X, y) * 100,
    "acc-errors": lambda w, b, X, y: 1 - share_right(w, b, X, y),
    "acc-raw": lambda w, b, X, y: float(np.mean(line(w, b, X) == np.ravel(y))),
    "acc-at-half": lambda w, b, X, y: share_right(w, b - 0.5, X, y),
    "acc-all": lambda w, b, X, y: float(share_right(w, b, X, y) == 1),
    "acc-four": lambda w, b, X, y: share_right(w, b, X, y) * len(X) / 4,
    "acc-positives": lambda w, b, X, y: float(np.mean(fires(line(w, b, X)))),
    "acc-one-class": lambda w, b, X, y: 1.0 if len(np.unique(y)) == 1 < len(X) else share_right(w, b, X, y),
    "acc-distinct": lambda w, b, X, y: share_right(w, b, *distinct(X, y)),
    "acc-whole-weights": lambda w, b, X, y: share_right(np.trunc(w) if whole(X) else w, b, X, y),
    "acc-narrow": lambda w, b, X, y: ((share_right(w, b, X, y) * len(X) + 128) % 256 - 128) / len(X),
}


def distinct(X, y):
    """Return the rows and targets without repetitions."""
    both = np.unique(np.hstack([X, column(y)]), axis=0)
    return both[:, :-1], both[:, -1]


def random_line(rng, N, D):
    """Return w, b, X, y without ties: right on some rows, wrong on at least one, with a bias that decides some rows.

    The bias is positive for an odd N: of two cases each has a sign of its own.
    """
    w, X = eighths(rng, D), eighths(rng, N, D)
    w[0] = 1.0
    b = 0.8125 if N % 2 else -0.8125
    y = (line(w, b, X) > 0).astype(float)
    for row, z in enumerate([b / 2, 0.25, 0.75]):
        X[row, 0] -= line(w, b, X)[row] - z
    y[:3] = line(w, b, X)[:3] > 0
    flip = 2 + rng.permutation(N - 2)[: max(1, N // 4)]
    y[flip] = 1 - y[flip]
    return w, b, X, y


@check("linear_accuracy", points=3)
def check_linear_accuracy(student, rng):
    """linear_accuracy is the share of rows that the line gets right."""
    cases = [random_line(rng, N, D) for N, D in [(8, 2), (7, 3), (5, 4), (9, 2)]]
    cases += [(np.array([1.0, 1.0]), -0.5, XOR_ROWS.astype(float), targets) for targets in (XOR_TARGETS, OR_TARGETS)]
    w = np.array([1.0, -2.0, 0.5, -0.25])
    cases += [(w, 0.25, np.diag(-1 / w), np.zeros(4))]  # each column decides a row of its own
    cases += [(np.array([1.0, 1.0]), -0.5, XOR_ROWS[[1, 1, 1, 0, 2]], np.array([1.0, 1.0, 1.0, 0.0, 0.0]))]
    cases += [random_line(rng, 400, 2)]  # more right rows than a byte can count
    compare(student.linear_accuracy, share_right, cases, "linear_accuracy(w, b, X, y)", unless=ACCURACY_WRONG)


@check("linear_accuracy", points=2)
def check_linear_accuracy_of_a_column(student, rng):
    """The targets may come as a column (N, 1): the result is the same."""
    cases = []
    for N, D in [(6, 2), (5, 3)]:
        w, b, X, y = random_line(rng, N, D)
        cases += [(w, b, X, y), (w, b, X, column(y))]
    cases += [(np.array([1.0, 1.0]), -0.5, XOR_ROWS.astype(float), column(OR_TARGETS))]
    compare(student.linear_accuracy, share_right, cases, "linear_accuracy(w, b, X, y)", unless=ACCURACY_WRONG)


@check("linear_accuracy", points=2, no_warnings=True)
def check_linear_accuracy_on_the_line(student, rng):
    """A row exactly on the line counts as 0; one row, one input and whole numbers work too."""
    cases = [
        (np.array([1.0, 1.0]), -1.0, XOR_ROWS.astype(float), XOR_TARGETS),
        (np.array([1, 1]), -1, XOR_ROWS, np.array([0, 1, 1, 1])),
        (np.array([1, -1]), 0, XOR_ROWS, np.array([[0], [0], [1], [0]])),
        (np.array([0.75, -0.5]), 0.125, XOR_ROWS, np.array([1, 1, 0, 1])),
        (np.array([1.0, -0.5]), 0.0, np.array([[0.25, 0.0], [0.0, 0.25], [-1.0, 1.0]]), np.array([1.0, 0.0, 0.0])),
        (np.array([1.0, 1.0]), -0.5, XOR_ROWS, np.ones(4)),
        (np.array([2.0]), -1.0, np.array([[0.5], [0.25], [0.875], [0.5]]), np.array([0.0, 0.0, 0.0, 1.0])),
        (np.array([1.0, -1.0]), 2.0, rng.permutation(FAR)[:12].reshape(6, 2), np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])),
        (np.array([0.5, 1.5]), 0.25, np.array([[1.0, -0.25]]), np.array([1.0])),
        (np.array([0.5, 1.5]), 0.25, np.array([[1.0, -0.25]]), np.array([[0.0]])),
        (
            np.array([1.0, -2.0]),
            100.0,
            np.array([[-100.0, 0.0], [100.0, 100.0], [3.0, 1.0]]),
            np.array([0.0, 1.0, 1.0]),
        ),
    ]
    compare(student.linear_accuracy, share_right, cases, "linear_accuracy(w, b, X, y)", unless=ACCURACY_WRONG)


# squared_error


def mean_square(p, y):
    terms = [(float(a) - float(t)) ** 2 for a, t in zip(np.ravel(p), np.ravel(y), strict=True)]
    return sum(terms) / len(terms)


SQUARED_ERROR_WRONG = {
    "mse-bcast": lambda p, y: float(np.mean((p - y) ** 2)),
    "mse-absval": lambda p, y: float(np.mean(np.ravel(p) - np.ravel(y)) ** 2),
    "mse-sum": lambda p, y: mean_square(p, y) * len(p),
    "mse-half": lambda p, y: mean_square(p, y) / 2,
    "mse-root": lambda p, y: mean_square(p, y) ** 0.5,
    "mse-abs": lambda p, y: float(np.mean(np.abs(np.ravel(p) - np.ravel(y)))),
    "mse-terms": lambda p, y: (np.asarray(p, dtype=float) - column(y)) ** 2,
    "mse-four": lambda p, y: mean_square(p, y) * len(p) / 4,
    "mse-twice": lambda p, y: mean_square(p, y) / len(p),
    "mse-distinct": lambda p, y: mean_square(*np.array(list({*zip(np.ravel(p), np.ravel(y), strict=True)})).T),
}


def error_case(rng, N):
    return rng.uniform(0, 1, (N, 1)), rng.permutation(np.resize([1.0, 0.0, 1.0], N))


@check("squared_error", points=3)
def check_squared_error(student, rng):
    """squared_error is the mean of the squared differences."""
    cases = [(p, column(y)) for p, y in (error_case(rng, N) for N in (3, 4, 7))]
    cases += [(normal(rng, 5, 1) * 2, normal(rng, 5, 1))]
    compare(student.squared_error, mean_square, cases, "squared_error(p, y)", unless=SQUARED_ERROR_WRONG)


@check("squared_error", points=2)
def check_squared_error_of_flat_targets(student, rng):
    """Targets of shape (N,) give the same as a column."""
    cases = [error_case(rng, N) for N in (3, 4, 6)] + [(normal(rng, 5, 1), normal(rng, 5))]
    compare(student.squared_error, mean_square, cases, "squared_error(p, y)", unless=SQUARED_ERROR_WRONG)


@check("squared_error", points=2)
def check_squared_error_of_other_inputs(student, rng):
    """One sample, whole numbers and large numbers work too."""
    cases = [
        (np.array([[0.25]]), np.array([1.0])),
        (np.array([[0.75]]), np.array([[0.0]])),
        (np.array([[3], [0], [-2], [5]]), np.array([1, 0, 1, 1])),
        (np.array([[0.5], [0.25], [0.75]]), np.array([[1], [0], [0]])),
        (normal(rng, 4, 1) * 100, normal(rng, 4) * 100),
        (np.array([[1000.1], [-300.3]]), np.array([0.0, 1.0])),
        (np.array([[0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 1.0])),
        (np.array([[0.25], [0.25], [0.5]]), np.array([1.0, 1.0, 0.0])),
        (np.array([[0.9995], [0.0008], [0.0]]), np.array([1.0, 0.0, 0.0])),
    ]
    compare(student.squared_error, mean_square, cases, "squared_error(p, y)", unless=SQUARED_ERROR_WRONG)


# predict


def classes(p, threshold=0.5):
    return np.array([1 if value >= threshold else 0 for value in np.ravel(p)], dtype=np.int64)


PREDICT_WRONG = {
    "pred-gt": lambda p, threshold=0.5: (np.ravel(p) > threshold).astype(int),
    "pred-column": lambda p, threshold=0.5: classes(p, threshold).reshape(-1, 1),
    "pred-fixed": lambda p, threshold=0.5: classes(p),
    "pred-below": lambda p, threshold=0.5: 1 - classes(p, threshold),
    "pred-round": lambda p, threshold=0.5: np.round(np.ravel(p)).astype(int),
    "pred-zero-threshold": lambda p, threshold=0.5: classes(p, threshold or 0.5),
    "pred-squeeze": lambda p, threshold=0.5: np.squeeze(classes(p, threshold)),
    "pred-argmax": lambda p, threshold=0.5: np.argmax(p, axis=1),
    "pred-signs": lambda p, threshold=0.5: 2 * classes(p, threshold) - 1,
}


def classes_from(predict):
    """Return predict as a function that must give an array of ints."""

    def call(*args, **kwargs):
        got = predict(*args, **kwargs)
        expect_true(
            not isinstance(got, (list, tuple)),
            f"predict gives a {type(got).__name__}, expected an array.",
            code="WRONG_TYPE",
            misconception="pred-list",
        )
        if isinstance(got, np.ndarray) and got.dtype.kind in "bf":
            what = "bools" if got.dtype.kind == "b" else "floats"
            fail(f"predict gives {what}, expected ints.", code="WRONG_TYPE", misconception=f"pred-{what[:-1]}")
        return got

    return call


def outputs(rng, N):
    """Return N outputs between 0 and 1, some on each side of ½ and of ¼."""
    return rng.permutation(np.resize([0.12, 0.87, 0.34, 0.61, 0.05], N) + rng.uniform(-0.04, 0.04, N)).reshape(N, 1)


@check("predict", points=2)
def check_predict(student, rng):
    """predict gives class 1 from ½ upwards and class 0 below, as ints of shape (N,)."""
    cases = [(outputs(rng, N),) for N in (4, 5, 9, 300)]
    compare(classes_from(student.predict), classes, cases, "predict(p)", kind="ints", unless=PREDICT_WRONG)


@check("predict", points=2)
def check_predict_at_the_threshold(student, rng):
    """An output equal to the threshold is class 1, one just below it is not."""
    below = np.nextafter(0.5, 0)
    cases = [
        (rng.permutation(np.array([[0.5], [0.25], [0.75], [0.5]])),),
        (np.array([[below], [0.5], [np.nextafter(0.5, 1)], [0.4999]]),),
        (np.array([[1], [0], [0], [1]]),),
        (np.array([[0.3], [0.29], [0.31], [0.7]]), 0.3),
        (np.array([[0.5], [0.6]]), 0.6),
    ]
    compare(classes_from(student.predict), classes, cases, "predict(p, threshold)", kind="ints", unless=PREDICT_WRONG)


@check("predict", points=1)
def check_predict_with_a_threshold(student, rng):
    """The threshold given is the one that counts, 0 and 1 included."""

    predict = classes_from(student.predict)

    def either_way(p, threshold):
        return predict(p, threshold=threshold) if threshold == 0.8 else predict(p, threshold)

    p = outputs(rng, 6)
    cases = [(p, 0.25), (p, 0.8), (np.array([[0.0], [0.2], [0.9]]), 0.0), (np.array([[1.0], [0.99], [0.0]]), 1)]
    cases += [(np.array([[-2.0], [0.5], [3.0], [1.5]]), 1.5), (np.array([[-2.0], [-0.5], [3.0]]), -0.5)]
    compare(either_way, classes, cases, "predict(p, threshold)", kind="ints", unless=PREDICT_WRONG)


@check("predict", points=1)
def check_predict_of_one_sample(student, rng):
    """One output gives one class, in an array of shape (1,)."""
    cases = [(np.array([[0.9]]),), (np.array([[0.1]]),), (np.array([[0.5]]), 0.75)]
    compare(classes_from(student.predict), classes, cases, "predict(p)", kind="ints", unless=PREDICT_WRONG)


# xor_weights


def four_arrays(pairs, name, in_a_row=None):
    """Return W1, b1, W2, b2 (or their gradients) out of a list of two pairs; else the check fails with what it is.

    ``in_a_row`` is the misconception that four arrays without pairs show.
    """
    is_row = isinstance(pairs, (list, tuple)) and [getattr(item, "ndim", 0) for item in pairs] == [2, 1, 2, 1]
    expect_true(
        isinstance(pairs, (list, tuple)) and len(pairs) == 2,
        f"{name} should be a list of two pairs, one for each layer, first layer first.",
        code="WRONG_TYPE",
        misconception=in_a_row if is_row else None,
    )
    for pair, number in zip(pairs, (1, 2), strict=True):
        expect_true(
            isinstance(pair, (list, tuple)) and len(pair) == 2,
            f"Layer {number} of {name} should be a pair: weights first, then biases.",
            code="WRONG_TYPE",
        )
    return (*pairs[0], *pairs[1])


def expect_network(params, H, name):
    """Return the pairs of a 2-H-1 network as floats once they are arrays of the right shapes; else the check fails."""
    shapes = ((2, H), (H,), (H, 1), (1,))
    arrays = four_arrays(params, name, "xor-four-arrays")
    for array, shape, letter in zip(arrays, shapes, ("W1", "b1", "W2", "b2"), strict=True):
        fits = isinstance(array, np.ndarray) and array.shape == shape and array.dtype.kind in "fiu"
        is_flat = isinstance(array, np.ndarray) and letter == "W2" and array.shape == (H,)
        expect_close(
            array, array.astype(float) if fits else np.zeros(shape), f"{letter} of {name}",
            unless={
                **({"xor-lists": array} if isinstance(array, list) else {}),
                **({"xor-flat-output": array} if is_flat else {}),
            },
        )  # fmt: skip
    W1, b1, W2, b2 = (array.astype(float) for array in arrays)
    return [(W1, b1), (W2, b2)]


def answers_with(params, activation):
    """Return the four answers of a 2-2-1 network on the rows of XOR."""
    values = XOR_ROWS
    for W, b in params:
        values = activation(layer(values, W, b))
    return values[:, 0]


def name_of_weights(params):
    """Return the misconception that the answers of a network with wrong weights show, or None."""
    answers = answers_with(params, fires).tolist()
    known = {
        (0, 1, 1, 1): "xor-only-or",
        (0, 0, 0, 1): "xor-only-and",
        (1, 0, 0, 1): "xor-reversed",
        (1, 1, 1, 0): "xor-only-nand",
    }
    xor = XOR_TARGETS.tolist()
    if answers_with(params, lambda z: np.heaviside(z, 1.0)).tolist() == xor:
        return "xor-tie"
    if ((answers_with(params, logistic) >= 0.5) == XOR_TARGETS).all():
        return "xor-sigmoid"
    if answers_with([(params[0][0].T, params[0][1]), params[1]], fires).tolist() == xor:
        return "xor-wt"
    if answers_with([(W, -b) for W, b in params], fires).tolist() == xor:
        return "xor-thresholds"
    return known.get(tuple(answers))


@check("xor_weights", points=2)
def check_xor_weights_have_the_shapes_of_a_2_2_1_network(student, rng):
    """The weights are those of a 2-2-1 network: W (2, 2), b (2,) and W (2, 1), b (1,)."""
    expect_network(student.xor_weights(), 2, "xor_weights()")


@check("xor_weights", points=4, after=("check_xor_weights_have_the_shapes_of_a_2_2_1_network",))
def check_xor_weights_compute_xor(student, rng):
    """With step after both layers the network says 0, 1, 1, 0."""
    params = expect_network(student.xor_weights(), 2, "xor_weights()")
    wrong = [
        tuple(row) for row, got, want in zip(XOR_ROWS.tolist(), answers_with(params, fires), XOR_TARGETS) if got != want
    ]
    if wrong:
        rows = ", ".join(map(str, wrong))
        fail(f"With step after both layers, the output is not XOR for {rows}.", misconception=name_of_weights(params))


# xor_forward


def forward(X, params):
    """Return the activations of both layers."""
    (W1, b1), (W2, b2) = params
    A = logistic(layer(X, W1, b1))
    return A, logistic(layer(A, W2, b2))


def output(X, params):
    return forward(X, params)[1]


def without_biases(X, params):
    return output(X, [(W, 0 * b) for W, b in params])


def layers_with(first, second):
    def run(X, params):
        (W1, b1), (W2, b2) = params
        return second(layer(first(layer(X, W1, b1)), W2, b2))

    return run


def identity(z):
    return z


def transposed_hidden(X, params):
    (W1, b1), last = params
    return output(X, [(W1.T, b1), last])


FORWARD_WRONG = {
    "fwd-linear-output": layers_with(logistic, identity),
    "fwd-linear-hidden": layers_with(identity, logistic),
    "fwd-step": layers_with(fires, fires),
    "fwd-step-output": layers_with(logistic, fires),
    "fwd-tanh-hidden": layers_with(np.tanh, logistic),
    "fwd-relu-hidden": layers_with(lambda z: np.maximum(z, 0), logistic),
    "fwd-flat": lambda X, params: output(X, params)[:, 0],
    "fwd-nobias": without_biases,
    "fwd-no-hidden-bias": lambda X, params: output(X, [(params[0][0], 0 * params[0][1]), params[1]]),
    "fwd-no-output-bias": lambda X, params: output(X, [params[0], (params[1][0], 0 * params[1][1])]),
    "fwd-wt": transposed_hidden,
    "fwd-intbuf": lambda X, params: (
        output(0 * X, [(params[0][0], params[0][1] - 1e9), params[1]]) if whole(X) else output(X, params)
    ),
    "fwd-hidden": lambda X, params: forward(X, params)[0],
    "fwd-distinct": lambda X, params: output(np.array(list(dict.fromkeys(map(tuple, X.tolist())))), params),
    "fwd-twice": lambda X, params: logistic(output(X, params)),
}


def network(rng, H, *, spread=1.0):
    """Return params of a 2-H-1 network whose outputs are not all near 0 or 1."""
    return [(normal(rng, 2, H) * spread, normal(rng, H)), (normal(rng, H, 1) / np.sqrt(H), normal(rng, 1) / 2)]


SOLVED_BY_SIGMOID_ONLY = [
    (np.array([[4.0, 1.0], [4.0, 1.0]]), np.array([0.1, 0.1])),
    (np.array([[10.0], [-15.0]]), np.array([2.0])),
]


def two_neurons(X, params):
    """Return the arguments with a network of two hidden neurons, where there are more or fewer."""
    (W1, b1), (W2, b2) = params
    kept = np.resize(np.arange(len(b1)), 2)
    return (X, [(W1[:, kept], b1[kept]), (W2[kept], b2)]) if len(b1) != 2 else None


@check("xor_forward", points=3)
def check_xor_forward(student, rng):
    """xor_forward sends the rows through both layers, with sigmoid after each."""
    cases = [(normal(rng, N, 2), network(rng, H)) for N, H in [(4, 2), (5, 3), (3, 4), (2, 2)]]
    cases += [(XOR_ROWS.astype(float), SOLVED_BY_SIGMOID_ONLY)]
    compare(
        beyond(student.xor_forward, output, two_neurons, "fwd-two-wide"),
        output,
        cases,
        "xor_forward(X, params)",
        unless=FORWARD_WRONG,
    )


@check("xor_forward", points=2)
def check_xor_forward_of_any_width(student, rng):
    """One sample and any number of hidden neurons will do, one included."""
    cases = [(normal(rng, N, 2), network(rng, H)) for N, H in [(1, 2), (4, 1), (1, 1), (50, 12), (3, 3), (1, 3)]]
    cases += [(XOR_ROWS[[1, 1, 2, 0]].astype(float), network(rng, 2))]

    compare(
        beyond(student.xor_forward, output, two_neurons, "fwd-two-wide"),
        output,
        cases,
        "xor_forward(X, params)",
        unless=FORWARD_WRONG,
    )


WHOLE_NETWORK = [
    (np.array([[1, -1, 2], [0, 1, -1]]), np.array([0, 1, -1])),
    (np.array([[1], [-1], [2]]), np.array([-1])),
]


@check("xor_forward", points=1)
def check_xor_forward_of_whole_numbers(student, rng):
    """Whole numbers and large ones give the right outputs."""
    cases = [
        (XOR_ROWS, network(rng, 2)),
        (ints(rng, -3, 4, (6, 2), dtype=int), network(rng, 3)),
        (XOR_ROWS, WHOLE_NETWORK),
        (XOR_ROWS / 2, WHOLE_NETWORK),
        (normal(rng, 5, 2) * 100, network(rng, 3, spread=0.01)),
        (normal(rng, 5, 2), [(normal(rng, 2, 2) * 100, normal(rng, 2)), (normal(rng, 2, 1), normal(rng, 1))]),
        (normal(rng, 4, 2), [network(rng, 3)[0], (rng.uniform(-0.3, 0.3, (3, 1)), np.array([-17.0]))]),
    ]
    compare(student.xor_forward, output, cases, "xor_forward(X, params)", unless=FORWARD_WRONG)


def far_rows(rng):
    return rng.permutation(np.array([[1e4, 0.5], [-1e4, 1.0], [1e4, 1e4], [-1e4, -1e4], [0.0, -900.0], [0.0, 1.0]]))


@check("xor_forward", points=1, no_warnings=True, blames={"WARNED": "fwd-overflow"})
def check_xor_forward_without_warnings(student, rng):
    """Inputs up to 1e4 in size give no warning."""
    cases = [
        (
            far_rows(rng),
            [
                (np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([0.5, -0.5])),
                (np.array([[1.0], [-1.5]]), np.array([0.25])),
            ],
        )
    ]
    cases += [(far_rows(rng), network(rng, 3))]
    compare(student.xor_forward, output, cases, "xor_forward(X, params)")


# xor_gradients


def gradients(X, y, params):
    """Return the gradients of the mean squared error, written with tanh: σ = (1 + t)/2 and σ' = (1 - t²)/4."""
    (W1, b1), (W2, b2) = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params]
    X, y = np.asarray(X, dtype=float), np.ravel(y)
    t1 = np.tanh(layer(X, W1, b1) / 2)
    t2 = np.tanh(layer((1 + t1) / 2, W2, b2) / 2)[:, 0]
    out = ((1 + t2) / 2 - y) * (1 - t2**2) / (2 * len(y))
    hidden = np.einsum("n,h,nh->nh", out, W2[:, 0], (1 - t1**2) / 4)
    return [
        (np.einsum("nd,nh->dh", X, hidden), np.einsum("nh->h", hidden)),
        (np.einsum("nh,n->h", (1 + t1) / 2, out)[:, None], np.array([np.sum(out)])),
    ]


def slope(a):
    return a * (1 - a)


def backprop(X, y, params, *, factor=None, targets=column, out=slope, hid=slope, back=None, bias=None, share=1.0):
    """Return gradients by the lesson's steps, any of which a misconception may replace."""
    (W1, b1), (W2, b2) = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params]
    A = logistic(layer(X, W1, b1))
    p = logistic(layer(A, W2, b2))
    bias = bias or (lambda delta: delta.sum(axis=0))
    back = back or (lambda delta, W: delta @ W.T)
    delta2 = (2 / len(X) if factor is None else factor) * (p - targets(y)) * out(p)
    delta1 = back(delta2, W2) * hid(A)
    return [(share * (X.T @ delta1), share * bias(delta1)), (share * (A.T @ delta2), share * bias(delta2))]


def variation(**changes):
    return lambda X, y, params: backprop(X, y, params, **changes)


def per_row(change):
    """Return a variation that depends on the number of rows."""
    return lambda X, y, params: backprop(X, y, params, **change(len(X)))


def slope_of_sums(X, y, params):
    """The slopes taken as z(1 - z), with the weighted sums in the place of the activations."""
    (W1, b1), (W2, b2) = params
    Z1 = layer(X, W1, b1)
    Z2 = layer(logistic(Z1), W2, b2)
    return backprop(X, y, params, out=lambda p: slope(Z2), hid=lambda A: slope(Z1))


def swapped_pairs(X, y, params):
    return [(db, dW) for dW, db in gradients(X, y, params)]


def transposed_weights(X, y, params):
    return [(dW.T, db) for dW, db in gradients(X, y, params)]


def one_number_biases(X, y, params):
    return [(dW, float(np.sum(db))) for dW, db in gradients(X, y, params)]


def row_biases(X, y, params):
    return [(dW, db[None, :]) for dW, db in gradients(X, y, params)]


GRADIENTS_WRONG = {
    "dmse-sign": per_row(lambda N: {"factor": -2 / N}),
    "dmse-no-two": per_row(lambda N: {"factor": 1 / N}),
    "dmse-sum": variation(factor=2.0),
    "dmse-half-sum": variation(factor=1.0),
    "bp-four": variation(factor=0.5),
    "bp-cross-entropy": per_row(lambda N: {"factor": 1 / N, "out": np.ones_like}),
    "bp-no-output-slope": variation(out=np.ones_like),
    "bp-no-hidden-slope": variation(hid=np.ones_like),
    "dsig-twice": variation(out=lambda p: slope(logistic(p)), hid=lambda A: slope(logistic(A))),
    "dsig-plus": variation(out=lambda p: p * (1 + p), hid=lambda A: A * (1 + A)),
    "dsig-of-z": slope_of_sums,
    "bp-no-w2": variation(back=lambda delta, W: delta),
    "daff-db1": variation(bias=lambda delta: delta.sum(axis=1)),
    "daff-dball": one_number_biases,
    "daff-dbmean": variation(bias=lambda delta: delta.mean(axis=0)),
    "daff-dbrow": row_biases,
    "daff-db-rows": variation(bias=lambda delta: delta),
    "daff-avg2": per_row(lambda N: {"share": 1 / N}),
    "daff-dwt": transposed_weights,
    "daff-dbdot": lambda X, y, params: [(dW, dW) for dW, db in gradients(X, y, params)],
    "grads-swapped": swapped_pairs,
    "grads-reversed": lambda X, y, params: gradients(X, y, params)[::-1],
    "bp-one-class": lambda X, y, params: (
        [(0 * dW, 0 * db) for dW, db in gradients(X, y, params)]
        if len(np.unique(y)) == 1 < len(y)
        else gradients(X, y, params)
    ),
    "bp-distinct": lambda X, y, params: gradients(*distinct(X, y), params),
}


def flat(function):
    """Return a function with the same arguments that gives (W1, b1, W2, b2) for a list of pairs."""
    return lambda *case: tuple(item for pair in function(*case) for item in pair)


def with_a_column(X, y, params):
    """Return the arguments with the targets as a column, where they are flat."""
    return (X, column(y), params) if np.ndim(y) == 1 else None


def with_one_neuron(X, y, params):
    """Return the arguments with the first of several hidden neurons alone."""
    (W1, b1), (W2, b2) = params
    return (X, y, [(W1[:, :1], b1[:1]), (W2[:1], b2)]) if len(b1) > 1 else None


def compare_gradients(student, cases, layers=(1, 2), unless=GRADIENTS_WRONG):
    """Compare the gradients of the layers named, whatever those of the other layer are."""
    part = slice(2 * layers[0] - 2, 2 * layers[-1])

    def of_layers(function):
        return lambda X, y, params: function(X, y, params)[part]

    right = of_layers(flat(gradients))
    found = of_layers(lambda X, y, params: four_arrays(student.xor_gradients(X, y, params), "the result"))
    found = beyond(found, right, with_a_column, "bp-flat-targets")
    compare(
        beyond(found, right, with_one_neuron, "daff-dx"),
        right,
        cases,
        ["dW1", "db1", "dW2", "db2"][part],
        tol=1e-6,
        scale=size_of_inputs,
        unless={name: of_layers(flat(wrong)) for name, wrong in unless.items()},
    )


def size_of_inputs(X, y, params):
    return max(1.0, float(np.max(np.abs(X))))


def gradient_case(rng, N, H):
    """Return rows, targets (N, 1) with both classes (but for N = 1), and a network far from saturation."""
    return normal(rng, N, 2), column(rng.permutation(np.resize([1.0, 0.0, 1.0], N))), network(rng, H)


def saturated_case(rng):
    """Return rows whose outputs are all below 1e-3, rightly or wrongly: the slope there is small, but not 0."""
    hidden, (W2, _) = network(rng, 3)
    return normal(rng, 5, 2), column([1.0, 0.0, 1.0, 0.0, 1.0]), [hidden, (np.tanh(W2) / 3, np.array([-9.0]))]


def one_class_case(rng):
    """Return rows of one class whose outputs are nearly right: the gradient is small, but not 0."""
    hidden = network(rng, 3)[0]
    return normal(rng, 4, 2), column(np.zeros(4)), [hidden, (rng.uniform(-0.3, 0.3, (3, 1)), np.array([-5.0]))]


def repeated_case(rng):
    """Return rows of which three are the same sample."""
    return XOR_ROWS[[0, 1, 1, 3, 1]].astype(float), column([0.0, 1.0, 1.0, 0.0, 1.0]), network(rng, 3)


def saturated_neurons_case(rng):
    """Return rows for which every hidden neuron is near 0 or 1: its slope is small, but not 0."""
    hidden = (normal(rng, 2, 3) / 4, np.array([-8.0, 8.0, -9.0]))
    last = (np.array([[1.5], [-2.0], [2.5]]), np.array([0.5]))
    return normal(rng, 4, 2), column([1.0, 1.0, 0.0, 1.0]), [hidden, last]


def steep_case(rng):
    """Return rows whose gradients add up to more than 10: large inputs, small hidden weights and large output weights."""
    X = rng.uniform(60, 140, (3, 2)) * np.array([[1, -1], [-1, 1], [1, -1]])
    hidden = (rng.uniform(-1e-3, 1e-3, (2, 3)), np.zeros(3))
    return X, column([0.0, 1.0, 0.0]), [hidden, (np.array([[4.0], [-4.0], [4.0]]), np.array([-2.0]))]


@check("xor_gradients", points=3)
def check_gradients_of_the_output_layer(student, rng):
    """The gradients of the second layer (W2 and b2) are right."""
    compare_gradients(student, [gradient_case(rng, N, H) for N, H in [(4, 2), (5, 3), (3, 4)]], layers=(2,))


@check("xor_gradients", points=4)
def check_gradients_of_the_hidden_layer(student, rng):
    """The gradients of the first layer (W1 and b1) are right."""
    compare_gradients(student, [gradient_case(rng, N, H) for N, H in [(4, 2), (5, 3), (3, 4)]], layers=(1,))


@check("xor_gradients", points=2)
def check_gradients_with_flat_targets(student, rng):
    """Targets of shape (N,) give the same gradients as a column."""
    cases = [(X, y[:, 0], params) for X, y, params in (gradient_case(rng, N, H) for N, H in [(4, 2), (3, 3), (6, 2)])]
    compare_gradients(student, cases)


@check("xor_gradients", points=2)
def check_gradients_of_other_inputs(student, rng):
    """One sample, one hidden neuron, equal sizes, whole and large numbers work too."""
    cases = [gradient_case(rng, N, H) for N, H in [(1, 3), (4, 1), (1, 1), (2, 2), (3, 3)]]
    cases += [
        (XOR_ROWS, np.array([0, 1, 1, 0]), WHOLE_NETWORK),
        (XOR_ROWS, column(XOR_TARGETS), network(rng, 2)),
        (normal(rng, 5, 2) * 100, np.array([1.0, 0.0, 0.0, 1.0, 1.0]), network(rng, 3, spread=0.01)),
        saturated_case(rng),
        saturated_neurons_case(rng),
        steep_case(rng),
        one_class_case(rng),
        (normal(rng, 3, 2), np.ones(3), network(rng, 2)),
        repeated_case(rng),
        gradient_case(rng, 50, 9),
    ]
    compare_gradients(student, cases)


@check("xor_gradients", points=1, no_warnings=True, blames={"WARNED": "bp-overflow"})
def check_gradients_without_warnings(student, rng):
    """Inputs up to 1e4 in size give no warning."""
    cases = [(far_rows(rng), column(rng.permutation(np.resize([0.0, 1.0], 6))), network(rng, H)) for H in (2, 3)]
    compare_gradients(student, cases, unless={})


# train_xor


def descend(X, y, params, lr, epochs, *, grads=gradients, losses="before"):
    """Return (params, losses) of plain gradient descent; ``losses`` are those before or after each step."""
    params = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in params]
    history = [mean_square(output(X, params), y)]
    for _ in range(epochs):
        params = moved(params, grads(X, y, params), lr)
        history.append(mean_square(output(X, params), y))
    return params, history[:-1] if losses == "before" else history[1:]


def moved(params, grads, lr):
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


def second_layer_first(X, y, params, lr, epochs):
    """Move W2 and b2 before the gradients of the first layer are taken through W2."""
    for _ in range(epochs):
        _, second = gradients(X, y, params)
        last = moved(params[1:], [second], lr)
        (W1, b1), (W2, b2) = params
        A = logistic(layer(X, W1, b1))
        p = logistic(layer(A, W2, b2))
        delta2 = 2 / len(X) * (p - column(y)) * slope(p)
        delta1 = delta2 @ last[0][0].T * slope(A)
        params = [*moved(params[:1], [(X.T @ delta1, delta1.sum(axis=0))], lr), *last]
    return params


def layer_by_layer(X, y, params, lr, epochs):
    """Move the second layer, then run forward again for the gradients of the first."""
    for _ in range(epochs):
        params = [params[0], *moved(params[1:], gradients(X, y, params)[1:], lr)]
        params = [*moved(params[:1], gradients(X, y, params)[:1], lr), params[1]]
    return params


def row_by_row(X, y, params, lr, epochs):
    for _ in range(epochs):
        for i in range(len(X)):
            params = moved(params, gradients(X[i : i + 1], np.ravel(y)[i : i + 1], params), lr)
    return params


def same_gradients(X, y, params, lr, epochs):
    return moved(params, gradients(X, y, params), lr * epochs)


def frozen(which):
    """Return gradients with zeros in the places (layer, item) given."""

    def grads(X, y, params):
        got = gradients(X, y, params)
        return [tuple(0 * g if (n, k) in which else g for k, g in enumerate(pair)) for n, pair in enumerate(got)]

    return grads


def with_momentum(X, y, params, lr, epochs):
    """Descend with nine tenths of each step kept for the next."""
    speed = [(0.0, 0.0), (0.0, 0.0)]
    for _ in range(epochs):
        pairs = zip(speed, gradients(X, y, params), strict=True)
        speed = [(0.9 * v - lr * dW, 0.9 * u - lr * db) for (v, u), (dW, db) in pairs]
        params = moved(params, speed, -1.0)
    return params


def in_the_arrays_given(X, y, params, lr, epochs):
    """Descend and store every step in arrays of the dtype that the first parameters have."""
    dtypes = [tuple(np.asarray(item).dtype for item in pair) for pair in params]
    for _ in range(epochs):
        now = zip(moved(params, gradients(X, y, params), lr), dtypes, strict=True)
        params = [tuple(item.astype(dtype) for item, dtype in zip(*both, strict=True)) for both in now]
    return params


def scaled(factor):
    return lambda X, y, params: [(factor(X) * dW, factor(X) * db) for dW, db in gradients(X, y, params)]


def descend_with(grads):
    return lambda X, y, params, lr, epochs: descend(X, y, params, lr, epochs, grads=grads)[0]


TRAINED_WRONG = {
    "sgd-ascent": descend_with(scaled(lambda X: -1.0)),
    "sgd-local": lambda X, y, params, lr, epochs: params,
    "bp-updfirst": second_layer_first,
    "train-layer-by-layer": layer_by_layer,
    "train-row-by-row": row_by_row,
    "train-same-gradients": same_gradients,
    "train-lr-ignored": lambda X, y, params, lr, epochs: descend(X, y, params, 1.0, epochs)[0],
    "train-lr-fixed": lambda X, y, params, lr, epochs: descend(X, y, params, 0.1, epochs)[0],
    "train-one-short": lambda X, y, params, lr, epochs: descend(X, y, params, lr, epochs - 1)[0],
    "train-one-more": lambda X, y, params, lr, epochs: descend(X, y, params, lr, epochs + 1)[0],
    "train-one-epoch": lambda X, y, params, lr, epochs: descend(X, y, params, lr, 1)[0],
    "train-b1-frozen": descend_with(frozen({(0, 1)})),
    "train-biases-frozen": descend_with(frozen({(0, 1), (1, 1)})),
    "train-w1-frozen": descend_with(frozen({(0, 0), (0, 1)})),
    "train-divided-again": descend_with(scaled(lambda X: 1 / len(X))),
    "train-half": descend_with(scaled(lambda X: 0.5)),
    "train-sum": descend_with(scaled(len)),
    "train-momentum": with_momentum,
    "train-whole-numbers": in_the_arrays_given,
}

ALIKE_FOR_ONE_STEP = ("sgd-local", "train-one-short", "train-momentum")

LOSSES_WRONG = {
    "losses-after": lambda *case: descend(*case, losses="after")[1],
    "losses-both-ends": lambda *case: [*descend(*case)[1], descend(*case, losses="after")[1][-1]],
    "losses-last": lambda *case: descend(*case)[1][-1],
    "losses-reversed": lambda *case: descend(*case)[1][::-1],
    "losses-first": lambda *case: [descend(*case)[1][0]] * case[-1],
    "losses-sum": lambda *case: [loss * len(case[0]) for loss in descend(*case)[1]],
    "losses-half": lambda *case: [loss / 2 for loss in descend(*case)[1]],
    "losses-column": lambda *case: column(descend(*case)[1]),
    "losses-falling": lambda *case: np.minimum.accumulate(descend(*case)[1]),
    "losses-different": lambda *case: list(dict.fromkeys(descend(*case)[1])),
    "losses-rounded": lambda *case: np.round(descend(*case)[1], 6),
}


def trained(X, y, params, lr, epochs):
    return descend(X, y, params, lr, epochs)[0]


def losses_before(X, y, params, lr, epochs):
    return descend(X, y, params, lr, epochs)[1]


def compare_trained(train, cases, unless=TRAINED_WRONG):
    """Compare the parameters that ``train`` returns, whatever its losses are."""
    compare(
        lambda X, y, params, lr, epochs: four_arrays(train(X, y, params, lr, epochs).params, "params"),
        lambda X, y, params, lr, epochs: flat(trained)(X, y, params, lr, epochs),
        cases,
        ["W1", "b1", "W2", "b2"],
        tol=1e-6,
        scale=lambda X, y, params, lr, epochs: size_of_inputs(X, y, params),
        unless={name: flat(wrong) for name, wrong in unless.items()},
    )


def compare_losses(train, cases, tol=1e-6):
    """Compare the losses that ``train`` returns, whatever its parameters are."""
    compare(
        lambda *case: train(*case).losses,
        losses_before,
        cases,
        "losses",
        kind="numbers",
        tol=tol,
        unless=LOSSES_WRONG,
    )


def training_case(rng, N, H, lr, epochs):
    return (*gradient_case(rng, N, H), lr, epochs)


def hand_made(rng, size, noise):
    """Return a 2-2-1 network near the one with an OR and an AND neuron, its weights ``size`` large."""
    either_and_both = (np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([-0.5, -1.5]))
    difference = (np.array([[1.0], [-1.0]]), np.array([-0.5]))

    def near(array):
        return size * array + rng.uniform(-noise, noise, array.shape)

    return [(near(W), near(b)) for W, b in (either_and_both, difference)]


def learnt_case(rng):
    """Return steps from a network that has learnt XOR already: its loss is about 1e-5, but it still moves."""
    return XOR_ROWS.astype(float), column(XOR_TARGETS), hand_made(rng, 12.0, 0.2), 50.0, 6


def equal_neurons_case(rng):
    """Return steps from hidden weights that are all 0: the neurons stay alike, and gradient descent goes on all the same."""
    start = [(np.zeros((2, 3)), np.zeros(3)), (np.full((3, 1), 0.5), np.zeros(1))]
    return normal(rng, 4, 2), column([1.0, 0.0, 0.0, 1.0]), start, 2.0, 3


def rising_case(rng):
    """Return steps that are far too long: the loss rises, and gradient descent goes on all the same."""
    return XOR_ROWS.astype(float), column(XOR_TARGETS), hand_made(rng, 1.5, 0.3), 40.0, 6


def still_case(rng):
    """Return steps from a network whose outputs are 0: nothing moves, and every step has its loss all the same."""
    hidden, (W2, _) = network(rng, 2)
    return normal(rng, 4, 2), column([1.0, 0.0, 0.0, 1.0]), [hidden, (W2, np.array([-1000.0]))], 1.0, 4


@check("train_xor", points=4)
def check_one_step(student, rng):
    """One step moves every parameter by minus lr times its gradient."""
    cases = [training_case(rng, *sizes, 1) for sizes in [(4, 2, 0.7), (5, 3, 2.0), (3, 1, 0.3)]]
    unless = {name: wrong for name, wrong in TRAINED_WRONG.items() if name not in ALIKE_FOR_ONE_STEP}
    compare_trained(student.train_xor, cases, unless)


@check("train_xor", points=4, blames={"MUTATED_INPUT": "train-inplace"})
def check_many_steps(student, rng):
    """Several steps on all rows at once lead to the right parameters."""
    sizes = [(4, 2, 0.5, 2), (5, 3, 3.0, 6), (3, 4, 0.2, 10), (4, 3, 1.5, 20), (1, 2, 0.8, 3)]
    cases = [*(training_case(rng, *size) for size in sizes), learnt_case(rng), rising_case(rng)]
    cases += [equal_neurons_case(rng), (*steep_case(rng), 0.01, 2), training_case(rng, 50, 9, 2.0, 2)]
    cases += [(*repeated_case(rng), 1.0, 2), (*one_class_case(rng), 50.0, 2)]
    compare_trained(student.train_xor, cases)


@check("train_xor", points=4)
def check_losses(student, rng):
    """losses holds one loss for each step, taken before it."""
    sizes = [(4, 2, 2.0, 5), (5, 3, 1.0, 3), (3, 1, 4.0, 8), (4, 2, 1.0, 1)]
    cases = [*(training_case(rng, *size) for size in sizes), learnt_case(rng), still_case(rng), rising_case(rng)]
    compare_losses(student.train_xor, cases)
    # No step comes before the first loss, so nothing has added up that a looser tolerance would have to allow.
    first = [training_case(rng, *size) for size in [(5, 2, 1.0, 1), (3, 3, 0.5, 1)]]
    compare_losses(student.train_xor, first, tol=1e-8)


@check("train_xor", points=2)
def check_training_in_other_forms(student, rng):
    """Flat targets, whole numbers and arguments given by name lead to the same."""
    cases = [
        (normal(rng, 5, 2), np.array([1.0, 0.0, 0.0, 1.0, 1.0]), network(rng, 3), 0.9, 4),
        (XOR_ROWS, np.array([0, 1, 1, 0]), network(rng, 4), 1, 3),
        (XOR_ROWS, np.array([0, 1, 1, 0]), WHOLE_NETWORK, 1, 3),
        (XOR_ROWS.astype(float), column(XOR_TARGETS), network(rng, 2), 2, 3),
    ]

    def by_name(X, y, params, lr, epochs):
        return student.train_xor(X, y, params, lr=lr, epochs=epochs)

    compare_trained(by_name, cases)
    compare_losses(by_name, cases)


@check("train_xor", points=3, repeat=False)
def check_training_learns_xor(student, rng):
    """From a fair start, 300 steps with lr = 5 learn XOR."""
    start = hand_made(rng, 2.0, 0.5)
    got = student.train_xor(XOR_ROWS.astype(float), XOR_TARGETS, start, 5.0, 300)
    params = expect_network(got.params, 2, "params")
    expect_numbers(got.losses, np.zeros(300), "losses", tol=np.inf)  # any 300 numbers will do here
    p = output(XOR_ROWS, params)
    right = int(np.sum(classes(p) == XOR_TARGETS))
    expect_true(right == 4, f"After training the network answers {right} of the 4 rows of XOR rightly.")
    expect_true(mean_square(p, XOR_TARGETS) < 0.01, "After training the squared error on XOR is still above 0.01.")
    # A small step lowers the loss by lr times the squared length of the gradient, and by half a per cent more here.
    length = sum(float(np.sum(g**2)) for pair in gradients(XOR_ROWS, XOR_TARGETS, params) for g in pair)
    fall = (float(got.losses[-1]) - mean_square(p, XOR_TARGETS)) / (5.0 * length)
    expect_true(0.9 < fall < 1.1, "The last of 300 steps is not minus lr times the gradient.")


@check("train_xor", points=1, no_warnings=True, blames={"WARNED": "train-overflow"})
def check_training_without_warnings(student, rng):
    """Inputs up to 1e4 in size give no warning."""
    compare_trained(student.train_xor, [(far_rows(rng), column(np.resize([0.0, 1.0], 6)), network(rng, 2), 0.5, 2)], {})
