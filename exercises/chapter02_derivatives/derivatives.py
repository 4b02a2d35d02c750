"""Chapter 2: derivatives and the chain rule.

Fill in the functions from top to bottom; each one is explained in the section of the lesson (README.md) that its
docstring names, and later functions may call earlier ones. Then run ``grade chapter2``.

The first tasks are answered with formulas: strings such as ``"2*x*exp(x) + sqrt(x)"``, in the letters that the
docstring names. Any form of the right formula counts. You may use + - * / ** and ^, pi, e, sin, cos, tan, exp, log,
sqrt, tanh, sigmoid and more. The other tasks are programs. Numbers may arrive as ints, and no function changes its
arguments.
"""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + e^-z) for a number or for every entry of an array, without overflow; given, from chapter 1.

    >>> float(sigmoid(0))
    0.5
    """
    e = np.exp(-np.abs(z))
    return np.where(np.greater_equal(z, 0), 1.0, e) / (1.0 + e)


def d_polynomial():
    """Return the derivative of x³ - 2x, a formula in x (lesson 2.2).

    >>> isinstance(d_polynomial(), str)
    True
    """
    # TODO: term by term: the power rule
    raise NotImplementedError("d_polynomial: not written yet")


def d_sine_of_square():
    """Return the derivative of sin(x²), a formula in x (lesson 2.4).

    >>> isinstance(d_sine_of_square(), str)
    True
    """
    # TODO: what is inside, what is outside? where is the outer derivative taken?
    raise NotImplementedError("d_sine_of_square: not written yet")


def d_softplus():
    """Return the derivative of log(1 + eˣ), a formula in x (lesson 2.4).

    >>> isinstance(d_softplus(), str)
    True
    """
    # TODO: the chain rule with the logarithm outside; you may know the result by another name
    raise NotImplementedError("d_softplus: not written yet")


def d_bump():
    """Return the derivative of x·e^(-x²), a formula in x (lesson 2.4).

    >>> isinstance(d_bump(), str)
    True
    """
    # TODO: a product, one of whose factors needs the chain rule
    raise NotImplementedError("d_bump: not written yet")


def d_sigmoid():
    """Return the derivative of 1/(1 + e^-x), a formula in x (lesson 2.5).

    >>> isinstance(d_sigmoid(), str)
    True
    """
    # TODO: as a function of x, not of the sigmoid's output
    raise NotImplementedError("d_sigmoid: not written yet")


def d_log_cosine():
    """Return the derivative of log(cos x), a formula in x (lesson 2.4).

    >>> isinstance(d_log_cosine(), str)
    True
    """
    # TODO: mind the sign
    raise NotImplementedError("d_log_cosine: not written yet")


def d_quotient():
    """Return the derivative of sin(x)/(1 + x²), a formula in x (lesson 2.2).

    >>> isinstance(d_quotient(), str)
    True
    """
    # TODO: the quotient rule, with enough brackets
    raise NotImplementedError("d_quotient: not written yet")


def chain_rule_steps():
    """Return the steps of the chain rule for e^(sin 3x), split as outer e^u and inner u = sin 3x (lesson 2.4).

    Returns:
        A dict of three formulas, all in x: "outer", the derivative of the outer function, taken at the inner value;
        "inner", the derivative of the inner function; "derivative", that of the whole.

    >>> sorted(chain_rule_steps())
    ['derivative', 'inner', 'outer']
    """
    # TODO: no u may be left in the formulas: write out what it stands for
    raise NotImplementedError("chain_rule_steps: not written yet")


def neuron_gradients():
    """Return the partial derivatives of one neuron's squared error (σ(w·x + b) - y)² (lesson 2.5).

    Returns:
        A dict of two formulas in w, x, b and y: "w", the derivative by w, and "b", the derivative by b. You may write
        sigmoid(…) or 1/(1 + exp(…)).

    >>> sorted(neuron_gradients())
    ['b', 'w']
    """
    # TODO: three links: the square, the sigmoid, the weighted sum
    raise NotImplementedError("neuron_gradients: not written yet")


def numerical_derivative(f, x, h=1e-5):
    """Return the central difference (f(x + h) - f(x - h)) / (2h), which is nearly f'(x) for a small h (lesson 2.3).

    Args:
        f: a function of one number that returns a number.
        x: where, a number.
        h: the step to either side.

    Returns:
        A float.

    >>> round(float(numerical_derivative(lambda t: 7 * t, 2)), 6)
    7.0
    """
    # TODO: two calls of f; how far apart are the two points?
    raise NotImplementedError("numerical_derivative: not written yet")


def numerical_gradient(f, x, h=1e-5):
    """Return the central differences of f by every entry of x (lesson 2.3).

    Args:
        f: a function of an array of x's shape that returns a number.
        x: where, an array of any shape, floats or ints; it is unchanged afterwards.
        h: the step to either side.

    Returns:
        Floats in the shape of x: entry i is (f(x + h·e) - f(x - h·e)) / (2h), where e is 1 at i and 0 elsewhere.

    >>> numerical_gradient(lambda v: float(v.sum()), np.zeros((2, 3))).shape
    (2, 3)
    """
    # TODO: move one entry at a time, on a copy that can hold fractions
    raise NotImplementedError("numerical_gradient: not written yet")


def jacobian(f, x, h=1e-5):
    """Return the central differences of every output of f by every entry of x (lesson 2.3).

    Args:
        f: a function of an array (D,) that returns an array (M,).
        x: where, shape (D,), floats or ints; it is unchanged afterwards.
        h: the step to either side.

    Returns:
        Floats, shape (M, D): a row for each output, a column for each input.

    >>> jacobian(lambda v: np.array([v.sum(), v[0]]), np.zeros(3)).shape
    (2, 3)
    """
    # TODO: moving one entry of x gives one column
    raise NotImplementedError("jacobian: not written yet")


def gradient_check(f, g, x, h=1e-5):
    """Return how far a gradient that somebody coded is from the numerical one, at worst (lesson 2.3).

    Args:
        f: a function of an array that returns a number.
        g: the function to be checked: takes the same array and should return f's gradient, in its shape.
        x: where, an array of any shape, floats or ints.
        h: the step of the numerical gradient.

    Returns:
        A float: the largest of |n - a| / max(1e-8, |n| + |a|) over all entries, where n is the numerical gradient and
        a = g(x).

    >>> def f(v): return float(v.sum())
    >>> round(float(gradient_check(f, np.ones_like, np.zeros(3))), 6)
    0.0
    """
    # TODO: entry by entry, and the largest at the end; the max in the denominator guards against 0/0
    raise NotImplementedError("gradient_check: not written yet")


def compose_derivative(fs, dfs, x):
    """Return the derivative of a chain of functions, fs[-1](… fs[1](fs[0](x))), by the chain rule (lesson 2.4).

    Args:
        fs: a list of one function or more, each of a number; fs[0] is applied first.
        dfs: their derivatives: dfs[k] is the derivative of fs[k].
        x: where, a number.

    Returns:
        A float.

    >>> float(compose_derivative([lambda t: t + 3.0], [lambda t: 1.0], 5.0))
    1.0
    """
    # TODO: one factor for each link; at which number is each derivative taken?
    raise NotImplementedError("compose_derivative: not written yet")


def sigmoid_grad(z):
    """Return σ'(z), the slope of the sigmoid at the pre-activation z (lesson 2.5).

    Args:
        z: a number or an array of any shape, floats or ints, up to 1e4 in size: no warning, no nan.

    Returns:
        Floats in the shape of z.

    >>> sigmoid_grad(np.zeros((2, 3))).shape
    (2, 3)
    """
    # TODO: sigmoid is given above; apply it once
    raise NotImplementedError("sigmoid_grad: not written yet")


def tanh_grad(z):
    """Return tanh'(z), the slope of tanh at the pre-activation z (lesson 2.5).

    Args:
        z: a number or an array of any shape, floats or ints, up to 1e4 in size: no warning, no nan.

    Returns:
        Floats in the shape of z.

    >>> float(tanh_grad(0.0))
    1.0
    """
    # TODO: np.tanh never overflows
    raise NotImplementedError("tanh_grad: not written yet")


def relu_grad(z):
    """Return relu'(z), the slope of max(0, z); at 0 itself, where there is none, it is 0 by convention (lesson 2.5).

    Args:
        z: a number or an array of any shape, floats or ints.

    Returns:
        Numbers (not bools) in the shape of z.

    >>> relu_grad(np.ones((2, 3))).shape
    (2, 3)
    """
    # TODO: which side does 0 belong to?
    raise NotImplementedError("relu_grad: not written yet")


def swish_grad(z, beta=1.0):
    """Return the slope of swish, z·σ(beta·z), at the pre-activation z (lesson 2.5).

    Args:
        z: a number or an array of any shape, floats or ints, up to 1e4 in size: no warning, no nan.
        beta: how sharply swish bends, a number.

    Returns:
        Floats in the shape of z.

    >>> float(swish_grad(0.0, beta=3.0))
    0.5
    """
    # TODO: a product of two factors that both depend on z
    raise NotImplementedError("swish_grad: not written yet")


def tiny_net_gradients(x, y, w1, b1, w2, b2):
    """Return the gradients of (w2·tanh(w1·x + b1) + b2 - y)², one sample's squared error (lesson 2.6).

    Args:
        x: the input, a number.
        y: the target, a number.
        w1: the weight of the hidden neuron; b1: its bias.
        w2: the weight of the output neuron; b2: its bias.

    Returns:
        A dict of four floats, "w1", "b1", "w2" and "b2": the derivative of the error by each of them.

    >>> sorted(tiny_net_gradients(1.0, 0.0, 0.5, 0.0, 2.0, 0.0))
    ['b1', 'b2', 'w1', 'w2']
    """
    # TODO: forward once and keep what you need; then one link at a time, from the error back to w1
    raise NotImplementedError("tiny_net_gradients: not written yet")
