"""Hidden checks of chapter 3: oracles go number by number with the math module, or by einsum."""

import math
from functools import wraps

import numpy as np

from grader.checks import (
    beyond,
    check,
    compare,
    expect_accepted,
    expect_close,
    expect_raises,
    expect_true,
    fail,
    ints,
    normal,
)

# Arrays of the size the chapter promises to stand: exp of them overflows, a probability of them is 0 or 1.
FAR = np.array([-10_000.0, -1000.0, -750.0, -40.0, -1.0, 0.0, 2.0, 37.0, 720.0, 1000.0, 10_000.0])
# Where the normal distribution is nearly 0 or 1, and not yet.
TAILS = np.array([-5.4, -4.8, -4.3, -3.6, -3.1, 3.2, 3.7, 4.2, 4.7, 5.3])


def known(**formulas):
    """Return the table of known wrong formulas: ``leaky_max=f`` becomes the misconception leaky-max."""
    return {name.replace("_", "-"): formula for name, formula in formulas.items()}


def elementwise(f):
    """Return the oracle that applies f, a function of one float, entry by entry; a number gives a float."""

    @wraps(f)
    def oracle(z, *others):
        values = [f(float(t), *others) for t in np.ravel(z)]
        return values[0] if np.ndim(z) == 0 else np.array(values).reshape(np.shape(z))

    return oracle


def arrays(rng):
    """Return float arrays of many shapes: ties, zeros, whole numbers, one sign only, sizes around 100, next to 0."""
    return [
        normal(rng, 3, 5),
        np.array([[0.0, -1.0, 2.0, 0.0], [2.0, -3.0, 1.0, -1.0]]),
        normal(rng, 7),
        normal(rng, 1),
        normal(rng, 4, 4),
        normal(rng, 2, 3, 4),
        normal(rng, 2, 1, 3, 2),
        -0.1 - np.abs(normal(rng, 5)),
        0.1 + np.abs(normal(rng, 2, 3)),
        rng.uniform(-100, 100, (3, 4)),
        np.array([5e-8, -5e-8, 4e-6, -4e-6, 3e-4, -3e-4, 0.0]),
    ]


def numbers(rng):
    """Return single numbers in every form, and arrays of integers with ties and zeros."""
    return [
        np.array([-2, 0, 3, -1, 0, 1, -2, 2]),
        ints(rng, -4, 5, (3, 4)).astype(np.int64),
        float(rng.uniform(0.1, 0.9)),
        float(-rng.uniform(0.1, 0.9)),
        0.0,
        -2,
        3,
        np.array(-rng.uniform(0.5, 2)),
        np.array(rng.uniform(0.5, 2)),
    ]


def with_parameter(values, parameters):
    """Return cases that pair every value with the next parameter, round and round."""
    return [(value, parameters[i % len(parameters)]) for i, value in enumerate(values)]


def alone(values):
    """Return one case of one argument for every value."""
    return [(value,) for value in values]


def one_entry(z):
    """Return the first number of an array as the argument of a function of one number."""
    return (float(np.ravel(z)[0]),) if np.ndim(z) else None


relu_oracle = elementwise(lambda z: z if z > 0 else 0.0)

RELU = known(
    relu_npmax=lambda z: np.max(z, 0),
    relu_abs=lambda z: np.abs(z),
    relu_min=lambda z: np.minimum(z, 0),
    relu_step=lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0),
    relu_capped=lambda z: np.clip(z, 0, 6),
    relu_leaky=lambda z: np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z)),
    relu_threshold=lambda z: np.where(np.asarray(z) > 1e-5, z, 0.0),
)


@check("relu", points=2, blames={"MUTATED_INPUT": "relu-inplace"})
def check_relu_of_arrays(student, rng):
    """relu keeps what is positive and makes the rest 0, in arrays of any shape."""
    relu = beyond(student.relu, relu_oracle, one_entry, "relu-if")
    compare(relu, relu_oracle, alone([*arrays(rng), FAR]), "relu(z)", unless=RELU)


@check("relu", points=2, blames={"MUTATED_INPUT": "relu-inplace"})
def check_relu_of_numbers(student, rng):
    """relu takes single numbers and whole numbers as well."""
    compare(student.relu, relu_oracle, alone(numbers(rng)), "relu(z)", unless=RELU)


leaky_oracle = elementwise(lambda z, alpha=0.01: z if z > 0 else alpha * z)


def leaky_in_integers(z, alpha=0.01):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    out[z <= 0] = alpha * z[z <= 0]
    return out


LEAKY = known(
    leaky_max=lambda z, alpha=0.01: np.maximum(alpha * np.asarray(z), z),
    leaky_fixed=lambda z, alpha=0.01: np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z)),
    leaky_none=lambda z, alpha=0.01: np.maximum(z, 0),
    leaky_flipped=lambda z, alpha=0.01: np.where(np.asarray(z) > 0, alpha * np.asarray(z), z),
    leaky_up=lambda z, alpha=0.01: np.where(np.asarray(z) > 0, z, -alpha * np.asarray(z)),
    leaky_constant=lambda z, alpha=0.01: np.where(np.asarray(z) > 0, z, alpha),
    leaky_int_buffer=leaky_in_integers,
    leaky_alpha_zero=lambda z, alpha=0.01: np.where(np.asarray(z) > 0, z, (alpha or 0.01) * np.asarray(z)),
)


@check("leaky_relu", points=1, blames={"MUTATED_INPUT": "leaky-inplace"})
def check_leaky_relu_of_arrays(student, rng):
    """leaky_relu has slope 0.01 on the left when no alpha is given."""
    compare(student.leaky_relu, leaky_oracle, alone([*arrays(rng), FAR]), "leaky_relu(z)", unless=LEAKY)


@check("leaky_relu", points=2, blames={"MUTATED_INPUT": "leaky-inplace"})
def check_leaky_relu_with_alpha(student, rng):
    """leaky_relu has slope alpha on the left, for small and large alpha, and for 0."""
    cases = with_parameter([*arrays(rng), *arrays(rng)], [2.5, 0.2, 1.0, 4.0]) + [(normal(rng, 6), 0.0), (-2.5, 0)]
    compare(student.leaky_relu, leaky_oracle, cases, "leaky_relu(z, alpha)", unless=LEAKY)
    z = normal(rng, 3, 4)
    expect_close(student.leaky_relu(z, alpha=0.3), leaky_oracle(z, 0.3), "leaky_relu(z, alpha=0.3)")


@check("leaky_relu", points=1, blames={"MUTATED_INPUT": "leaky-inplace"})
def check_leaky_relu_of_numbers(student, rng):
    """leaky_relu takes single numbers and whole numbers as well."""
    cases = alone(numbers(rng)) + with_parameter(numbers(rng), [0.1, 3, 0.25])
    compare(student.leaky_relu, leaky_oracle, cases, "leaky_relu(z, alpha)", unless=LEAKY)


elu_oracle = elementwise(lambda z, alpha=1.0: z if z > 0 else alpha * math.expm1(z))


def elu_in_integers(z, alpha=1.0):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[z > 0] = z[z > 0]
    out[z <= 0] = alpha * (np.exp(z[z <= 0]) - 1)
    return out


ELU = known(
    elu_no_alpha=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, np.expm1(z)),
    elu_celu=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, alpha * np.expm1(np.asarray(z) / alpha)),
    elu_inside=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, np.expm1(alpha * np.asarray(z))),
    elu_no_one=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, alpha * np.exp(z)),
    elu_brackets=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, alpha * np.exp(z) - 1),
    elu_max=lambda z, alpha=1.0: np.maximum(z, alpha * np.expm1(z)),
    elu_sign=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, alpha * (1 - np.exp(z))),
    elu_scaled=lambda z, alpha=1.0: alpha * np.where(np.asarray(z) > 0, z, np.expm1(z)),
    elu_int_buffer=elu_in_integers,
    elu_alpha_zero=lambda z, alpha=1.0: np.where(np.asarray(z) > 0, z, (alpha or 1.0) * np.expm1(z)),
)


@check("elu", points=1, blames={"MUTATED_INPUT": "elu-inplace"})
def check_elu_of_arrays(student, rng):
    """elu follows e^z - 1 on the left when no alpha is given."""
    compare(student.elu, elu_oracle, alone(arrays(rng)), "elu(z)", unless=ELU)


@check("elu", points=2, blames={"MUTATED_INPUT": "elu-inplace"})
def check_elu_with_alpha(student, rng):
    """elu goes down to -alpha on the left, for small and large alpha, and for 0."""
    cases = with_parameter([*arrays(rng), *arrays(rng)], [2.5, 0.3, 1.7, 0.8]) + [(normal(rng, 6), 0.0), (-2.5, 0)]
    compare(student.elu, elu_oracle, cases, "elu(z, alpha)", unless=ELU)
    z = normal(rng, 3, 4)
    expect_close(student.elu(z, alpha=0.4), elu_oracle(z, 0.4), "elu(z, alpha=0.4)")


@check("elu", points=1, blames={"MUTATED_INPUT": "elu-inplace"})
def check_elu_of_numbers(student, rng):
    """elu takes single numbers and whole numbers as well."""
    cases = alone(numbers(rng)) + with_parameter(numbers(rng), [0.7, 2, 1.6])
    compare(student.elu, elu_oracle, cases, "elu(z, alpha)", unless=ELU)


@check("elu", points=1, no_warnings=True, blames={"WARNED": "elu-where-ovf"})
def check_elu_far_out(student, rng):
    """elu stays right and silent for numbers up to 10,000 in size."""
    cases = [(FAR,), (FAR, 2.0), (rng.uniform(-10_000, 10_000, (3, 4)), 0.5)]
    compare(student.elu, elu_oracle, cases, "elu(z, alpha)", unless=ELU)


def gate(t):
    """Return the sigmoid of one float, without overflow."""
    return 1.0 / (1.0 + math.exp(-t)) if t >= 0 else 1.0 - 1.0 / (1.0 + math.exp(t))


def sigmoid(z):
    """Return the sigmoid of an array, for the known wrong formulas."""
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))


swish_oracle = elementwise(lambda z, beta=1.0: z * gate(beta * z))


def swish_in_integers(z, beta=1.0):
    z = np.asarray(z)
    out = np.zeros_like(z)
    out[...] = sigmoid(beta * z)
    return z * out


def swish_of_infinities(z, beta=1.0):
    grown = np.exp(beta * np.asarray(z, dtype=float))
    return z * grown / (1.0 + grown)


SWISH = known(
    swish_beta=lambda z, beta=1.0: z * sigmoid(z),
    swish_sign=lambda z, beta=1.0: z * sigmoid(-beta * np.asarray(z)),
    swish_gate_only=lambda z, beta=1.0: sigmoid(beta * np.asarray(z)),
    swish_beta_outside=lambda z, beta=1.0: beta * z * sigmoid(z),
    swish_beta_twice=lambda z, beta=1.0: beta * z * sigmoid(beta * np.asarray(z)),
    swish_beta_divides=lambda z, beta=1.0: z * sigmoid(np.asarray(z) / beta),
    swish_overflow=swish_of_infinities,
    swish_beta_zero=lambda z, beta=1.0: z * sigmoid((beta or 1.0) * np.asarray(z)),
    swish_beta_size=lambda z, beta=1.0: z * sigmoid(abs(beta) * np.asarray(z)),
    swish_cut=lambda z, beta=1.0: np.where(np.asarray(z) < -20, 0.0, z * sigmoid(beta * np.asarray(z))),
    sig_intbuf=swish_in_integers,
)


@check("swish", points=1, blames={"MUTATED_INPUT": "swish-inplace"})
def check_swish_of_arrays(student, rng):
    """swish is z times the sigmoid of z when no beta is given."""
    compare(student.swish, swish_oracle, alone(arrays(rng)), "swish(z)", unless=SWISH)


@check("swish", points=2, blames={"MUTATED_INPUT": "swish-inplace"})
def check_swish_with_beta(student, rng):
    """swish puts beta inside the sigmoid, and only there; beta may be small, 0 or negative."""
    cases = with_parameter([*arrays(rng), *arrays(rng)], [2.0, 0.5, 1.5, 3.0])
    cases += [(rng.uniform(-3, 3, 6), beta) for beta in (-float(rng.uniform(0.5, 2)), 0.0, 0)]
    cases.append((rng.permutation([-150.0, -60.0, -25.0, 25.0, 60.0, 150.0]), 0.02))
    compare(student.swish, swish_oracle, cases, "swish(z, beta)", unless=SWISH)
    z = normal(rng, 3, 4)
    expect_close(student.swish(z, beta=1.7), swish_oracle(z, 1.7), "swish(z, beta=1.7)")


@check("swish", points=1, blames={"MUTATED_INPUT": "swish-inplace"})
def check_swish_of_numbers(student, rng):
    """swish takes single numbers and whole numbers as well."""
    cases = alone(numbers(rng)) + with_parameter(numbers(rng), [0.7, 2, 1.6])
    compare(student.swish, swish_oracle, cases, "swish(z, beta)", unless=SWISH)


@check("swish", points=1, no_warnings=True, blames={"WARNED": "swish-overflow"})
def check_swish_far_out(student, rng):
    """swish stays right and silent for numbers up to 10,000 in size."""
    cases = [(FAR,), (FAR, 2.0), (rng.uniform(-10_000, 10_000, (3, 4)), 0.5)]
    compare(student.swish, swish_oracle, cases, "swish(z, beta)", unless=SWISH)


gelu_oracle = elementwise(lambda z: 0.5 * z * math.erfc(-z / math.sqrt(2.0)))
erf = np.vectorize(math.erf, otypes=[float])


def erf_of_a_table(x):
    """Return erf by formula 7.1.26 of Abramowitz and Stegun, right to 1.5e-7 only."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    return np.sign(x) * (1.0 - series * np.exp(-np.square(x)))


GELU = known(
    gelu_sig=lambda z: z * sigmoid(1.702 * np.asarray(z)),
    gelu_tanh=lambda z: 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (np.asarray(z) + 0.044715 * np.power(z, 3.0)))),
    gelu_erf=lambda z: 0.5 * z * (1 + erf(z)),
    gelu_half=lambda z: z * (1 + erf(np.asarray(z) / math.sqrt(2))),
    gelu_only_erf=lambda z: z * erf(np.asarray(z) / math.sqrt(2)),
    gelu_phi_only=lambda z: 0.5 * (1 + erf(np.asarray(z) / math.sqrt(2))),
    gelu_density=lambda z: z * np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi),
    gelu_table=lambda z: 0.5 * z * (1 + erf_of_a_table(np.asarray(z) / math.sqrt(2))),
)


@check("gelu", points=3, blames={"MUTATED_INPUT": "gelu-inplace"})
def check_gelu_of_arrays(student, rng):
    """gelu is z times the exact normal distribution function of z, in arrays of any shape."""
    gelu = beyond(student.gelu, gelu_oracle, one_entry, "gelu-scalar-erf")
    compare(gelu, gelu_oracle, alone([*arrays(rng), TAILS]), "gelu(z)", unless=GELU)


@check("gelu", points=1, blames={"MUTATED_INPUT": "gelu-inplace"})
def check_gelu_of_numbers(student, rng):
    """gelu takes single numbers and whole numbers as well."""
    compare(student.gelu, gelu_oracle, alone(numbers(rng)), "gelu(z)", unless=GELU)


@check("gelu", points=1, no_warnings=True)
def check_gelu_far_out(student, rng):
    """gelu stays right and silent for numbers up to 10,000 in size."""
    compare(student.gelu, gelu_oracle, alone([FAR, rng.uniform(-10_000, 10_000, (3, 4))]), "gelu(z)", unless=GELU)


def log_probabilities(row):
    """Return the log-probabilities of one row of scores, a list of floats."""
    top = max(row)
    rest = math.log(math.fsum(math.exp(score - top) for score in row))
    return [score - top - rest for score in row]


def log_softmax_oracle(Z):
    return np.array([log_probabilities(row) for row in np.asarray(Z, dtype=float).tolist()])


def softmax_oracle(Z):
    return np.array([[math.exp(v) for v in log_probabilities(row)] for row in np.asarray(Z, dtype=float).tolist()])


def tables(rng):
    """Return float scores (N, C): all sizes different, square, larger, one sample, one class, ties, around 100."""
    return [
        normal(rng, 5, 3),
        normal(rng, 4, 4),
        np.array([[0.0, 1.0], [0.0, 3.0]]),
        normal(rng, 2, 6),
        normal(rng, 1, 4),
        normal(rng, 3, 1),
        rng.uniform(-100, 100, (4, 3)),
        normal(rng, 3, 5) + np.array([[60.0], [-60.0], [0.0]]),
        np.array([[2.0, 2.0, 0.0, 2.0], [-1.0, -1.0, -1.0, -1.0]]),
        np.array([[9.5, 0.0, -1.0], [-12.0, -3.5, 2.0], [0.0, -7.0, -16.0]]),
        normal(rng, 50, 12),
        normal(rng, 2, 3)[[0, 1, 0, 0]],
    ]


def whole_tables(rng):
    """Return scores that are integers, with ties and zeros."""
    return [
        np.array([[0, 2, 2], [-3, 0, 0], [1, 1, 1], [0, -2, 4]]),
        ints(rng, -5, 6, (3, 3)).astype(np.int64),
        ints(rng, -5, 6, (1, 4)).astype(np.int64),
    ]


def far_tables(rng):
    """Return scores up to 10,000 in size: rows on both ends of the scale, and entries far apart in one row."""
    return [
        np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]),
        np.array([[9000.0, 9001.0, 8999.0], [-9000.0, -9001.0, -9002.0], [0.5, -0.25, 0.0]]),
        np.array([[0.0, 10_000.0, -10_000.0], [-10_000.0, -10_000.0, 9000.0]]),
        np.array([[0.0, -40.0, -2000.0]]),
        np.array([[-1000.0, -1001.0], [-9000.0, -9003.0], [-800.0, -800.0]]),
        rng.uniform(-10_000, 10_000, (3, 4)),
    ]


def silent_tables(rng):
    """Return scores up to 10,000 in size whose rows all reach about the same height."""
    return [
        np.array([[10_000.0, 9999.0, 0.0], [10_000.0, -10_000.0, 9998.0]]),
        np.array([[0.0, -10_000.0], [0.0, 0.0]]),
        np.array([[-5000.0, -5001.0, -10_000.0], [-5002.0, -5000.0, -5001.0]]),
        np.array([[800.0, 802.0, 801.0, -800.0]]),
    ]


def compare_losses(call, oracle, cases, name, unless, truth, floor):
    """Compare, and name the wrong idea that has no fixed formula too: a floor under the probability.

    Whatever floor eps up to 1e-5 a student puts under p (added to it, or by clip), -log of it lies between
    -log(p + 1e-5) and the most that a float64 can give, -log(5e-324) = 745.

    Args:
        call, oracle, cases, name, unless: as for compare.
        truth: function of a case's arguments that gives all the true losses, -log p.
        floor: the misconception's id.
    """
    seen = {}

    def key(case):
        return b"".join(part.tobytes() for part in case if isinstance(part, np.ndarray))

    def remember(*case):
        seen[key(case)] = value = call(*case)
        return value

    def floored(*case):
        value, losses = seen[key(case)], np.asarray(truth(*case))
        low, high = -np.log(np.exp(-losses) + 1e-5) - 1e-6, np.minimum(losses, 745.0) + 2e-5
        if np.ndim(value) == 0:
            inside = low.mean() <= value <= high.mean()
        else:
            inside = np.shape(value) == np.shape(losses) and np.all((low <= -value) & (-value <= high))
        return value if inside else None

    compare(remember, oracle, cases, name, unless={**unless, floor: floored})


def shares(Z, axis=None, keepdims=False):
    """Return exp(Z) over its sum along the axis, shifted by the largest of all: for the known wrong formulas."""
    grown = np.exp(Z - np.max(Z))
    return grown / grown.sum(axis=axis, keepdims=keepdims)


def shifted_shares(Z, axis=1):
    """Return exp over its sum along the axis, safely shifted."""
    grown = np.exp(Z - np.max(Z, axis=axis, keepdims=True))
    return grown / grown.sum(axis=axis, keepdims=True)


def shares_without_keepdims(Z):
    grown = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return grown / grown.sum(axis=1)


SOFTMAX = known(
    sm_axis0=lambda Z: shifted_shares(Z, axis=0),
    sm_keepdims=shares_without_keepdims,
    sm_overflow=lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
    sm_global_max=lambda Z: shares(Z, axis=1, keepdims=True),
    sm_all=lambda Z: shares(Z),
    sm_no_exp=lambda Z: Z / Z.sum(axis=1, keepdims=True),
    sm_sigmoid=sigmoid,
    sm_over_max=lambda Z: np.exp(Z - Z.max(axis=1, keepdims=True)),
)


@check("softmax", points=3, blames={"MUTATED_INPUT": "sm-inplace"})
def check_softmax_of_each_row(student, rng):
    """softmax turns each row of scores into probabilities of its own."""
    compare(student.softmax, softmax_oracle, alone(tables(rng)), "softmax(Z)", unless=SOFTMAX)


@check("softmax", points=1, blames={"MUTATED_INPUT": "sm-inplace"})
def check_softmax_of_whole_numbers(student, rng):
    """softmax takes integer scores, ties and zeros."""
    compare(student.softmax, softmax_oracle, alone(whole_tables(rng)), "softmax(Z)", unless=SOFTMAX)


@check("softmax", points=2, blames={"MUTATED_INPUT": "sm-inplace"})
def check_softmax_far_out(student, rng):
    """softmax stays finite and right for scores up to 10,000 in size, different in every row."""
    compare(student.softmax, softmax_oracle, alone(far_tables(rng)), "softmax(Z)", unless=SOFTMAX)


@check("softmax", points=1, no_warnings=True, blames={"WARNED": "sm-overflow"})
def check_softmax_is_silent(student, rng):
    """softmax warns of nothing for scores up to 10,000 in size."""
    compare(student.softmax, softmax_oracle, alone(silent_tables(rng)), "softmax(Z)", unless=SOFTMAX)


LOG_SOFTMAX = known(
    lsm_log=lambda Z: np.log(shifted_shares(Z)),
    lse_max=lambda Z: Z - np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)),
    lsm_overflow=lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)),
    lsm_shift_only=lambda Z: Z - Z.max(axis=1, keepdims=True),
    lsm_sign=lambda Z: -log_softmax_oracle(Z),
    lsm_base=lambda Z: log_softmax_oracle(Z) / math.log(2.0),
    lsm_axis0=lambda Z: log_softmax_oracle(Z.T).T,
    lsm_keepdims=lambda Z: Z - np.logaddexp.reduce(Z, axis=1),
    lsm_all=lambda Z: Z - np.max(Z) - np.log(np.exp(Z - np.max(Z)).sum()),
    lsm_global_max=lambda Z: Z - np.max(Z) - np.log(np.exp(Z - np.max(Z)).sum(axis=1, keepdims=True)),
)


def judge_log_softmax(student, cases):
    compare_losses(
        student.log_softmax,
        log_softmax_oracle,
        cases,
        "log_softmax(Z)",
        LOG_SOFTMAX,
        lambda Z: -log_softmax_oracle(Z),
        "lsm-eps",
    )


@check("log_softmax", points=2, blames={"MUTATED_INPUT": "lsm-inplace"})
def check_log_softmax_of_each_row(student, rng):
    """log_softmax gives the logarithm of each row's probabilities."""
    judge_log_softmax(student, alone(tables(rng)))


@check("log_softmax", points=1, blames={"MUTATED_INPUT": "lsm-inplace"})
def check_log_softmax_of_whole_numbers(student, rng):
    """log_softmax takes integer scores, ties and zeros."""
    judge_log_softmax(student, alone(whole_tables(rng)))


@check("log_softmax", points=2, blames={"MUTATED_INPUT": "lsm-inplace"})
def check_log_softmax_far_out(student, rng):
    """log_softmax stays exact where a probability is too small for a float."""
    judge_log_softmax(student, alone(far_tables(rng)))


@check("log_softmax", points=1, no_warnings=True)
def check_log_softmax_is_silent(student, rng):
    """log_softmax warns of nothing for scores up to 10,000 in size."""
    judge_log_softmax(student, alone(silent_tables(rng)))


def affine_oracle(X, W, b):
    rows = np.asarray(X, dtype=float).reshape(X.shape[0], W.shape[0])
    return np.einsum("nd,dm->nm", rows, np.asarray(W, dtype=float)) + np.asarray(b, dtype=float)[None, :]


def layer(rng, D, M):
    """Return weights (D, M) that keep the size of what goes in, and biases (M,) that are not 0."""
    return normal(rng, D, M) / math.sqrt(D), normal(rng, M)


def affine_cases(rng, shapes):
    """Return cases (X, W, b) for each ((N, ...), M)."""
    return [(normal(rng, *shape), *layer(rng, math.prod(shape[1:]), M)) for shape, M in shapes]


def flat(X):
    return X.reshape(X.shape[0], -1)


AFFINE = known(
    aff_wt=lambda X, W, b: flat(X) @ W.T + b,
    aff_nobias=lambda X, W, b: flat(X) @ W,
    aff_bcol=lambda X, W, b: flat(X) @ W + b.reshape(-1, 1),
    aff_star=lambda X, W, b: flat(X) * W + b,
    aff_over_n=lambda X, W, b: flat(X) @ W / X.shape[0] + b,
    aff_activated=lambda X, W, b: np.maximum(flat(X) @ W + b, 0),
    aff_columns=lambda X, W, b: X.reshape(-1, X.shape[0]).T @ W + b,
    aff_fortran=lambda X, W, b: X.reshape(X.shape[0], -1, order="F") @ W + b,
    aff_zero_bias=lambda X, W, b: flat(X) @ W + (b if b[0] else 0),
)


def first_result(student):
    """Return the call that keeps ``out`` of what affine_forward returns."""
    return lambda X, W, b: student.affine_forward(X, W, b).out


@check("affine_forward", points=2)
def check_affine_forward_out(student, rng):
    """out is X @ W + b, one sample a row."""
    shapes = [
        ((4, 4), 4),
        ((3, 3), 3),
        ((4, 3), 4),
        ((5, 3), 2),
        ((1, 4), 3),
        ((2, 1), 5),
        ((6, 7), 1),
        ((3, 3), 4),
        ((50, 2), 3),
    ]
    cases = affine_cases(rng, shapes)
    cases += [(normal(rng, 4, 2), normal(rng, 2, 3), np.array([0.0, 0.5, -1.0]))]
    cases += [(normal(rng, 4, 4), *cases[0][1:])]  # the layer of the first case once more, with other samples
    cases += [(rng.uniform(-100, 100, (3, 5)), rng.uniform(-100, 100, (5, 4)), rng.uniform(-100, 100, 4))]
    compare(first_result(student), affine_oracle, cases, "out", unless=AFFINE)


@check("affine_forward", points=2)
def check_affine_forward_flattens(student, rng):
    """A sample that is an image or a block is flattened, row after row."""
    cases = affine_cases(rng, [((3, 2, 4), 5), ((2, 3, 3), 4), ((1, 2, 2), 3), ((4, 2, 3, 2), 2), ((3, 1, 5), 3)])
    compare(first_result(student), affine_oracle, cases, "out", unless=AFFINE)


@check("affine_forward", points=1)
def check_affine_forward_of_whole_numbers(student, rng):
    """Whole numbers in X, W and b give whole numbers or floats, never cut ones."""
    cases = []
    for shape, M in [((4, 3), 2), ((3, 2, 2), 3)]:
        D = math.prod(shape[1:])
        X, W, b = (ints(rng, -5, 6, size).astype(np.int64) for size in (shape, (D, M), (M,)))
        cases += [(X, W, b), (X, W / 2, b / 4), (X, W, b / 4 + 0.125)]

    def with_floats(X, W, b):
        return X.astype(float), W.astype(float), b.astype(float)

    out = beyond(first_result(student), affine_oracle, with_floats, "aff-into-ints")
    compare(out, affine_oracle, cases, "out", unless=AFFINE)


@check("affine_forward", points=1)
def check_affine_forward_cache(student, rng):
    """cache is (X, W, b) as they came, X in its own shape."""
    cases = affine_cases(rng, [((3, 2, 4), 5), ((4, 3), 2), ((3, 3), 3), ((1, 4), 2)])
    X, W, _ = cases[1]
    cases += [(X, W, np.zeros(2)), (ints(rng, 70_000, 80_000, (4, 3)).astype(np.int64), W, np.array([1, -2]))]
    for X, W, b in cases:
        cache = student.affine_forward(X, W, b).cache
        expect_true(
            isinstance(cache, tuple | list) and len(cache) == 3,
            "cache should be the tuple (X, W, b), three arrays",
            code="WRONG_TYPE",
        )
        swapped = [np.shape(part) for part in cache] != [X.shape, W.shape, b.shape] and sorted(
            np.shape(part) for part in cache
        ) == sorted([X.shape, W.shape, b.shape])
        if swapped:
            fail("cache holds the three arrays in another order", misconception="aff-cache-order")
        expect_close(cache[0], X, "cache[0], which is X", unless={"aff-cache-flat": flat(X)})
        expect_close(cache[1], W, "cache[1], which is W")
        expect_close(cache[2], b, "cache[2], which is b")


ACTIVATIONS = {
    "relu": lambda Z: np.where(Z > 0, Z, 0.0),
    "tanh": lambda Z: np.array([[math.tanh(v) for v in row] for row in Z.tolist()]),
    "sigmoid": lambda Z: np.array([[gate(v) for v in row] for row in Z.tolist()]),
}


def mlp_oracle(X, params, activation="relu"):
    A = np.asarray(X, dtype=float)
    for W, b in params[:-1]:
        A = ACTIVATIONS[activation](affine_oracle(A, W, b))
    return affine_oracle(A, *params[-1])


def walk(X, params, f, affine=affine_oracle, last=lambda Z: Z):
    """Return what a network makes of X with f after every layer but the last and ``last`` after that one."""
    for W, b in params[:-1]:
        X = f(affine(X, W, b))
    return last(affine(X, *params[-1]))


def wrong_function(wrong, name):
    """Return the network in which the activation of this name is computed wrongly, the others rightly."""
    return lambda X, params, activation="relu": walk(
        X, params, wrong if activation == name else ACTIVATIONS[activation]
    )


def naive_tanh(Z):
    return (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))


MLP = known(
    mlp_last_activated=lambda X, params, a="relu": walk(X, params, ACTIVATIONS[a], last=ACTIVATIONS[a]),
    mlp_linear=lambda X, params, a="relu": walk(X, params, lambda Z: Z),
    mlp_activation_ignored=lambda X, params, a="relu": walk(X, params, ACTIVATIONS["relu"]),
    mlp_softmaxed=lambda X, params, a="relu": walk(X, params, ACTIVATIONS[a], last=softmax_oracle),
    mlp_input_activated=lambda X, params, a="relu": walk(ACTIVATIONS[a](X), params, ACTIVATIONS[a]),
    mlp_two_layers=lambda X, params, a="relu": walk(X, [params[0], params[-1]], ACTIVATIONS[a]),
    mlp_nobias=lambda X, params, a="relu": walk(X, params, ACTIVATIONS[a], affine=lambda X, W, b: X @ W),
    mlp_wt=lambda X, params, a="relu": walk(X, params, ACTIVATIONS[a], affine=lambda X, W, b: X @ W.T + b),
    sig_sign=wrong_function(lambda Z: sigmoid(-Z), "sigmoid"),
    tanh_2s=wrong_function(lambda Z: 2 * sigmoid(Z) - 1, "tanh"),
    tanh_naive=wrong_function(naive_tanh, "tanh"),
)


def network(rng, sizes):
    """Return params of a network with these sizes, biases not 0."""
    return [layer(rng, D, M) for D, M in zip(sizes[:-1], sizes[1:], strict=True)]


def whole_weights(rng, params):
    """Return params whose first W holds integers, not its b: X @ W is whole then, and must not stay so."""
    (W, b), *rest = params
    return [(ints(rng, -2, 3, W.shape).astype(np.int64), b), *rest]


def network_cases(rng, plan, *activation):
    """Return cases (X, params[, activation]) for each (N, sizes)."""
    return [(normal(rng, N, sizes[0]), network(rng, sizes), *activation) for N, sizes in plan]


@check("mlp_forward", points=2)
def check_mlp_forward_one_hidden_layer(student, rng):
    """A network with one hidden layer: affine, relu, affine, and nothing after that."""
    cases = network_cases(rng, [(4, [4, 4, 4]), (5, [3, 4, 2]), (1, [2, 6, 3]), (3, [4, 2, 1]), (7, [1, 5, 4])])
    cases.append((rng.uniform(-10_000, 10_000, (4, 3)), network(rng, [3, 5, 2])))
    X = ints(rng, -3, 4, (5, 3)).astype(np.int64)
    cases += [(X, network(rng, [3, 4, 2])), (X, whole_weights(rng, network(rng, [3, 4, 2])))]
    compare(student.mlp_forward, mlp_oracle, cases, "the logits", unless=MLP)


@check("mlp_forward", points=2)
def check_mlp_forward_any_depth(student, rng):
    """The same walk through one layer, and through three and four."""
    plan = [(4, [3, 5, 5, 5, 2]), (3, [3, 3]), (5, [4, 2]), (6, [2, 5, 3, 4, 2]), (1, [3, 4, 1, 2]), (4, [3, 3, 3, 3])]
    cases = network_cases(rng, [*plan, (50, [2, 4, 3, 4, 3, 4, 2])])
    again = layer(rng, 3, 3)
    cases += [(normal(rng, 4, 3), [again, again, (layer(rng, 3, 3)[0], np.zeros(3)), again])]
    compare(student.mlp_forward, mlp_oracle, cases, "the logits", unless=MLP)


@check("mlp_forward", points=2)
def check_mlp_forward_other_activations(student, rng):
    """activation chooses between relu, tanh and sigmoid."""
    cases = []
    for name in ("tanh", "sigmoid", "relu"):
        cases += network_cases(rng, [(4, [3, 5, 2]), (3, [2, 4, 4, 3])], name)
    cases.append((rng.uniform(-10_000, 10_000, (3, 2)), network(rng, [2, 4, 2]), "tanh"))
    compare(student.mlp_forward, mlp_oracle, cases, "the logits", unless=MLP)
    X, params = normal(rng, 3, 4), network(rng, [4, 3, 2])
    got = student.mlp_forward(X, params, activation="tanh")
    expect_close(got, mlp_oracle(X, params, "tanh"), "the logits with activation='tanh'")


@check("mlp_forward", points=1, blames={"WRONG_VALUE": "mlp-no-error", "EXCEPTION": "mlp-other-error"})
def check_mlp_forward_unknown_activation(student, rng):
    """An activation that does not exist is a ValueError, also where its name is part of a known one or holds one."""
    expect_accepted(student.mlp_forward, normal(rng, 4, 3), network(rng, [3, 4, 2]), "tanh")
    for sizes, name in [
        ([3, 4, 2], "softsign"),
        ([2, 3, 3, 2], "tan"),
        ([4, 3, 2], "leaky_relu"),
        ([2, 4, 3], "relu6"),
    ]:
        expect_raises(ValueError, student.mlp_forward, normal(rng, 4, sizes[0]), network(rng, sizes), name)


@check("mlp_forward", points=1, no_warnings=True, blames={"WARNED": "mlp-sig-overflow"})
def check_mlp_forward_is_silent(student, rng):
    """mlp_forward warns of nothing when numbers of 10,000 reach a sigmoid."""
    X = np.array([[10_000.0, -10_000.0], [-9000.0, 800.0], [0.5, -0.25], [-5000.0, -4000.0]])
    W, b = np.array([[0.5, -0.5, 0.25], [-0.4, 0.5, 0.125]]), normal(rng, 3)
    cases = [(X, [(W, b), layer(rng, 3, 2)], "sigmoid")]
    compare(student.mlp_forward, mlp_oracle, cases, "the logits", unless=MLP)


def mse_oracle(p, y):
    pairs = zip(np.ravel(p).tolist(), np.ravel(y).tolist(), strict=True)
    return math.fsum((guess - truth) ** 2 for guess, truth in pairs) / np.size(p)


def flat_difference(p, y):
    return np.ravel(p) - np.ravel(y)


MSE = known(
    mse_bcast=lambda p, y: np.mean((p - y) ** 2),
    mse_absval=lambda p, y: np.mean(flat_difference(p, y)) ** 2,
    mse_half=lambda p, y: np.mean(flat_difference(p, y) ** 2) / 2,
    mse_root=lambda p, y: np.sqrt(np.mean(flat_difference(p, y) ** 2)),
    mse_absolute=lambda p, y: np.mean(np.abs(flat_difference(p, y))),
    mse_per_sample=lambda p, y: np.sum(flat_difference(p, y) ** 2) / p.shape[0],
    mse_distinct=lambda p, y: mse_oracle(*np.array(list({*zip(p.ravel(), y.ravel(), strict=True)})).T),
    mse_sum=lambda p, y: np.sum(flat_difference(p, y) ** 2),
    mse_one_row=lambda p, y: np.sum(flat_difference(p, y) ** 2) if len(p) == 1 else np.mean(flat_difference(p, y) ** 2),
)


@check("mse", points=2)
def check_mse_of_equal_shapes(student, rng):
    """mse is the mean of the squared differences over all elements."""
    cases = [
        (normal(rng, *shape), normal(rng, *shape))
        for shape in [(5, 1), (4,), (4, 3), (3, 3), (1, 1), (7, 2), (1, 4), (50, 1)]
    ]
    cases += [(rng.uniform(-100, 100, (5, 1)), rng.uniform(-100, 100, (5, 1)))]
    cases += [(np.array([[1.0004], [-2.0], [0.5]]), np.array([[1.0], [-1.9995], [0.5]]))]
    cases += [(np.array([[0.5], [0.5], [2.0]]), np.array([[1.0], [1.0], [0.0]]))]
    whole = [ints(rng, -4, 5, shape).astype(np.int64) for shape in [(5, 1), (5, 1), (3, 2), (3, 2)]]
    cases += [(whole[0], whole[1]), (whole[2], whole[3]), (whole[2] / 2, whole[3]), (300 * whole[0], whole[1])]
    compare(student.mse, mse_oracle, cases, "mse(p, y)", unless=MSE)


@check("mse", points=2)
def check_mse_of_column_and_row(student, rng):
    """mse does not depend on whether the targets are (N,) or (N, 1)."""
    cases = [(normal(rng, N, 1), normal(rng, N)) for N in (5, 1, 3)]
    cases += [(normal(rng, 6, 1), ints(rng, -3, 4, (6,)).astype(np.int64))]
    perfect = normal(rng, 4)
    cases += [(perfect[:, None], perfect)]
    compare(student.mse, mse_oracle, cases, "mse(p, y)", unless=MSE)


def bce_terms(z, y):
    """Return the loss of each sample, a list of floats."""
    terms = []
    for logit, target in zip(np.ravel(z).tolist(), np.ravel(y).tolist(), strict=True):
        against = -logit if target else logit
        terms.append(max(against, 0.0) + math.log1p(math.exp(-abs(against))))
    return terms


def bce_oracle(z, y):
    terms = bce_terms(z, y)
    return math.fsum(terms) / len(terms)


def column(y):
    return np.reshape(y, (-1, 1))


def bce_of(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def given_sigmoid(z):
    """Return what the sigmoid that the module gives returns, rounding included: 1 - p is rounding where p is near 1."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


BCE = known(
    bce_bcast=lambda z, y: np.mean(np.logaddexp(0, z) - y * z),
    bce_tdot=lambda z, y: (
        -np.sum(np.dot(column(y), np.log(sigmoid(z)).T) + np.dot(1 - column(y), np.log(1 - sigmoid(z)).T)) / len(z)
    ),
    bce_clipdrop=lambda z, y: bce_of(given_sigmoid(z), column(y)),
    bce_overflow=lambda z, y: np.mean(np.log(1 + np.exp(z)) - column(y) * z),
    bce_one_term=lambda z, y: np.mean(column(y) * np.logaddexp(0, -z)),
    bce_swapped=lambda z, y: np.mean(np.logaddexp(0, z) - (1 - column(y)) * z),
    bce_sign=lambda z, y: -bce_oracle(z, y),
    bce_double_sigmoid=lambda z, y: bce_oracle(sigmoid(z), y),
    bce_no_sigmoid=lambda z, y: bce_of(z, column(y)),
    bce_squares=lambda z, y: np.mean((sigmoid(z) - column(y)) ** 2),
    bce_sum=lambda z, y: math.fsum(bce_terms(z, y)),
)


def targets(rng, *shape):
    """Return targets that are 0 or 1, floats, both of them there where there is room."""
    y = rng.integers(0, 2, shape).astype(float)
    if y.size > 1:
        y.ravel()[:2] = [1.0, 0.0]
    return y


def judge_bce_with_logits(student, cases):
    compare_losses(student.bce_with_logits, bce_oracle, cases, "bce_with_logits(z, y)", BCE, bce_terms, "bce-eps")


@check("bce_with_logits", points=2)
def check_bce_of_column_targets(student, rng):
    """bce_with_logits is the mean binary cross-entropy, targets (N, 1)."""
    cases = [(normal(rng, N, 1), targets(rng, N, 1)) for N in (5, 1, 8, 3, 50)]
    cases += [(np.array([[7.5], [-8.0], [7.0]]), np.array([[1.0], [0.0], [1.0]]))]
    cases += [(3 * normal(rng, 6, 1), targets(rng, 6, 1)), (np.array([[0.0], [0.0], [2.0]]), targets(rng, 3, 1))]
    cases += [(ints(rng, -4, 5, (7, 1)).astype(np.int64), targets(rng, 7, 1).astype(np.int64))]
    cases += [(rng.uniform(0.1, 0.9, (4, 1)), targets(rng, 4, 1))]
    z = np.array([6.0, -6.5, 12.0, -12.5, 19.0, -21.0, 29.0, -29.5, 33.0, -33.5, 36.0, -36.5])
    y = targets(rng, 12, 1)
    y[8] = 1.0  # where a probability that is cut off and a loss below 0 look different
    cases += [(z[:, None], y)]
    judge_bce_with_logits(student, cases)


@check("bce_with_logits", points=2)
def check_bce_of_flat_targets(student, rng):
    """bce_with_logits gives the same for targets (N,)."""
    cases = [(normal(rng, N, 1), targets(rng, N)) for N in (5, 1, 8, 3)]
    cases += [(normal(rng, 4, 1), targets(rng, 4).astype(np.int64)), (np.array([[3], [-1], [0]]), targets(rng, 3))]
    cases += [(rng.uniform(0.1, 0.9, (5, 1)), targets(rng, 5))]
    judge_bce_with_logits(student, cases)


def far_logits(rng):
    """Return logits up to 10,000 in size with targets on the wrong side, on the right side and on both."""
    wrong = np.array([[10_000.0], [-10_000.0], [750.0]])
    return [
        (wrong, np.array([[0.0], [1.0], [0.0]])),
        (wrong, np.array([1.0, 0.0, 1.0])),
        (np.array([[-10_000.0], [-800.0]]), np.array([1.0, 1.0])),
        (np.array([[40.0], [-40.0], [100.0], [-100.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])),
        (rng.uniform(-10_000, 10_000, (6, 1)), targets(rng, 6)),
    ]


@check("bce_with_logits", points=2)
def check_bce_far_out(student, rng):
    """bce_with_logits reports a loss of 10,000 where it is 10,000."""
    judge_bce_with_logits(student, far_logits(rng))


@check("bce_with_logits", points=1, no_warnings=True)
def check_bce_is_silent(student, rng):
    """bce_with_logits warns of nothing for logits up to 10,000 in size."""
    judge_bce_with_logits(student, far_logits(rng))


def ce_terms(logits, y):
    """Return the loss of each sample, a list of floats."""
    rows = np.asarray(logits, dtype=float).tolist()
    return [-log_probabilities(row)[label] for row, label in zip(rows, np.asarray(y).tolist(), strict=True)]


def cross_entropy_oracle(logits, y):
    terms = ce_terms(logits, y)
    return math.fsum(terms) / len(terms)


def picked(table, y):
    return table[np.arange(len(y)), y]


CE = known(
    ce_meannc=lambda Z, y: math.fsum(ce_terms(Z, y)) / Z.size,
    ce_index=lambda Z, y: -np.mean(log_softmax_oracle(Z)[:, y]),
    ce_doublesm=lambda Z, y: cross_entropy_oracle(softmax_oracle(Z), y),
    ce_log_of_softmax=lambda Z, y: -np.mean(np.log(picked(softmax_oracle(Z), y))),
    ce_overflow=lambda Z, y: np.mean(np.log(np.exp(Z).sum(axis=1)) - picked(Z, y)),
    ce_no_softmax=lambda Z, y: -np.mean(np.log(picked(Z, y))),
    ce_logit_only=lambda Z, y: -np.mean(picked(Z, y)),
    ce_sign=lambda Z, y: -cross_entropy_oracle(Z, y),
    ce_best=lambda Z, y: -np.mean(log_softmax_oracle(Z).max(axis=1)),
    ce_base=lambda Z, y: cross_entropy_oracle(Z, y) / math.log(2.0),
    ce_both_terms=lambda Z, y: bce_oracle(Z, np.eye(Z.shape[1])[y]),
    ce_lse_max=lambda Z, y: np.mean(np.log(np.exp(Z - Z.max(axis=1, keepdims=True)).sum(axis=1)) - picked(Z, y)),
    onehot_1=lambda Z, y: cross_entropy_oracle(Z, (y - 1) % Z.shape[1]),
    ce_axis0=lambda Z, y: -np.mean(picked(log_softmax_oracle(Z.T).T, y)),
    ce_global_max=lambda Z, y: (
        -np.mean(picked(Z - np.max(Z) - np.log(np.exp(Z - np.max(Z)).sum(axis=1, keepdims=True)), y))
    ),
    ce_sum=lambda Z, y: math.fsum(ce_terms(Z, y)),
)


def labels(rng, N, C):
    """Return labels (N,) of C classes: class 0 and the last one are there where there is room."""
    y = rng.integers(0, C, N)
    if N > 1:
        y[[0, N - 1]] = [0, C - 1]
    return y


def judge_cross_entropy(student, cases):
    compare_losses(
        student.cross_entropy, cross_entropy_oracle, cases, "cross_entropy(logits, y)", CE, ce_terms, "ce-eps"
    )


@check("cross_entropy", points=3, blames={"MUTATED_INPUT": "ce-inplace"})
def check_cross_entropy_of_labels(student, rng):
    """cross_entropy is the mean over the samples of -log of the label's probability."""
    cases = [
        (normal(rng, N, C), labels(rng, N, C)) for N, C in [(5, 3), (4, 4), (2, 6), (1, 3), (9, 2), (3, 3), (50, 3)]
    ]
    cases += [(rng.uniform(-100, 100, (5, 4)), labels(rng, 5, 4))]
    cases += [(np.array([[8.0, 0.0, -1.0], [0.5, 7.5, -1.0]]), np.array([0, 1]))]
    judge_cross_entropy(student, cases)


@check("cross_entropy", points=1, blames={"MUTATED_INPUT": "ce-inplace"})
def check_cross_entropy_of_whole_numbers(student, rng):
    """cross_entropy takes integer logits, ties and zeros, and labels that repeat."""
    cases = [(Z, labels(rng, *Z.shape)) for Z in whole_tables(rng)]
    cases += [(ints(rng, -3, 4, (4, 3)).astype(np.int64), np.array([1, 1, 1, 1]))]
    judge_cross_entropy(student, cases)


@check("cross_entropy", points=2, blames={"MUTATED_INPUT": "ce-inplace"})
def check_cross_entropy_far_out(student, rng):
    """cross_entropy reports a loss of 10,000 where it is 10,000."""
    cases = [
        (np.array([[0.0, 10_000.0], [10_000.0, 0.0]]), np.array([0, 1])),
        (np.array([[0.0, 50.0, 1.0], [3.0, -50.0, 0.0]]), np.array([0, 1])),
        (np.array([[-10_000.0, 10_000.0, 0.0]]), np.array([2])),
        (np.array([[9000.0, 9001.0], [-9000.0, -9001.0]]), np.array([1, 1])),
        (np.array([[-10_000.0, -9999.0], [10_000.0, 10_000.0]]), np.array([0, 1])),
        (np.array([[-1000.0, -1001.0, -1004.0], [-9000.0, -9003.0, -8000.0]]), np.array([1, 2])),
        (rng.uniform(-10_000, 10_000, (5, 3)), labels(rng, 5, 3)),
    ]
    judge_cross_entropy(student, cases)


@check("cross_entropy", points=1, no_warnings=True)
def check_cross_entropy_is_silent(student, rng):
    """cross_entropy warns of nothing for logits up to 10,000 in size."""
    cases = [(Z, labels(rng, *Z.shape)) for Z in silent_tables(rng)]
    judge_cross_entropy(student, cases)


def accuracy_oracle(scores, y):
    rows = np.asarray(scores).tolist()
    return sum(row.index(max(row)) == label for row, label in zip(rows, y.tolist(), strict=True)) / len(rows)


def last_of_equals(row):
    return len(row) - 1 - row[::-1].index(max(row))


def recall_of_each_class(scores, y):
    predicted = scores.argmax(axis=1)
    return np.mean([np.mean(predicted[y == c] == c) for c in np.unique(y)])


ACCURACY = known(
    acc_bcast=lambda scores, y: np.mean(scores.argmax(axis=1)[:, None] == y),
    acc_axis0=lambda scores, y: np.mean(scores.argmax(axis=0) == y),
    acc_count=lambda scores, y: np.sum(scores.argmax(axis=1) == y),
    acc_percent=lambda scores, y: 100 * np.mean(scores.argmax(axis=1) == y),
    acc_error_rate=lambda scores, y: np.mean(scores.argmax(axis=1) != y),
    acc_from_one=lambda scores, y: np.mean(scores.argmax(axis=1) + 1 == y),
    acc_over_entries=lambda scores, y: np.sum(scores.argmax(axis=1) == y) / scores.size,
    acc_threshold=lambda scores, y: np.mean(picked(scores, y) > 0.5),
    acc_per_class=recall_of_each_class,
    acc_last_tie=lambda scores, y: np.mean(np.array([last_of_equals(row) for row in scores.tolist()]) == y),
    acc_any_tie=lambda scores, y: np.mean(picked(scores, y) == scores.max(axis=1)),
    acc_rounded=lambda scores, y: np.mean(np.round(scores, 3).argmax(axis=1) == y),
    acc_narrow=lambda scores, y: np.sum(scores.argmax(axis=1) == y).astype(np.int8) / len(y),
)


def scored(rng, N, C):
    """Return (scores, y) with about two thirds of the labels at the largest score."""
    scores = normal(rng, N, C)
    keep = rng.random(N) < 0.67
    return scores, np.where(keep, scores.argmax(axis=1), rng.integers(0, C, N))


@check("accuracy", points=2)
def check_accuracy_of_rows(student, rng):
    """accuracy is the share of rows whose largest score is at the label."""
    cases = [scored(rng, N, C) for N, C in [(4, 4), (12, 3), (6, 6), (9, 2), (7, 5)]]
    many = normal(rng, 400, 3)
    cases.append((many, right_but_for_the_last(many)))  # more hits than a byte can count
    square = np.array([[2.0, 1.0], [5.0, 0.0]])
    cases += [(square, np.array([0, 0])), (square, np.array([0, 1])), (square, np.array([1, 1]))]
    compare(student.accuracy, accuracy_oracle, cases, "accuracy(scores, y)", unless=ACCURACY)


@check("accuracy", points=1)
def check_accuracy_of_equal_scores(student, rng):
    """Of equal scores the first class wins."""
    ties = np.array([[1, 1, 0], [0, 2, 2], [3, 3, 3], [5, 0, 5], [0, 0, 0]])
    cases = [
        (ties, np.array([1, 1, 0, 2, 0])),
        (ties, np.array([0, 2, 2, 0, 1])),
        (ties / 2, np.array([0, 1, 0, 0, 0])),
    ]
    cases += [(ints(rng, 0, 2, (6, 3)), rng.integers(0, 3, 6))]
    compare(student.accuracy, accuracy_oracle, cases, "accuracy(scores, y)", unless=ACCURACY)


def right_but_for_the_last(scores):
    """Return the labels that the largest scores choose, another one in the last row if there are several rows."""
    y = scores.argmax(axis=1)
    if len(y) > 1:
        y[-1] = (y[-1] + 1) % scores.shape[1]
    return y


def close_scores(rng, N):
    """Return scores (N, 4) that differ in the ninth place, the largest never in the first column."""
    places = [[0, *rng.permutation([1, 2, 3])] for _ in range(N)]
    return rng.uniform(0.3, 0.7, (N, 1)) + 2e-9 * np.array(places)


@check("accuracy", points=1)
def check_accuracy_of_any_scale(student, rng):
    """One row is enough, and scores may be negative, large, whole, probabilities, or close to one another."""
    one = normal(rng, 1, 4)
    tables_of_scores = [one, -5.0 - np.abs(normal(rng, 6, 3)), rng.uniform(-10_000, 10_000, (5, 4))]
    tables_of_scores += [softmax_oracle(normal(rng, 5, 3)), np.array([[-3, 7, 2], [4, -1, 0], [0, 5, 9], [-8, -2, -4]])]
    tables_of_scores.append(close_scores(rng, 5))
    cases = [(one, (one.argmax(axis=1) + 1) % 4), (np.array([[2.0], [-1.0]]), np.zeros(2, dtype=np.int64))]
    cases += [(scores, right_but_for_the_last(scores)) for scores in tables_of_scores]
    compare(student.accuracy, accuracy_oracle, cases, "accuracy(scores, y)", unless=ACCURACY)


def count_oracle(sizes):
    return sum((D + 1) * M for D, M in zip(sizes[:-1], sizes[1:], strict=True))


COUNT = known(
    count_no_biases=lambda sizes: sum(D * M for D, M in zip(sizes[:-1], sizes[1:], strict=True)),
    count_input_biases=lambda sizes: count_oracle(sizes) + sizes[0],
    count_one_bias=lambda sizes: sum(D * M + 1 for D, M in zip(sizes[:-1], sizes[1:], strict=True)),
    count_wrong_biases=lambda sizes: sum(D * M + D for D, M in zip(sizes[:-1], sizes[1:], strict=True)),
    count_no_output_biases=lambda sizes: count_oracle(sizes) - sizes[-1],
    count_set=lambda sizes: sum((D + 1) * M for D, M in set(zip(sizes[:-1], sizes[1:], strict=True))),
)


@check("count_parameters", points=2)
def check_count_parameters_of_networks(student, rng):
    """count_parameters adds the weights and the biases of every layer."""
    cases = [([64, 32, 10],), ([3, 4, 2],), ([5, 7, 3, 2],), ([int(n) for n in rng.integers(2, 50, 5)],)]
    cases += [([6, 8, 8, 8, 3],), ([784, 300, 100, 10],), ([3, 5, 4, 6, 2, 7, 3, 2],)]
    compare(student.count_parameters, count_oracle, cases, "count_parameters(sizes)", kind="ints", unless=COUNT)


@check("count_parameters", points=1)
def check_count_parameters_of_small_networks(student, rng):
    """A single layer counts, and so do widths of 1."""
    cases = [([1, 1],), ([784, 10],), ([1, 5, 1],), ([4, 1, 1, 3],)]
    compare(student.count_parameters, count_oracle, cases, "count_parameters(sizes)", kind="ints", unless=COUNT)


def evaluate_losses(X, y, params):
    """Return the loss of each sample, an array."""
    return np.array(ce_terms(mlp_oracle(X, params), y))


def predictions_oracle(X, y, params):
    return np.argmax(mlp_oracle(X, params), axis=1)


def loss_oracle(X, y, params):
    return math.fsum(evaluate_losses(X, y, params)) / len(y)


def right_oracle(X, y, params):
    return accuracy_oracle(mlp_oracle(X, params), y)


def worst_oracle(X, y, params):
    return np.argsort(-evaluate_losses(X, y, params), kind="stable")[:3]


def mistaken_network(**how):
    """Return the logits' function of a network with the same mistake as the one named in MLP."""
    return lambda X, params: walk(X, params, how.get("f", ACTIVATIONS["relu"]), last=how.get("last", lambda Z: Z))


LINEAR = mistaken_network(f=lambda Z: Z)
ACTIVATED = mistaken_network(last=ACTIVATIONS["relu"])


def of_logits(logits, statistic):
    """Return the statistic (logits, y) of a mistaken network, as a function of evaluate's arguments."""
    return lambda X, y, params: statistic(logits(X, params), y)


def of_loss(per_sample):
    """Return the three worst by a mistaken loss (logits, y)."""
    return lambda X, y, params: np.argsort(-per_sample(mlp_oracle(X, params), y), kind="stable")[:3]


def sorted_upwards(X, y, params):
    return np.argsort(evaluate_losses(X, y, params), kind="stable")


PREDICTIONS = known(
    ev_linear=of_logits(LINEAR, lambda Z, y: Z.argmax(axis=1)),
    ev_last_activated=of_logits(ACTIVATED, lambda Z, y: Z.argmax(axis=1)),
    ev_column=lambda X, y, params: predictions_oracle(X, y, params)[:, None],
    ev_logits=lambda X, y, params: mlp_oracle(X, params),
)
LOSS = known(
    ev_linear=of_logits(LINEAR, cross_entropy_oracle),
    ev_last_activated=of_logits(ACTIVATED, cross_entropy_oracle),
    ev_sum=lambda X, y, params: math.fsum(evaluate_losses(X, y, params)),
    ev_all_losses=evaluate_losses,
    ev_meannc=of_logits(mlp_oracle, CE["ce-meannc"]),
    ev_doublesm=of_logits(mlp_oracle, CE["ce-doublesm"]),
    ev_index=of_logits(mlp_oracle, CE["ce-index"]),
    ev_log_of_softmax=of_logits(mlp_oracle, CE["ce-log-of-softmax"]),
)
RIGHT = known(
    ev_linear=of_logits(LINEAR, accuracy_oracle),
    ev_last_activated=of_logits(ACTIVATED, accuracy_oracle),
    ev_acc_count=of_logits(mlp_oracle, ACCURACY["acc-count"]),
    ev_acc_percent=of_logits(mlp_oracle, ACCURACY["acc-percent"]),
    ev_acc_bcast=of_logits(mlp_oracle, ACCURACY["acc-bcast"]),
)


def worst_of_the_rejected(X, y, params):
    order = sorted_upwards(X, y, params)[::-1]
    return order[predictions_oracle(X, y, params)[order] != y[order]][:3]


def rejected_before_accepted(X, y, params):
    accepted = predictions_oracle(X, y, params) == y
    return np.lexsort((-evaluate_losses(X, y, params), accepted))[:3]


WORST = known(
    ev_linear=lambda X, y, params: np.argsort(-np.array(ce_terms(LINEAR(X, params), y)), kind="stable")[:3],
    ev_last_activated=lambda X, y, params: np.argsort(-np.array(ce_terms(ACTIVATED(X, params), y)), kind="stable")[:3],
    ev_worst_smallest=lambda X, y, params: sorted_upwards(X, y, params)[:3],
    ev_worst_ascending=lambda X, y, params: sorted_upwards(X, y, params)[-3:],
    ev_worst_values=lambda X, y, params: np.sort(evaluate_losses(X, y, params))[::-1][:3],
    ev_worst_unsure=of_loss(lambda Z, y: -softmax_oracle(Z).max(axis=1)),
    ev_worst_margin=of_loss(lambda Z, y: Z.max(axis=1) - picked(Z, y)),
    ev_worst_rejected=worst_of_the_rejected,
    ev_worst_rejected_first=rejected_before_accepted,
)


def field(student, name):
    """Return the call that keeps one entry of evaluate's dict; ``worst`` as an array if it is a list of ints."""

    def call(X, y, params):
        report = student.evaluate(X, y, params)
        named = "ev-tuple" if isinstance(report, tuple) else None
        expect_true(isinstance(report, dict), "evaluate should return a dict", code="WRONG_TYPE", misconception=named)
        keys = ", ".join(map(str, report)) or "none"
        expect_true(name in report, f'the dict has no "{name}"; its keys: {keys}', code="WRONG_TYPE")
        value = report[name]
        if name == "worst" and isinstance(value, list | tuple) and all(is_index(i) for i in value):
            value = np.array([int(i) for i in value], dtype=np.int64)
        return value

    return call


def is_index(i):
    """Tell whether i is an integer, and no bool."""
    if isinstance(i, np.ndarray):
        return i.ndim == 0 and i.dtype.kind in "iu"
    return isinstance(i, int | np.integer) and not isinstance(i, bool | np.bool_)


def clear_sample(rng, N, sizes, whole=False):
    """Return (X, y, params) where neither two scores of a row nor two losses are within 1e-3 of each other."""
    while True:
        X = ints(rng, -4, 5, (N, sizes[0])).astype(np.int64) if whole else 2 * normal(rng, N, sizes[0])
        params, y = network(rng, sizes), labels(rng, N, sizes[-1])
        params = whole_weights(rng, params) if whole else params
        scores = np.sort(mlp_oracle(X, params), axis=1)
        losses = np.sort(evaluate_losses(X, y, params))
        if np.diff(scores, axis=1).min() > 1e-3 and np.diff(losses).min() > 1e-3:
            return X, y, params


def samples(rng):
    """Return cases for evaluate: all sizes different, square, three samples, integers, more samples than units."""
    return [
        clear_sample(rng, 5, [4, 6, 3]),
        clear_sample(rng, 4, [4, 4, 4]),
        clear_sample(rng, 3, [2, 5, 3]),
        clear_sample(rng, 24, [3, 4, 2]),
        clear_sample(rng, 7, [3, 5, 4], whole=True),
        many_samples(rng),
    ]


def many_samples(rng):
    """Return (X, y, params) of 200 samples, the four worst well apart and one of the three behind the first 128."""
    while True:
        X, params, y = normal(rng, 200, 3), network(rng, [3, 5, 3]), labels(rng, 200, 3)
        losses = evaluate_losses(X, y, params)
        order = np.argsort(losses)[-4:]
        if np.diff(losses[order]).min() > 1e-3 and order[1:].max() > 128:
            return X, y, params


def telling_sample(rng, N, sizes):
    """Return a sample with two wrong predictions on which every idea of the worst three gives an answer of its own."""
    ideas = [worst_oracle, *WORST.values()]
    while True:
        X, _, params = clear_sample(rng, N, sizes)
        y = predictions_oracle(X, None, params)
        y[rng.choice(N, 2, replace=False)] += 1
        case = X, y % sizes[-1], params
        is_clear = np.diff(np.sort(evaluate_losses(*case))).min() > 1e-3
        if is_clear and len({tuple(np.asarray(idea(*case)).tolist()) for idea in ideas}) == len(ideas):
            return case


def judge_evaluate_loss(student, cases):
    compare_losses(field(student, "loss"), loss_oracle, cases, "loss", LOSS, evaluate_losses, "ev-eps")


@check("evaluate", points=3)
def check_evaluate_predictions(student, rng):
    """predictions holds the class of the largest logit of each row."""
    compare(
        field(student, "predictions"), predictions_oracle, samples(rng), "predictions", kind="ints", unless=PREDICTIONS
    )


@check("evaluate", points=3)
def check_evaluate_loss(student, rng):
    """loss is the mean cross-entropy of the network's logits."""
    judge_evaluate_loss(student, samples(rng))


@check("evaluate", points=2)
def check_evaluate_accuracy(student, rng):
    """accuracy is the share of right predictions."""
    compare(field(student, "accuracy"), right_oracle, samples(rng), "accuracy", unless=RIGHT)


@check("evaluate", points=3)
def check_evaluate_worst(student, rng):
    """worst holds the indices of the three largest losses, the largest first."""
    cases = [telling_sample(rng, 8, [4, 5, 4]), *samples(rng)]
    compare(field(student, "worst"), worst_oracle, cases, "worst", kind="ints", unless=WORST)


@check("evaluate", points=1)
def check_evaluate_other_depths(student, rng):
    """The report is the same for one layer and for three."""
    cases = [clear_sample(rng, 6, [3, 4]), clear_sample(rng, 5, [2, 4, 5, 3]), clear_sample(rng, 3, [4, 3, 2, 4, 2])]
    compare(field(student, "predictions"), predictions_oracle, cases, "predictions", kind="ints", unless=PREDICTIONS)
    judge_evaluate_loss(student, cases)
    compare(field(student, "accuracy"), right_oracle, cases, "accuracy", unless=RIGHT)
    compare(field(student, "worst"), worst_oracle, cases, "worst", kind="ints", unless=WORST)


@check("evaluate", points=1)
def check_evaluate_equal_losses(student, rng):
    """Of equal losses any may come first, and none twice."""
    for N in (3, 4, 8):
        X, y, params = clear_sample(rng, N, [3, 5, 3])
        X[1:], y[1:] = X[1], y[1]
        if N == 8:
            X[5:7], y[5:7] = 3 * X[0] - 1, 2 - y[0]
        worst = field(student, "worst")(X, y, params)
        expect_true(
            isinstance(worst, np.ndarray) and worst.dtype.kind in "iu" and worst.shape == (3,),
            "worst should hold three indices, integers",
            code="WRONG_TYPE",
        )
        indices = worst.tolist()
        expect_true(
            len(set(indices)) == 3 and all(0 <= i < N for i in indices),
            f"worst should name three different rows of the {N} there are; it is {indices}",
        )
        losses = evaluate_losses(X, y, params)
        largest = np.sort(losses)[::-1][:3]
        expect_true(
            bool(np.all(np.abs(losses[indices] - largest) <= 1e-8 * np.maximum(1.0, largest))),
            "the rows that worst names do not have the three largest losses, the largest first",
        )


def far_networks(rng):
    """Return cases for evaluate with inputs up to 10,000 in size, whose logits are thousands apart."""
    X = np.array([[10_000.0, -10_000.0], [-10_000.0, 10_000.0], [5000.0, 9000.0], [-7000.0, -2000.0], [0.5, 1.0]])
    W1, b1 = np.array([[0.5, -0.5, 0.25], [-0.25, 0.5, 0.5]]), normal(rng, 3)
    W2, b2 = np.array([[0.5, -0.5], [-0.25, 0.5], [0.125, 0.25]]), normal(rng, 2)
    hidden = W1, b1
    return [
        (X, np.array([1, 0, 0, 1, 1]), [hidden, (W2, b2)]),
        (X, np.array([0, 1, 1, 1, 0]), [hidden, (W2, b2)]),
        (X[:4], np.array([0, 1, 1, 0]), [hidden, (-np.abs(W2), b2)]),
    ]


@check("evaluate", points=1)
def check_evaluate_far_out(student, rng):
    """The report stays right when the logits are thousands apart."""
    cases = far_networks(rng)
    judge_evaluate_loss(student, cases)
    compare(field(student, "worst"), worst_oracle, cases[:1], "worst", kind="ints")


@check("evaluate", points=1, no_warnings=True)
def check_evaluate_is_silent(student, rng):
    """evaluate warns of nothing when the logits are thousands apart."""
    judge_evaluate_loss(student, far_networks(rng))
