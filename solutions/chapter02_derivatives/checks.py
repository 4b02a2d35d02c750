"""The hidden checks of chapter 2.

Oracles are written in another form than the lesson's: slopes by cosh and tanh of half the argument, gradients as
closed formulas of the central differences' own error where the function is a polynomial.
"""

import math

import numpy as np

from grader.checks import check, compare, elementwise_cases, expect_close, expect_true, fail, ints, normal
from grader.checks.formulas import expect_declared_formula

EPS = 2.0**-52
ROUNDING = 100.0
"""Rounding of a central difference that is allowed, in units of eps·(max|f| + |x|·|f'|)/h.

Measured on 3,500 random cases with the functions below, h from 0.5 to 1e-5: of seven right ways to write it (one
quotient, two, 0.5/h in front, the mean of both one-sided ones, divided by the distance of the points, moved there and
back in place …) the worst was off by 5.8 units, and of five ways to write a gradient by 1.4. A step of 1e-6 in place of
1e-5 is off by 50,000 and more where it is asked about.
"""
GRADIENT = 1e-6


# formulas


@check("d_polynomial", points=2)
def check_d_polynomial(student, rng):
    """The formula is the derivative of x³ - 2x."""
    expect_declared_formula(student.d_polynomial, rng)


@check("d_sine_of_square", points=2)
def check_d_sine_of_square(student, rng):
    """The formula is the derivative of sin(x²)."""
    expect_declared_formula(student.d_sine_of_square, rng)


@check("d_softplus", points=2)
def check_d_softplus(student, rng):
    """The formula is the derivative of log(1 + eˣ)."""
    expect_declared_formula(student.d_softplus, rng)


@check("d_bump", points=2)
def check_d_bump(student, rng):
    """The formula is the derivative of x·e^(-x²)."""
    expect_declared_formula(student.d_bump, rng)


@check("d_sigmoid", points=2)
def check_d_sigmoid(student, rng):
    """The formula is the derivative of 1/(1 + e^-x)."""
    expect_declared_formula(student.d_sigmoid, rng)


@check("d_log_cosine", points=2)
def check_d_log_cosine(student, rng):
    """The formula is the derivative of log(cos x)."""
    expect_declared_formula(student.d_log_cosine, rng)


@check("d_quotient", points=2)
def check_d_quotient(student, rng):
    """The formula is the derivative of sin(x)/(1 + x²)."""
    expect_declared_formula(student.d_quotient, rng)


@check("chain_rule_steps", points=2)
def check_outer_derivative(student, rng):
    """ "outer" is the derivative of e^u, taken at u = sin 3x."""
    expect_declared_formula(student.chain_rule_steps, rng, "outer")


@check("chain_rule_steps", points=2)
def check_inner_derivative(student, rng):
    """ "inner" is the derivative of sin 3x."""
    expect_declared_formula(student.chain_rule_steps, rng, "inner")


@check("chain_rule_steps", points=2)
def check_whole_derivative(student, rng):
    """ "derivative" is the derivative of e^(sin 3x)."""
    expect_declared_formula(student.chain_rule_steps, rng, "derivative")


@check("neuron_gradients", points=3)
def check_gradient_by_w(student, rng):
    """ "w" is the partial derivative by w."""
    expect_declared_formula(student.neuron_gradients, rng, "w")


@check("neuron_gradients", points=3)
def check_gradient_by_b(student, rng):
    """ "b" is the partial derivative by b."""
    expect_declared_formula(student.neuron_gradients, rng, "b")


# numerical_derivative


def number(t):
    """Return the number that a function of one variable was given."""
    if isinstance(t, np.ndarray) and t.ndim > 0:
        raise TypeError(f"f takes a number and was given an array of shape {t.shape}")
    return float(t)


def cubic(rng):
    a, b, c = rng.uniform(0.5, 1.5, 3)
    return lambda t: a * number(t) ** 3 - b * number(t) ** 2 + c


def wave(rng):
    a, b = rng.uniform(0.5, 1.5, 2)
    return lambda t: math.sin(2 * number(t) + a) + b * number(t)


def growth(rng):
    a, b = rng.uniform(0.5, 1.5, 2)
    return lambda t: b * math.exp(a * number(t))


def central(f, x, h=1e-5):
    ahead, behind = f(float(x) + h), f(float(x) - h)
    return 0.5 * ahead / h - 0.5 * behind / h


def rounding_of_derivative(f, x, h=1e-5):
    size = max(abs(f(x)), abs(f(x + h)), abs(f(x - h)))
    return (size + abs(x) * abs(central(f, x, h))) / h


def fivepoint(f, x, h=1e-5):
    return (8 * (f(x + h) - f(x - h)) - f(x + 2 * h) + f(x - 2 * h)) / (12 * h)


DERIVATIVE_WRONG = {
    "fd-2": lambda f, x, h=1e-5: 2 * central(f, x, h),
    "fd-forward": lambda f, x, h=1e-5: (f(x + h) - f(x)) / h,
    "fd-backward": lambda f, x, h=1e-5: (f(x) - f(x - h)) / h,
    "fd-half-of-one-side": lambda f, x, h=1e-5: (f(x + h) - f(x)) / (2 * h),
    "fd-plus": lambda f, x, h=1e-5: (f(x + h) + f(x - h)) / (2 * h),
    "fd-sign": lambda f, x, h=1e-5: -central(f, x, h),
    "fd-precedence": lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / 2 * h,
    "fd-no-division": lambda f, x, h=1e-5: f(x + h) - f(x - h),
    "fd-ignores-h": lambda f, x, h=1e-5: central(f, x),
    "fd-narrow": lambda f, x, h=1e-5: central(f, x, h / 2),
    "fd-half-step": lambda f, x, h=1e-5: central(f, x, h / 2) / 2,
    "fd-relative-step": lambda f, x, h=1e-5: central(f, x, h * max(1.0, abs(x))),
    "fd-five-points": fivepoint,
    "fd-second": lambda f, x, h=1e-5: (f(x + h) - 2 * f(x) + f(x - h)) / h**2,
    "fd-rounded-x": lambda f, x, h=1e-5: central(f, int(x), h),
    "fd-no-brackets": lambda f, x, h=1e-5: f(x + h) - f(x - h) / (2 * h),
}


def told_apart(wrong, right):
    """Return the wrong values as functions that raise ValueError where the value is as good as the right one.

    So a right value of the wrong type has no name.
    """

    def value(id):
        value = wrong[id]()
        if np.shape(value) == np.shape(right) and np.allclose(value, right, 1e-4, 0.0):
            raise ValueError(f"{id} makes no difference here")
        return value

    return {id: (lambda id=id: value(id)) for id in wrong}


def with_h_by_name(call):
    """Return call with its last argument handed over by its name, as the lesson's examples do."""
    return lambda *case: call(*case[:-1], h=case[-1])


def compare_derivatives(student, cases):
    compare(
        with_h_by_name(student.numerical_derivative), central, cases, "numerical_derivative(f, x, h)",
        tol=ROUNDING * EPS, scale=rounding_of_derivative, unless=DERIVATIVE_WRONG,
    )  # fmt: skip


@check("numerical_derivative", points=3)
def check_central_difference(student, rng):
    """numerical_derivative is (f(x + h) - f(x - h)) / (2h), seen with a step large enough to tell it from others."""
    cases = [
        (f(rng), float(sign * rng.uniform(1.2, 2.2)), h)
        for f, sign, h in [(cubic, 1, 0.1), (cubic, -1, 0.25), (wave, 1, 0.1), (growth, -1, 0.5), (wave, -1, 0.02)]
    ]
    compare_derivatives(student, cases)


@check("numerical_derivative", points=1)
def check_derivative_of_whole_numbers_and_kinks(student, rng):
    """x may be a whole number, or the place of a kink, where the slope is the mean of two, and a slope may be tiny."""
    left, right = (float(slope) for slope in rng.uniform(0.5, 2.5, 2))

    def kinked(t):
        return right * max(number(t), 0.0) - left * min(number(t), 0.0)

    cases = [(cubic(rng), 2, 0.1), (wave(rng), -3, 0.1), (kinked, 0.0, 0.125), (kinked, 0, 0.5), (growth(rng), 1, 0.25)]
    flat = wave(rng)
    cases.append((lambda t: 1e-7 * flat(t), 0.75, 0.1))
    compare_derivatives(student, cases)


@check("numerical_derivative", points=2)
def check_step_of_derivative(student, rng):
    """Without h the step is 1e-5, which a function of very fast waves can tell."""
    seen = []
    rate = float(rng.uniform(280, 320))

    def waves(t):
        seen.append(number(t))
        return math.sin(rate * seen[-1])

    for x in (float(rng.uniform(0.7, 1.3)), 1):
        seen.clear()
        got = student.numerical_derivative(waves, x)
        own_step = max((abs(t - x) for t in seen), default=0.0)
        expect_close(
            got, central(waves, x), "numerical_derivative(f, x)",
            tol=ROUNDING * EPS, scale=rounding_of_derivative(waves, x),
            unless={
                "fd-own-step": lambda x=x, h=own_step: central(waves, x, h),
                **told_apart(
                    {id: (lambda wrong=wrong, x=x: wrong(waves, x)) for id, wrong in DERIVATIVE_WRONG.items()},
                    central(waves, x),
                ),
            },
        )  # fmt: skip


# numerical_gradient


def array_of(shape, x):
    """Return the array that a function of several variables was given, as floats."""
    if not isinstance(x, np.ndarray):
        fail(f"the function is called with a {type(x).__name__}, expected an array of shape {shape}", code="WRONG_TYPE")
    if x.shape != shape:
        message = f"the function is called with an array of shape {x.shape}, expected the shape of x, {shape}"
        fail(message, code="WRONG_SHAPE", misconception="ng-flat-call" if x.ndim == 1 < len(shape) else None)
    return x.astype(np.float64)


def surface(rng, shape):
    """Return a polynomial of degree 5 whose slope in each entry depends on all others."""
    a, b = rng.uniform(0.5, 1.5, shape), rng.uniform(-1, 1, shape)

    def f(x):
        x = array_of(shape, x)
        return float(np.sum(a * x**5) / 4 + np.sum(b * x) ** 2)

    return f


def central_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    entries = []
    for k in range(x.size):
        unit = (np.arange(x.size) == k).reshape(x.shape).astype(float)
        entries.append(central(lambda t, unit=unit: f(x + t * unit), 0.0, h))
    return np.reshape(entries, x.shape)


def largest_value(f, x, h):
    """Return the largest |f| among the points that a central gradient looks at."""
    x = np.asarray(x, dtype=np.float64)
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return max(float(np.max(np.abs(f(x + sign * step)))) for step in steps for sign in (-1, 1))


def rounding_of_gradient(f, x, h=1e-5):
    slope = np.max(np.abs(central_gradient(f, x, h)))
    return float(largest_value(f, x, h) + np.max(np.abs(x)) * slope) / h


def entry_by_entry(difference):
    """Return a wrong difference of two points, told by (f at x + t·e, x, h), done for every entry."""

    def gradient(f, x, h=1e-5):
        x = np.asarray(x, dtype=np.float64)
        out = np.zeros(x.shape)
        for i in np.ndindex(x.shape):

            def along(t, i=i):
                moved = x.copy()
                moved[i] += t
                return f(moved)

            out[i] = difference(along, h, x[i])
        return out

    return gradient


def left_there(f, x, h=1e-5):
    """Move each entry of a copy and do not put it back."""
    x, out = np.array(x, dtype=np.float64), np.zeros(np.shape(x))
    for i in np.ndindex(x.shape):
        x[i] += h
        ahead = f(x)
        x[i] -= 2 * h
        out[i] = (ahead - f(x)) / (2 * h)
    return out


def all_at_once(f, x, h=1e-5):
    x = np.asarray(x, dtype=np.float64)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


def steps_cut(f, x, h=1e-5):
    """Move the entries of an array that holds the dtype of x: steps are cut in one of ints."""
    x, out = np.array(x), np.zeros(np.shape(x))
    for i in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[i], behind[i] = x[i] + h, x[i] - h
        out[i] = (f(ahead) - f(behind)) / (2 * h)
    return out


def whole_numbers(rng, *shape):
    """Return ints from -3 to 3 of a shape, the first of them not 0 and the last 0."""
    x = ints(rng, -3, 4, shape, dtype=int)
    x.flat[0], x.flat[-1] = rng.choice([-3, -2, 2, 3]), 0
    return x


def whole(x):
    return np.asarray(x).dtype.kind in "iu"


GRADIENT_WRONG = {
    "fd-2": lambda f, x, h=1e-5: 2 * central_gradient(f, x, h),
    "fd-forward": entry_by_entry(lambda along, h, _: (along(h) - along(0.0)) / h),
    "fd-backward": entry_by_entry(lambda along, h, _: (along(0.0) - along(-h)) / h),
    "fd-half-of-one-side": entry_by_entry(lambda along, h, _: (along(h) - along(0.0)) / (2 * h)),
    "fd-sign": lambda f, x, h=1e-5: -central_gradient(f, x, h),
    "fd-precedence": lambda f, x, h=1e-5: central_gradient(f, x, h) * h * h,
    "fd-no-division": lambda f, x, h=1e-5: central_gradient(f, x, h) * 2 * h,
    "fd-ignores-h": lambda f, x, h=1e-5: central_gradient(f, x),
    "fd-narrow": lambda f, x, h=1e-5: central_gradient(f, x, h / 2),
    "fd-relative-step": entry_by_entry(lambda along, h, xi: central(along, 0.0, h * max(1.0, abs(xi)))),
    "fd-five-points": entry_by_entry(lambda along, h, _: fivepoint(along, 0.0, h)),
    "ng-not-put-back": left_there,
    "ng-all-at-once": all_at_once,
    "ng-transposed": lambda f, x, h=1e-5: (
        central_gradient(f, x, h).T if np.ndim(x) == 2 and len(x) == len(x[0]) else central_gradient(f, x, h)
    ),
    "ng-sum": lambda f, x, h=1e-5: float(np.sum(central_gradient(f, x, h))),
    "ng-flat": lambda f, x, h=1e-5: central_gradient(f, x, h).ravel(),
    "ng-steps-cut": steps_cut,
    "ng-zeros-skipped": lambda f, x, h=1e-5: np.where(np.asarray(x) == 0, 0.0, central_gradient(f, x, h)),
    "ng-int-buffer": lambda f, x, h=1e-5: (
        np.trunc(central_gradient(f, x, h)) if whole(x) else central_gradient(f, x, h)
    ),
}
LEFT_MOVED = {"MUTATED_INPUT": "fd-norestore"}


def compare_gradients(student, cases):
    compare(
        with_h_by_name(student.numerical_gradient), central_gradient, cases, "numerical_gradient(f, x, h)",
        tol=ROUNDING * EPS, scale=rounding_of_gradient, unless=GRADIENT_WRONG,
    )  # fmt: skip


@check("numerical_gradient", points=3, blames=LEFT_MOVED)
def check_gradient_entry_by_entry(student, rng):
    """Entry i is the central difference of f when x[i] alone moves."""
    cases = [(surface(rng, (n,)), rng.uniform(1.1, 2.0, n), h) for n, h in [(3, 0.1), (5, 0.25), (1, 0.1)]]
    compare_gradients(student, cases)


@check("numerical_gradient", points=2, blames=LEFT_MOVED)
def check_gradient_has_the_shape_of_x(student, rng):
    """The gradient has the shape of x, and f is called with arrays of that shape."""
    shapes = [((2, 3), 0.1), ((4, 1), 0.05), ((3, 3), 0.1), ((2, 3, 2), 0.1)]
    cases = [(surface(rng, s), rng.uniform(-2, 2, s), h) for s, h in shapes]
    cases.append((surface(rng, (2, 3)), cases[0][1], 0.1))  # another function at the same place
    compare_gradients(student, cases)


@check("numerical_gradient", points=1, blames=LEFT_MOVED)
def check_gradient_at_whole_numbers(student, rng):
    """x may hold ints: neither the steps nor the gradient are cut to whole numbers."""
    cases = [(surface(rng, s), whole_numbers(rng, *s), h) for s, h in [((4,), 0.1), ((2, 3), 0.25)]]
    compare_gradients(student, cases)


def waves_of(rng, shape):
    rates, shifts = rng.uniform(280, 320, shape), rng.uniform(-0.2, 0.2, shape)
    return lambda x: float(np.sum(np.sin(rates * (array_of(shape, x) - 1.0) + shifts)))


def recorded(f, seen):
    def call(x):
        seen.append(np.array(x, dtype=np.float64))
        return f(x)

    return call


@check("numerical_gradient", points=1, blames=LEFT_MOVED)
def check_step_of_gradient(student, rng):
    """Without h the step is 1e-5."""
    seen = []
    f, x = waves_of(rng, (3,)), 1.0 + rng.uniform(-1e-3, 1e-3, 3)
    got = student.numerical_gradient(recorded(f, seen), x)
    own_step = max((float(np.max(np.abs(point - x))) for point in seen), default=0.0)
    expect_close(
        got, central_gradient(f, x), "numerical_gradient(f, x)", tol=ROUNDING * EPS, scale=rounding_of_gradient(f, x),
        unless={
            "fd-own-step": lambda: central_gradient(f, x, own_step),
            **told_apart({id: (lambda wrong=wrong: wrong(f, x)) for id, wrong in GRADIENT_WRONG.items()}, central_gradient(f, x)),
        },
    )  # fmt: skip


# jacobian


def mapping(rng, D, M):
    """Return a function from (D,) to (M,) with every output a polynomial of degree 5 in every input."""
    A, B = rng.uniform(0.5, 1.5, (M, D)), rng.uniform(-1, 1, (M, D))

    def f(x):
        x = array_of((D,), x)
        return A @ x**5 / 4 + (B @ x) ** 2

    return f


def central_jacobian(f, x, h=1e-5):
    M = len(f(np.asarray(x)))
    return np.array([central_gradient(lambda v, m=m: float(f(v)[m]), x, h) for m in range(M)])


def rounding_of_jacobian(f, x, h=1e-5):
    slope = np.max(np.abs(central_jacobian(f, x, h)))
    return float(largest_value(f, x, h) + np.max(np.abs(x)) * slope) / h


def row_by_row(gradient):
    def jacobian(f, x, h=1e-5):
        return np.array([gradient(lambda v, m=m: float(f(v)[m]), x, h) for m in range(len(f(np.asarray(x))))])

    return jacobian


JACOBIAN_WRONG = {
    **{id: row_by_row(GRADIENT_WRONG[id]) for id in GRADIENT_WRONG if id not in ("ng-flat", "ng-sum", "ng-int-buffer")},
    "jac-transposed": lambda f, x, h=1e-5: central_jacobian(f, x, h).T,
    "jac-one-row": lambda f, x, h=1e-5: central_jacobian(f, x, h).sum(axis=0),
    "jac-outputs-added": lambda f, x, h=1e-5: central_jacobian(f, x, h).sum(axis=1),
    "jac-reshaped": lambda f, x, h=1e-5: central_jacobian(f, x, h).T.reshape(len(f(np.asarray(x))), -1),
    "jac-flat": lambda f, x, h=1e-5: central_jacobian(f, x, h).ravel(),
    "jac-squeezed": lambda f, x, h=1e-5: np.squeeze(central_jacobian(f, x, h)),
    "ng-int-buffer": lambda f, x, h=1e-5: np.trunc(central_jacobian(f, x, h)) if whole(x) else central_jacobian(f, x, h),
}  # fmt: skip


def compare_jacobians(student, cases):
    compare(
        with_h_by_name(student.jacobian), central_jacobian, cases, "jacobian(f, x, h)",
        tol=ROUNDING * EPS, scale=rounding_of_jacobian, unless=JACOBIAN_WRONG,
    )  # fmt: skip


@check("jacobian", points=2, blames=LEFT_MOVED)
def check_jacobian(student, rng):
    """Row m, column d is the central difference of output m by input d."""
    cases = [(mapping(rng, D, M), rng.uniform(1.1, 2.0, D), h) for D, M, h in [(3, 2, 0.1), (2, 4, 0.25), (3, 3, 0.1)]]
    compare_jacobians(student, cases)


@check("jacobian", points=1, blames=LEFT_MOVED)
def check_jacobian_of_one(student, rng):
    """With one input or one output it still has the shape (M, D)."""
    cases = [(mapping(rng, D, M), rng.uniform(1.1, 2.0, D), 0.1) for D, M in [(4, 1), (1, 3), (1, 1)]]
    compare_jacobians(student, cases)


@check("jacobian", points=1, blames=LEFT_MOVED)
def check_jacobian_at_whole_numbers(student, rng):
    """x may hold ints: neither the steps nor the result are cut to whole numbers."""
    cases = [(mapping(rng, D, M), whole_numbers(rng, D), 0.1) for D, M in [(3, 2), (4, 5)]]
    compare_jacobians(student, cases)


@check("jacobian", points=1, blames=LEFT_MOVED)
def check_step_of_jacobian(student, rng):
    """Without h the step is 1e-5."""
    seen, rates = [], rng.uniform(280, 320, (2, 3))

    def f(x):
        seen.append(array_of((3,), x))
        return np.sin(rates @ (seen[-1] - 1.0))

    x = 1.0 + rng.uniform(-1e-3, 1e-3, 3)
    got = student.jacobian(f, x)
    own_step = max((float(np.max(np.abs(point - x))) for point in seen), default=0.0)
    expect_close(
        got, central_jacobian(f, x), "jacobian(f, x)", tol=ROUNDING * EPS, scale=rounding_of_jacobian(f, x),
        unless={
            "fd-own-step": lambda: central_jacobian(f, x, own_step),
            **told_apart({id: (lambda wrong=wrong: wrong(f, x)) for id, wrong in JACOBIAN_WRONG.items()}, central_jacobian(f, x)),
        },
    )  # fmt: skip


# gradient_check


def relative_errors(f, g, x, h=1e-5, numerical=central_gradient):
    n, a = numerical(f, x, h), np.asarray(g(np.asarray(x)), dtype=np.float64)
    return n, a, [abs(p - q) / max(1e-8, abs(p) + abs(q)) for p, q in zip(n.flat, a.flat, strict=True)]


def worst_error(f, g, x, h=1e-5):
    return max(relative_errors(f, g, x, h)[2])


def from_n_and_a(formula, numerical=central_gradient):
    """Return a wrong gradient check, told by a formula in n and a."""

    def wrong(f, g, x, h=1e-5):
        n, a, _ = relative_errors(f, g, x, h, numerical)
        return formula(n, a)

    return wrong


def ratio(n, a):
    return np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a))


CHECK_WRONG = {
    "gc-absolute": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a)))),
    "gc-mean": from_n_and_a(lambda n, a: float(np.mean(ratio(n, a)))),
    "gc-sum": from_n_and_a(lambda n, a: float(np.sum(ratio(n, a)))),
    "gc-min": from_n_and_a(lambda n, a: float(np.min(ratio(n, a)))),
    "gc-norm": from_n_and_a(
        lambda n, a: float(np.linalg.norm(n - a) / max(1e-8, np.linalg.norm(n) + np.linalg.norm(a)))
    ),
    "gc-larger-of-two": from_n_and_a(
        lambda n, a: float(np.max(np.abs(n - a) / np.maximum(1e-8, np.maximum(np.abs(n), np.abs(a)))))
    ),
    "gc-floor-added": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / (1e-8 + np.abs(n) + np.abs(a))))),
    "gc-no-floor": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / (np.abs(n) + np.abs(a))))),
    "gc-other-floor": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / np.maximum(1e-12, np.abs(n) + np.abs(a))))),
    "gc-no-abs": from_n_and_a(lambda n, a: float(np.max((n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a))))),
    "gc-no-abs-below": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n + a))))),
    "gc-by-a": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(a))))),
    "gc-by-n": from_n_and_a(lambda n, a: float(np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n))))),
    "gc-worst-apart": from_n_and_a(
        lambda n, a: float(np.max(np.abs(n - a)) / max(1e-8, np.max(np.abs(n) + np.abs(a))))
    ),
    "gc-largest-difference": from_n_and_a(lambda n, a: float(ratio(n, a).flat[np.argmax(np.abs(n - a))])),
    "gc-zeros-skipped": from_n_and_a(lambda n, a: float(np.max(ratio(n, a)[a != 0], initial=0.0))),
    "gc-entries": from_n_and_a(ratio),
    "gc-rows": from_n_and_a(lambda n, a: float(np.max(ratio(n, a).ravel()[: len(n)]))),
    "gc-by-mean": from_n_and_a(lambda n, a: 2 * float(np.max(ratio(n, a)))),
    "fd-forward": from_n_and_a(lambda n, a: float(np.max(ratio(n, a))), GRADIENT_WRONG["fd-forward"]),
    "fd-2": from_n_and_a(lambda n, a: float(np.max(ratio(2 * n, a)))),
    "fd-ignores-h": lambda f, g, x, h=1e-5: worst_error(f, g, x),
    "ng-steps-cut": from_n_and_a(lambda n, a: float(np.max(ratio(n, a))), steps_cut),
    "ng-int-buffer": from_n_and_a(lambda n, a: float(np.max(ratio(n, a))), GRADIENT_WRONG["ng-int-buffer"]),
}  # fmt: skip


def surface_and_gradient(rng, shape, factors=1.0):
    """Return a polynomial and its gradient, each entry multiplied by one of factors."""
    a, b = rng.uniform(0.5, 1.5, shape), rng.uniform(-0.5, 0.5, shape)

    def f(x):
        x = array_of(shape, x)
        return float(np.sum(a * x**3) + np.sum(b * x) ** 2)

    def g(x):
        x = array_of(shape, x)
        return (3 * a * x**2 + 2 * b * np.sum(b * x)) * factors

    return f, g


def is_a_number(call):
    """Return gradient_check as a function that must give the error itself."""

    def checked(*case):
        got = call(*case)
        message = "gradient_check gives True or False, expected the largest error, a float"
        expect_true(not isinstance(got, (bool, np.bool_)), message, code="WRONG_TYPE", misconception="gc-bool")
        return got

    return checked


@check("gradient_check", points=3, blames=LEFT_MOVED)
def check_error_of_a_wrong_gradient(student, rng):
    """The result is the largest relative error, whichever entry of the gradient is wrong, and by whatever factor."""
    cases = []
    for shape, h, worst in [((3,), 0.1, 1), ((2, 3), 0.05, 5), ((4,), 0.25, 3), ((2, 2, 2), 0.1, 0), ((3, 2), 0.1, 4)]:
        factors = rng.uniform(0.9, 1.1, shape)
        factors.flat[worst] = 0.6
        cases.append((*surface_and_gradient(rng, shape, factors), rng.uniform(1.0, 2.0, shape), h))
    cases.append((*surface_and_gradient(rng, (3,), np.array([1.5, 0.99, 1.1])), -rng.uniform(1.0, 2.0, 3), 0.1))
    cases.append((*surface_and_gradient(rng, (3,), np.array([-1.0, 0.5, 1.0]) * 1.1), rng.uniform(1.0, 2.0, 3), 0.1))
    cases.append((*surface_and_gradient(rng, (3,), np.array([1.05, 0.0, 0.9])), rng.uniform(1.0, 2.0, 3), 0.1))
    steep_first = np.array([3.0, 0.4, 2.0]) + rng.uniform(-0.1, 0.1, 3)
    cases.append((*surface_and_gradient(rng, (3,), np.array([0.9, 0.7, 0.95])), steep_first, 0.1))
    cases.append((*surface_and_gradient(rng, (3,), 1.3), ints(rng, 1, 4, 3, dtype=int), 0.1))
    f, g = surface_and_gradient(rng, (3,), np.array([0.7, 1.05, 0.9]))
    cases.append((lambda x: -f(x), lambda x: -g(x), rng.uniform(1.0, 2.0, 3), 0.1))  # every slope falls
    compare(
        is_a_number(student.gradient_check), worst_error, cases, "gradient_check(f, g, x, h)", unless=CHECK_WRONG
    )  # fmt: skip


def expect_small_error(student, f, g, x):
    """Demand what the step 1e-5 leaves of a right gradient's error, within rounding."""
    seen = []
    n, a, errors = relative_errors(f, g, x)
    allowed = ROUNDING * EPS * rounding_of_gradient(f, x) / np.min(np.abs(n) + np.abs(a))
    got = is_a_number(student.gradient_check)(recorded(f, seen), g, x)
    own_step = max((float(np.max(np.abs(point - x))) for point in seen), default=0.0)
    expect_close(
        got, max(errors), "gradient_check(f, g, x) of a right gradient", tol=float(allowed),
        unless={
            **{id: (lambda id=id: CHECK_WRONG[id](f, g, x)) for id in ("fd-2", "fd-forward", "gc-entries")},
            "gc-similarity": lambda: 1.0 - max(errors),
            "fd-own-step": lambda: worst_error(f, g, x, own_step),
        },
    )  # fmt: skip


@check("gradient_check", points=1, blames=LEFT_MOVED)
def check_error_of_a_right_gradient(student, rng):
    """For a right gradient the result is next to nothing; without h the step is 1e-5."""
    for shape in [(3,), (2, 2)]:
        expect_small_error(student, *surface_and_gradient(rng, shape), rng.uniform(1.5, 2.5, shape))
    rates = rng.uniform(280, 320, 3)
    waves = lambda x: float(np.sum(np.sin(rates * (array_of((3,), x) - 1.0))))  # noqa: E731
    slopes = lambda x: rates * np.cos(rates * (array_of((3,), x) - 1.0))  # noqa: E731
    expect_small_error(student, waves, slopes, 1.0 + rng.uniform(-1e-3, 1e-3, 3))


@check("gradient_check", points=2, blames=LEFT_MOVED)
def check_error_of_zero_gradients(student, rng):
    """Where both gradients are 0, or nearly, the denominator is 1e-8."""
    c = float(rng.integers(1, 8)) / 4

    def f(x):
        return c * float(array_of((3,), x)[0]) ** 2

    def gradient(*rest):
        return lambda x: np.array([2 * c * array_of((3,), x)[0], *rest])

    def constant(x):
        return c * array_of((2,), x).size

    # eighths, quarters and h = 1/8 make every difference exact, so that what is left of a right entry is 0
    x, h = ints(rng, 8, 17, 3) / 8, 0.125
    small, smaller = (1e-9 * float(k) for k in rng.uniform([4, 2], [6, 3]))
    cases = [
        (constant, lambda x: np.zeros(2), rng.uniform(-1, 1, 2), h),
        (f, gradient(0.0, 0.0), x, h),
        (f, gradient(smaller, small), x, h),
        (f, gradient(-small, 0.0), x, h),
        (f, gradient(0.0, 2e-8), x, h),
    ]
    compare(
        is_a_number(student.gradient_check), worst_error, cases, "gradient_check(f, g, x, h)", unless=CHECK_WRONG
    )  # fmt: skip


# compose_derivative


def scaled(rng):
    a = float(rng.uniform(1.3, 2.5))
    return (lambda t: a * number(t)), (lambda t: a + 0.0 * number(t))


def shifted_square(rng):
    b = float(rng.uniform(0.3, 0.9))
    return (lambda t: (number(t) + b) ** 2), (lambda t: 2 * (number(t) + b))


def sine(rng):
    a = float(rng.uniform(0.6, 0.9))
    return (lambda t: math.sin(a * number(t))), (lambda t: a * math.cos(a * number(t)))


def exponential(rng):
    a = float(rng.uniform(0.4, 0.7))
    return (lambda t: math.exp(-a * number(t))), (lambda t: -a * math.exp(-a * number(t)))


def bell(rng):
    a = float(rng.uniform(0.5, 1.0))
    return (lambda t: 1 / (a + number(t) ** 2)), (lambda t: -2 * number(t) / (a + number(t) ** 2) ** 2)


def chain(rng, *links):
    pairs = [link(rng) for link in links]
    return [f for f, _ in pairs], [df for _, df in pairs]


def values_on_the_way(fs, x):
    values = [float(x)]
    for f in fs:
        values.append(f(values[-1]))
    return values


def product_along(fs, dfs, x):
    """The oracle: all values first, then the factors from the last link back."""
    values = values_on_the_way(fs, x)
    return math.prod(dfs[k](values[k]) for k in reversed(range(len(fs))))


def composed(fs, x):
    return values_on_the_way(fs, x)[-1]


COMPOSE_WRONG = {
    "chain-inner": lambda fs, dfs, x: math.prod(df(x) for df in dfs),
    "chain-noinner": lambda fs, dfs, x: dfs[-1](values_on_the_way(fs, x)[-2]),
    "comp-first-only": lambda fs, dfs, x: dfs[0](x),
    "comp-reversed": lambda fs, dfs, x: product_along(fs[::-1], dfs[::-1], x),
    "comp-added": lambda fs, dfs, x: sum(df(v) for df, v in zip(dfs, values_on_the_way(fs, x), strict=False)),
    "comp-at-output": lambda fs, dfs, x: math.prod(
        df(v) for df, v in zip(dfs, values_on_the_way(fs, x)[1:], strict=True)
    ),
    "comp-at-end": lambda fs, dfs, x: math.prod(df(composed(fs, x)) for df in dfs),
    "comp-derivatives-composed": lambda fs, dfs, x: composed(dfs, x),
    "comp-value": lambda fs, dfs, x: composed(fs, x),
    "comp-last-missing": lambda fs, dfs, x: math.prod(
        df(v) for df, v in zip(dfs[:-1], values_on_the_way(fs, x), strict=False)
    ),
    "comp-first-missing": lambda fs, dfs, x: math.prod(
        df(v) for df, v in zip(dfs[1:], values_on_the_way(fs, x)[1:], strict=False)
    ),
    "comp-two-only": lambda fs, dfs, x: dfs[0](x) * dfs[1](fs[0](x)),
    "comp-inner-once": lambda fs, dfs, x: (
        dfs[0](x) * math.prod(df(f(x)) for f, df in zip(fs[:-1], dfs[1:], strict=True))
    ),
    "comp-moved-by-slope": lambda fs, dfs, x: moved_by_slope(dfs, x),
    "comp-first-place": lambda fs, dfs, x: math.prod(dfs[k](values_on_the_way(fs, x)[k]) for k in map(fs.index, fs)),
    "comp-one-value-each": lambda fs, dfs, x: one_value_each(fs, dfs, x),
    "comp-flat-skipped": lambda fs, dfs, x: math.prod(
        df(v) or 1.0 for df, v in zip(dfs, values_on_the_way(fs, x), strict=False)
    ),
}


def moved_by_slope(dfs, x):
    slope = 1.0
    for df in dfs:
        x = df(x)
        slope *= x
    return slope


def one_value_each(fs, dfs, x):
    inputs = dict(zip(fs, values_on_the_way(fs, x), strict=False))
    return math.prod(df(inputs[f]) for f, df in zip(fs, dfs, strict=True))


LISTS_CHANGED = {"MUTATED_INPUT": "comp-lists-changed"}


def compare_chains(student, cases):
    compare(
        student.compose_derivative, product_along, cases, "compose_derivative(fs, dfs, x)",
        tol=GRADIENT, unless=COMPOSE_WRONG,
    )  # fmt: skip


@check("compose_derivative", points=3, blames=LISTS_CHANGED)
def check_chain(student, rng):
    """With two or three functions the result has a factor for each: its derivative, taken at what goes into it."""
    links = [(shifted_square, sine), (sine, shifted_square), (scaled, exponential), (bell, scaled), (exponential, bell)]
    links += [(shifted_square, sine, exponential), (exponential, scaled, bell)]
    cases = [(*chain(rng, *many), float(rng.uniform(0.3, 1.3))) for many in links]
    cases += [(*chain(rng, bell, exponential), 0.0)]  # flat at 0: the whole chain is
    compare_chains(student, cases)


@check("compose_derivative", points=1, blames=LISTS_CHANGED)
def check_chain_of_four(student, rng):
    """Four functions give a product of four, also where one of them stands there twice."""
    links = [
        (sine, exponential, scaled, shifted_square),
        (scaled, bell, shifted_square, sine),
    ]
    cases = [(*chain(rng, *many), float(rng.uniform(0.3, 1.3))) for many in links]
    fs, dfs = chain(rng, shifted_square, sine, exponential)
    cases.append(([*fs, fs[0]], [*dfs, dfs[0]], float(rng.uniform(0.3, 1.3))))
    compare_chains(student, cases)


@check("compose_derivative", points=1, blames=LISTS_CHANGED)
def check_chain_of_one(student, rng):
    """One function alone is a chain too, and x may be a whole number."""
    cases = [(*chain(rng, link), float(rng.uniform(0.3, 1.3))) for link in (bell, exponential)]
    cases += [(*chain(rng, shifted_square), -2), (*chain(rng, scaled, sine, bell), 1)]
    compare_chains(student, cases)


# slopes of the activations


def plain(value):
    """Return a 0-d result as a float, so that a number goes with a number."""
    return float(value) if np.ndim(value) == 0 else value


def floats(z):
    return np.asarray(z, dtype=np.float64)


def size_of(z, beta=1.0):
    return max(1.0, float(np.max(np.abs(z))))


def logistic(z):
    return 0.5 + 0.5 * np.tanh(0.5 * floats(z))


def sech_squared(z):
    return 1 / np.cosh(np.clip(floats(z), -300, 300)) ** 2


def cut_ints(function):
    """Return function with its results cut to whole numbers where z holds ints."""

    def cut(z, *rest):
        return plain(np.trunc(function(z, *rest))) if whole(z) else function(z, *rest)

    return cut


FAR = np.array([-1e4, -800.0, -355.0, -100.0, -40.0, -20.0, -12.0, 0.0, 12.0, 20.0, 40.0, 100.0, 355.0, 800.0, 1e4])


def far_cases(rng):
    cases = [(rng.permutation(FAR),), (-1e4,), (1e4,), (-100,), (800.0,), (rng.permutation(FAR).astype(int),)]
    between = rng.permutation([-1, 1, -1, 1, -1, 1]) * rng.uniform(3, 8, 6)
    return [*cases, (between,), (rng.permutation([-5, -4, 4, 5]),)]


def number_cases(rng):
    return [(0.0,), (float(normal(rng)),), (-1.5,), (2,), (-1,), (np.array(0.75),)]


def grad_compare(call, oracle, cases, name, unless):
    compare(call, oracle, cases, name, tol=GRADIENT, scale=size_of, unless=unless)


def sigmoid_slope(z):
    return plain(sech_squared(0.5 * floats(z)) / 4)


def ratio_of_exponentials(z):
    t = np.exp(-floats(z))
    return plain(t / (1 + t) ** 2)


SIGMOID_GRAD_WRONG = {
    "dsig-twice": lambda z: plain(sigmoid_slope(logistic(z))),
    "dsig-plus": lambda z: plain(logistic(z) * (1 + logistic(z))),
    "dsig-z": lambda z: plain(floats(z) * (1 - floats(z))),
    "dsig-value": lambda z: plain(logistic(z)),
    "dsig-square": lambda z: plain(logistic(z) ** 2),
    "dsig-one-minus": lambda z: plain(1 - logistic(z)),
    "dsig-as-tanh": lambda z: plain(1 - logistic(z) ** 2),
    "dsig-no-square": lambda z: plain(logistic(-floats(z))),
    "dsig-sign": lambda z: -sigmoid_slope(z),
    "dsig-tanh": lambda z: plain(sech_squared(z)),
    "dsig-dot": lambda z: plain(np.dot(logistic(z), 1 - logistic(z))),
    "sig-intbuf": cut_ints(sigmoid_slope),
    "dsig-inf-inf": ratio_of_exponentials,
    "dsig-one-array": lambda z: np.atleast_1d(sigmoid_slope(z)),
    "dsig-clip": lambda z: sigmoid_slope(np.clip(floats(z), -10, 10)),
    "dsig-rounded": lambda z: plain(np.round(sigmoid_slope(z), 4)),
}
INPLACE = {"MUTATED_INPUT": "grad-inplace"}


@check("sigmoid_grad", points=2, blames=INPLACE)
def check_sigmoid_grad_of_arrays(student, rng):
    """sigmoid_grad gives the slope of the sigmoid at every number of an array."""
    cases = elementwise_cases(rng, -4, 4)
    grad_compare(student.sigmoid_grad, sigmoid_slope, cases, "sigmoid_grad(z)", SIGMOID_GRAD_WRONG)


@check("sigmoid_grad", points=1, blames=INPLACE)
def check_sigmoid_grad_of_numbers(student, rng):
    """A number goes in, a number comes out."""
    grad_compare(student.sigmoid_grad, sigmoid_slope, number_cases(rng), "sigmoid_grad(z)", SIGMOID_GRAD_WRONG)


@check("sigmoid_grad", points=1, blames=INPLACE)
def check_sigmoid_grad_far_out(student, rng):
    """Far from 0 the sigmoid is flat on both sides."""
    compare(
        student.sigmoid_grad, sigmoid_slope, far_cases(rng), "sigmoid_grad(z)", tol=GRADIENT, unless=SIGMOID_GRAD_WRONG
    )  # fmt: skip


@check("sigmoid_grad", points=1, no_warnings=True, blames={"WARNED": "sig-overflow", **INPLACE})
def check_sigmoid_grad_without_warnings(student, rng):
    """sigmoid_grad of large numbers, up to 1e4 in size, gives no warning."""
    cases = [(rng.permutation(FAR),), (rng.uniform(-1e4, 1e4, (3, 4)),)]
    grad_compare(student.sigmoid_grad, sigmoid_slope, cases, "sigmoid_grad(z)", SIGMOID_GRAD_WRONG)


def tanh_slope(z):
    return plain(sech_squared(z))


def naive_tanh(z):
    up, down = np.exp(floats(z)), np.exp(-floats(z))
    return (up - down) / (up + down)


TANH_GRAD_WRONG = {
    "dtanh-nosq": lambda z: plain(1 - np.tanh(floats(z))),
    "dtanh-dot": lambda z: plain(1 - np.dot(np.tanh(floats(z)).T, np.tanh(floats(z)))),
    "dtanh-z": lambda z: plain(1 - floats(z) ** 2),
    "dtanh-twice": lambda z: plain(1 - np.tanh(np.tanh(floats(z))) ** 2),
    "dtanh-plus": lambda z: plain(1 + np.tanh(floats(z)) ** 2),
    "dtanh-value": lambda z: plain(np.tanh(floats(z))),
    "dtanh-square-only": lambda z: plain(np.tanh(floats(z)) ** 2),
    "dtanh-as-sigmoid": lambda z: plain(np.tanh(floats(z)) * (1 - np.tanh(floats(z)))),
    "dtanh-sigmoid": sigmoid_slope,
    "dtanh-one-minus-squared": lambda z: plain((1 - np.tanh(floats(z))) ** 2),
    "dtanh-square-of-z": lambda z: plain(1 - np.tanh(floats(z) ** 2)),
    "dtanh-not-squared": lambda z: plain(1 / np.cosh(floats(z))),
    "tanh-2s": lambda z: plain(1 - (2 * logistic(z) - 1) ** 2),
    "tanh-naive": lambda z: plain(1 - naive_tanh(z) ** 2),
    "sig-intbuf": cut_ints(tanh_slope),
    "dsig-one-array": lambda z: np.atleast_1d(tanh_slope(z)),
}


@check("tanh_grad", points=2, blames=INPLACE)
def check_tanh_grad_of_arrays(student, rng):
    """tanh_grad gives the slope of tanh at every number of an array."""
    grad_compare(student.tanh_grad, tanh_slope, elementwise_cases(rng), "tanh_grad(z)", TANH_GRAD_WRONG)


@check("tanh_grad", points=1, blames=INPLACE)
def check_tanh_grad_of_numbers(student, rng):
    """A number goes in, a number comes out."""
    grad_compare(student.tanh_grad, tanh_slope, number_cases(rng), "tanh_grad(z)", TANH_GRAD_WRONG)


@check("tanh_grad", points=1, blames=INPLACE)
def check_tanh_grad_far_out(student, rng):
    """Far from 0 tanh is flat on both sides."""
    compare(student.tanh_grad, tanh_slope, far_cases(rng), "tanh_grad(z)", tol=GRADIENT, unless=TANH_GRAD_WRONG)


@check("tanh_grad", points=1, no_warnings=True, blames={"WARNED": "dtanh-overflow", **INPLACE})
def check_tanh_grad_without_warnings(student, rng):
    """tanh_grad of large numbers, up to 1e4 in size, gives no warning."""
    cases = [(rng.permutation(FAR),), (rng.uniform(-1e4, 1e4, (3, 4)),)]
    grad_compare(student.tanh_grad, tanh_slope, cases, "tanh_grad(z)", TANH_GRAD_WRONG)


def relu_slope(z):
    return plain(np.heaviside(floats(z), 0.0))


RELU_GRAD_WRONG = {
    "drelu-ge": lambda z: plain(np.heaviside(floats(z), 1.0)),
    "drelu-half": lambda z: plain(np.heaviside(floats(z), 0.5)),
    "drelu-value": lambda z: plain(np.maximum(floats(z), 0.0)),
    "drelu-sign": lambda z: plain(np.sign(floats(z))),
    "drelu-flipped": lambda z: plain(np.heaviside(-floats(z), 0.0)),
    "drelu-leaky": lambda z: plain(np.where(floats(z) > 0, 1.0, 0.01)),
    "drelu-one": lambda z: plain(np.ones(np.shape(z))),
    "drelu-z-kept": lambda z: plain(np.where(floats(z) > 0, 1.0, floats(z))),
    "drelu-ratio": lambda z: plain(np.maximum(floats(z), 0.0) / floats(z)),
    "drelu-at-one": lambda z: plain(np.where(floats(z) >= 1, 1.0, 0.0)),
    "drelu-threshold": lambda z: plain(np.where(floats(z) > 1e-6, 1.0, 0.0)),
    "drelu-any": lambda z: float(np.any(floats(z) > 0)),
    "dsig-one-array": lambda z: np.atleast_1d(relu_slope(z)),
}


def numbers_from(relu_grad):
    """Return relu_grad as a function that must not give bools."""

    def call(z):
        got = relu_grad(z)
        is_bool = isinstance(got, (bool, np.bool_)) or (isinstance(got, np.ndarray) and got.dtype == bool)
        message = "relu_grad(z) gives True and False, expected numbers"
        expect_true(not is_bool, message, code="WRONG_TYPE", misconception="drelu-bool")
        return got

    return call


@check("relu_grad", points=1, blames=INPLACE)
def check_relu_grad_of_arrays(student, rng):
    """relu_grad gives the slope of relu at every number of an array."""
    cases = elementwise_cases(rng, special=(-0.25, 0.75, 0.0, 0.125, -0.0))
    grad_compare(numbers_from(student.relu_grad), relu_slope, cases, "relu_grad(z)", RELU_GRAD_WRONG)


@check("relu_grad", points=1, blames=INPLACE)
def check_relu_grad_at_zero(student, rng):
    """At 0 itself the slope is 0, and right beside it what it is on that side."""
    cases = [(np.array([-1e-3, 0.0, 1e-3, -0.0]),), (0.0,), (0,), (np.zeros((2, 2), dtype=int),), (-1e-3,), (1e-3,)]
    cases += [(np.array([1e-9, -1e-9, 0.0, 1e-12, -1e-12]),), (1e-9,)]
    grad_compare(numbers_from(student.relu_grad), relu_slope, cases, "relu_grad(z)", RELU_GRAD_WRONG)


@check("relu_grad", points=1, blames=INPLACE)
def check_relu_grad_of_numbers(student, rng):
    """A number goes in, a number comes out."""
    cases = number_cases(rng)[1:]
    grad_compare(numbers_from(student.relu_grad), relu_slope, cases, "relu_grad(z)", RELU_GRAD_WRONG)


@check("relu_grad", points=1, no_warnings=True, blames={"WARNED": "drelu-ratio", **INPLACE})
def check_relu_grad_without_warnings(student, rng):
    """relu_grad gives no warning, neither at 0 nor for large numbers."""
    cases = [(rng.permutation(FAR),), (rng.permutation([-2, -1, 0, 0, 1, 2]),)]
    grad_compare(numbers_from(student.relu_grad), relu_slope, cases, "relu_grad(z)", RELU_GRAD_WRONG)


def swish_slope(z, beta=1.0):
    """½(1 + t) + ¼·beta·z·(2/cosh(½·beta·z))², with t = tanh(½·beta·z)."""
    half = 0.5 * beta * floats(z)
    return plain(0.5 * (1 + np.tanh(half)) + 0.5 * half * sech_squared(half))


def naive_swish_slope(z, beta=1.0):
    e = np.exp(beta * floats(z))
    s = e / (1 + e)
    return plain(s + beta * floats(z) * s * (1 - s))


def swish_wrong(formula):
    """Return a wrong slope of swish told by (z, s, slope of σ, beta), with s and its slope at beta·z."""

    def wrong(z, beta=1.0):
        z = floats(z)
        return plain(formula(z, logistic(beta * z), sech_squared(0.5 * beta * z) / 4, beta))

    return wrong


SWISH_GRAD_WRONG = {
    "dswish-nos": swish_wrong(lambda z, s, ds, beta: beta * z * ds),
    "swish-beta": lambda z, beta=1.0: swish_slope(z),
    "dswish-beta-missing": swish_wrong(lambda z, s, ds, beta: s + z * ds),
    "dswish-beta-extra": swish_wrong(lambda z, s, ds, beta: beta * (s + z * ds)),
    "dswish-beta-twice": swish_wrong(lambda z, s, ds, beta: s + beta**2 * z * ds),
    "dswish-beta-outside": swish_wrong(lambda z, s, ds, beta: logistic(z) + beta * z * sigmoid_slope(z)),
    "dswish-value": swish_wrong(lambda z, s, ds, beta: z * s),
    "dswish-first-only": swish_wrong(lambda z, s, ds, beta: s),
    "dswish-product": swish_wrong(lambda z, s, ds, beta: ds),
    "dswish-product-beta": swish_wrong(lambda z, s, ds, beta: beta * ds),
    "dswish-minus": swish_wrong(lambda z, s, ds, beta: s - beta * z * ds),
    "dswish-no-z": swish_wrong(lambda z, s, ds, beta: s + beta * ds),
    "dswish-of-value": swish_wrong(lambda z, s, ds, beta: z * s * (1 - z * s)),
    "dswish-of-z": swish_wrong(lambda z, s, ds, beta: s + beta * z * z * (1 - z)),
    "dswish-no-one-minus": swish_wrong(lambda z, s, ds, beta: s + beta * z * s),
    "dswish-beta-size": lambda z, beta=1.0: swish_slope(z, abs(beta)),
    "dswish-beta-zero": lambda z, beta=1.0: swish_slope(z, beta or 1.0),
    "dswish-beta-inverted": swish_wrong(lambda z, s, ds, beta: s + z * ds / beta),
    "sig-intbuf": cut_ints(swish_slope),
    "dsig-inf-inf": naive_swish_slope,
    "dsig-one-array": lambda z, beta=1.0: np.atleast_1d(swish_slope(z, beta)),
}


@check("swish_grad", points=2, blames=INPLACE)
def check_swish_grad_of_arrays(student, rng):
    """swish_grad gives the slope of swish at every number, of an array or alone, with beta = 1 if none is given."""
    cases = elementwise_cases(rng) + number_cases(rng)
    grad_compare(student.swish_grad, swish_slope, cases, "swish_grad(z)", SWISH_GRAD_WRONG)


@check("swish_grad", points=2, blames=INPLACE)
def check_swish_grad_with_beta(student, rng):
    """beta makes swish bend more or less sharply."""
    betas = [float(rng.uniform(1.5, 3)), float(rng.uniform(0.2, 0.8)), 2, 0.5, 1.702, 3, 1.0]
    cases = [(case[0], beta) for case, beta in zip(elementwise_cases(rng), betas, strict=False)]
    cases += [(1.5, float(rng.uniform(0.2, 3))), (-2, 0.5), (np.arange(-3, 4), 0.25)]
    cases += [(rng.uniform(-3, 3, 6), beta) for beta in (-float(rng.uniform(0.5, 2)), 0.0, 0)]
    grad_compare(student.swish_grad, swish_slope, cases, "swish_grad(z, beta)", SWISH_GRAD_WRONG)


@check("swish_grad", points=1, blames=INPLACE)
def check_swish_grad_far_out(student, rng):
    """Far out swish is flat on the left and rises with slope 1 on the right, for any beta."""
    cases = far_cases(rng) + [(rng.permutation(FAR), 2.0), (1e4, 0.5), (-1e4, 3.0)]
    grad_compare(student.swish_grad, swish_slope, cases, "swish_grad(z, beta)", SWISH_GRAD_WRONG)


@check("swish_grad", points=1, no_warnings=True, blames={"WARNED": "sig-overflow", **INPLACE})
def check_swish_grad_without_warnings(student, rng):
    """swish_grad of large numbers, up to 1e4 in size, gives no warning."""
    cases = [(rng.permutation(FAR),), (rng.uniform(-1e4, 1e4, (3, 4)), 2.0)]
    grad_compare(student.swish_grad, swish_slope, cases, "swish_grad(z, beta)", SWISH_GRAD_WRONG)


# tiny_net_gradients

KEYS = ("w1", "b1", "w2", "b2")


def values_of(call, keys):
    """Return tiny_net_gradients as a function that gives the values of some keys, in their order."""

    def checked(*case):
        got = call(*case)
        expect_true(
            isinstance(got, dict), f"tiny_net_gradients returns a {type(got).__name__}, expected a dict",
            code="WRONG_TYPE", misconception="tn-no-dict" if isinstance(got, (list, tuple)) else None,
        )  # fmt: skip
        for key in keys:
            expect_true(key in got, f"the dict that tiny_net_gradients returns has no key {key!r}", code="WRONG_TYPE")
        return [got[key] for key in keys]

    return checked


def tiny_slopes(x, y, w1, b1, w2, b2, slope=lambda z, a: 1 / math.cosh(max(-300.0, min(300.0, z))) ** 2):
    """The oracle: every derivative as one product of its links; ``slope`` is the link of tanh."""
    z = w1 * x + b1
    a = math.tanh(z)
    signal = 2 * (w2 * a + b2 - y)
    return {"w1": signal * w2 * slope(z, a) * x, "b1": signal * w2 * slope(z, a), "w2": signal * a, "b2": signal}


def tiny_size(x, y, w1, b1, w2, b2):
    signal = 2 * (abs(w2) + abs(b2) + abs(y))
    return max(1.0, signal * max(1.0, abs(w2)) * max(1.0, abs(x)))


def tiny_wrong(formula):
    """Return wrong gradients told by what is to be replaced in the right ones.

    ``formula`` takes a dict of x, y, w1, b1, w2, b2, z, a, p, signal (2(p - y)) and dz, and returns the keys it changes.
    """

    def wrong(x, y, w1, b1, w2, b2):
        z = w1 * x + b1
        a = math.tanh(z)
        p = w2 * a + b2
        known = {"x": x, "y": y, "w1": w1, "b1": b1, "w2": w2, "b2": b2, "z": z, "a": a, "p": p, "signal": 2 * (p - y)}
        known["dz"] = known["signal"] * w2 * (1 - a**2)
        return {**tiny_slopes(x, y, w1, b1, w2, b2), **formula(known)}

    return wrong


def other_link(slope):
    return lambda *case: tiny_slopes(*case, slope=slope)


def times(factor):
    return tiny_wrong(lambda v: {key: factor * value for key, value in right_of(v).items()})


def right_of(v):
    return tiny_slopes(*(v[name] for name in ("x", "y", "w1", "b1", "w2", "b2")))


def by_sigmoid(x, y, w1, b1, w2, b2):
    a = 0.5 + 0.5 * math.tanh(0.5 * (w1 * x + b1))
    signal = 2 * (w2 * a + b2 - y)
    return {"w1": signal * w2 * a * (1 - a) * x, "b1": signal * w2 * a * (1 - a), "w2": signal * a, "b2": signal}


def without_output_bias(x, y, w1, b1, w2, b2):
    return tiny_slopes(x, y, w1, b1, w2, 0.0)


TINY_WRONG = {
    "dmse-sign": times(-1),
    "tn-no-two": times(0.5),
    "tn-slope-missing": other_link(lambda z, a: 1.0),
    "dtanh-nosq": other_link(lambda z, a: 1 - a),
    "dtanh-z": other_link(lambda z, a: 1 - z**2),
    "dtanh-twice": other_link(lambda z, a: 1 - math.tanh(a) ** 2),
    "dtanh-plus": other_link(lambda z, a: 1 + a**2),
    "dtanh-as-sigmoid": other_link(lambda z, a: a * (1 - a)),
    "tn-outer-at-x": lambda x, y, w1, b1, w2, b2: tiny_slopes(
        x, y, w1, b1, w2, b2, slope=lambda z, a: 1 - math.tanh(x) ** 2
    ),
    "tn-no-w2": tiny_wrong(
        lambda v: {"w1": v["signal"] * (1 - v["a"] ** 2) * v["x"], "b1": v["signal"] * (1 - v["a"] ** 2)}
    ),
    "tn-w1-not-w2": tiny_wrong(
        lambda v: {
            "w1": v["signal"] * v["w1"] * (1 - v["a"] ** 2) * v["x"], "b1": v["signal"] * v["w1"] * (1 - v["a"] ** 2)
        }
    ),
    "tn-no-x": tiny_wrong(lambda v: {"w1": v["dz"]}),
    "tn-w1-for-x": tiny_wrong(lambda v: {"w1": v["dz"] * v["w1"]}),
    "tn-bias-times-x": tiny_wrong(lambda v: {"b1": v["dz"] * v["x"]}),
    "tn-bias-times-b": tiny_wrong(lambda v: {"b1": v["dz"] * v["b1"], "b2": v["signal"] * v["b2"]}),
    "tn-bias-one": tiny_wrong(lambda v: {"b1": 1.0, "b2": 1.0}),
    "tn-b1-is-signal": tiny_wrong(lambda v: {"b1": v["signal"]}),
    "tn-w2-by-z": tiny_wrong(lambda v: {"w2": v["signal"] * v["z"]}),
    "tn-w2-by-x": tiny_wrong(lambda v: {"w2": v["signal"] * v["x"]}),
    "tn-w2-no-a": tiny_wrong(lambda v: {"w2": v["signal"]}),
    "tn-w2-times-w2": tiny_wrong(lambda v: {"w2": v["signal"] * v["w2"]}),
    "tn-error-squared": tiny_wrong(
        lambda v: {key: value * (v["p"] - v["y"]) / 2 for key, value in right_of(v).items()}
    ),
    "tn-no-output-bias": without_output_bias,
    "tn-sigmoid": by_sigmoid,
    "tn-swapped-layers": tiny_wrong(
        lambda v: {"w1": right_of(v)["w2"], "b1": right_of(v)["b2"], "w2": right_of(v)["w1"], "b2": right_of(v)["b1"]}
    ),
}  # fmt: skip


def in_order(values, keys):
    return lambda x, y, w1, b1, w2, b2: [values(x, y, w1, b1, w2, b2)[key] for key in keys]


def compare_tiny(student, cases, keys):
    compare(
        values_of(student.tiny_net_gradients, keys), in_order(tiny_slopes, keys), cases, list(keys),
        tol=GRADIENT, scale=tiny_size, unless={id: in_order(wrong, keys) for id, wrong in TINY_WRONG.items()},
    )  # fmt: skip


def tiny_case(rng):
    """Return x, y, w1, b1, w2, b2 without a 0 or a 1, and a pre-activation where tanh bends."""
    x, y, w2, b2 = (float(v) for v in rng.choice([-1, 1], 4) * rng.uniform(0.6, 2.4, 4))
    z = float(rng.choice([-1, 1]) * rng.uniform(0.4, 1.3))
    b1 = float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.9))
    return x, y, (z - b1) / x, b1, w2, b2


@check("tiny_net_gradients", points=4)
def check_gradients_of_the_output_layer(student, rng):
    """ "w2" and "b2" are the derivatives by the output neuron's weight and bias."""
    compare_tiny(student, [tiny_case(rng) for _ in range(5)], ("w2", "b2"))


@check("tiny_net_gradients", points=6)
def check_gradients_of_the_hidden_layer(student, rng):
    """ "w1" and "b1" are the derivatives by the hidden neuron's weight and bias."""
    compare_tiny(student, [tiny_case(rng) for _ in range(5)], ("w1", "b1"))


@check("tiny_net_gradients", points=2)
def check_gradients_of_whole_numbers(student, rng):
    """All numbers may be whole ones, zeros among them."""
    cases = [tuple(int(v) for v in ints(rng, -3, 4, 6)) for _ in range(4)]
    cases += [(2, 1, 1, -1, 3, -2), (0, 1, 2, 1, 3, 1), (1, 2, -1, 1, 2, 1), (1, -1, 1, 0, 0, 2)]
    compare_tiny(student, cases, KEYS)


@check("tiny_net_gradients", points=3)
def check_gradients_of_large_numbers(student, rng):
    """Large inputs, weights and targets give finite numbers, and a saturated tanh no slope."""
    x, y, w1, b1, w2, b2 = tiny_case(rng)
    cases = [
        (100 * x, 80 * y, w1 / 100, b1, 90 * w2, 100 * b2),
        (x, 100 * y, w1, b1, w2, b2),
        (100 * x, y, 10 * np.sign(w1) + w1, b1, w2, b2),
        (-100 * x, y, 10 * np.sign(w1) + w1, b1, w2, b2),
    ]
    compare_tiny(student, [tuple(float(v) for v in case) for case in cases], KEYS)
