"""Wrong answers to chapter 2, one task each, as students write them."""

import math

import numpy as np
from derivatives import numerical_gradient, sigmoid  # the solution's; the audit puts each answer below it

from grader.audit import wrong

# formulas: the ids are the broken rules of grader.symbolic


@wrong("d_polynomial", "linear_kept", why="the linear term is copied")
def _():
    return "3*x**2 - 2*x"


@wrong("d_polynomial", "integrated", why="the wrong way round")
def _():
    return "x**4/4 - x**2"


@wrong("d_polynomial", "power_factor_missing", why="the exponent is lowered and not brought down")
def _():
    return "x**2 - 2"


@wrong("d_polynomial", "term_sign", why="the minus is lost")
def _():
    return "3*x**2 + 2"


@wrong("d_polynomial", "second_derivative", why="once too often")
def _():
    return "6*x"


@wrong("d_sine_of_square", "chain_forgot_inner", why="chain-noinner as a formula")
def _():
    return "cos(x**2)"


@wrong("d_sine_of_square", "chain_outer_at_x", why="chain-inner as a formula: the outer derivative at x")
def _():
    return "2*x*cos(x)"


@wrong("d_sine_of_square", "chain_inner_replaced", why="cos of the inner derivative")
def _():
    return "cos(2*x)"


@wrong("d_sine_of_square", "chain_only_inner", why="the square of the sine was derived", unnamed="read as (sin x)²")
def _():
    return "2*sin(x)*cos(x)"


@wrong("d_sine_of_square", "rounded", why="a decimal for the factor", unnamed="rounded decimals have their own message")
def _():
    return "1.9999*x*cos(x**2)"


@wrong("d_softplus", "chain_forgot_inner", why="1/u and no more", unnamed="the mirrored slope explains it too")
def _():
    return "1/(1 + exp(x))"


@wrong("d_softplus", "chain_forgot_outer", why="the inner derivative alone")
def _():
    return "exp(x)"


@wrong("d_softplus", "softplus_slope", why="the sigmoid's slope instead of the sigmoid")
def _():
    return "exp(x)/(1 + exp(x))**2"


@wrong("d_bump", "product_first_only", why="the second factor does not change")
def _():
    return "exp(-x**2)"


@wrong("d_bump", "product_of_derivatives", why="(uv)' = u'v'")
def _():
    return "-2*x*exp(-x**2)"


@wrong("d_bump", "product_minus", why="a minus too many", unnamed="a lost sign of the exponent explains it too")
def _():
    return "exp(-x**2) + 2*x**2*exp(-x**2)"


@wrong("d_bump", "chain_forgot_inner", why="e^u keeps its u")
def _():
    return "exp(-x**2) + x*exp(-x**2)"


@wrong("d_sigmoid", "act_on_preactivation", why="a(1 - a) with x put in for a: the programs' sigmoid_derivative")
def _():
    return "x*(1 - x)"


@wrong("d_sigmoid", "reciprocal_sign", why="the inner minus is lost")
def _():
    return "-exp(-x)/(1 + exp(-x))**2"


@wrong("d_sigmoid", "sigmoid_plus", why="dsig-plus as a formula")
def _():
    return "sigmoid(x)*(1 + sigmoid(x))"


@wrong("d_sigmoid", "sigmoid_twice", why="dsig-twice as a formula")
def _():
    return "sigmoid(sigmoid(x))*(1 - sigmoid(sigmoid(x)))"


@wrong("d_sigmoid", "unknown-letter", why="in the activation's letter", unnamed="a refusal names the letter")
def _():
    return "a*(1 - a)"


@wrong("d_log_cosine", "outer_sign", why="cos' = sin")
def _():
    return "tan(x)"


@wrong("d_log_cosine", "chain_forgot_inner", why="1/u alone")
def _():
    return "1/cos(x)"


@wrong("d_log_cosine", "chain_inner_replaced", why="1 over the inner derivative")
def _():
    return "-1/sin(x)"


@wrong("d_quotient", "quotient_of_derivatives", why="(u/v)' = u'/v'")
def _():
    return "cos(x)/(2*x)"


@wrong("d_quotient", "quotient_plus", why="a plus in the quotient rule")
def _():
    return "((1 + x**2)*cos(x) + 2*x*sin(x))/(1 + x**2)**2"


@wrong("d_quotient", "quotient_sign", why="the two terms exchanged")
def _():
    return "(2*x*sin(x) - (1 + x**2)*cos(x))/(1 + x**2)**2"


@wrong("d_quotient", "quotient_not_squared", why="the square lost")
def _():
    return "((1 + x**2)*cos(x) - 2*x*sin(x))/(1 + x**2)"


@wrong("d_quotient", "brackets", why="brackets forgotten", unnamed="a slip of the pen, no rule of differentiation")
def _():
    return "(1 + x**2)*cos(x) - 2*x*sin(x)/(1 + x**2)**2"


@wrong(
    "chain_rule_steps", "chain_outer_at_x", why="e^u taken at x", unnamed="outer is no derivative of its declaration"
)
def _():
    return {"outer": "exp(x)", "inner": "3*cos(3*x)", "derivative": "3*cos(3*x)*exp(sin(3*x))"}


@wrong("chain_rule_steps", "chain_forgot_inner", why="the 3 forgotten, and it follows through")
def _():
    return {"outer": "exp(sin(3*x))", "inner": "cos(3*x)", "derivative": "cos(3*x)*exp(sin(3*x))"}


@wrong("chain_rule_steps", "derived", why="outer already holds the inner derivative")
def _():
    return {
        "outer": "3*cos(3*x)*exp(sin(3*x))",
        "inner": "3*cos(3*x)",
        "derivative": "3*cos(3*x)*exp(sin(3*x))",
    }


@wrong("chain_rule_steps", "chain_added", why="links are added")
def _():
    return {"outer": "exp(sin(3*x))", "inner": "3*cos(3*x)", "derivative": "exp(sin(3*x)) + 3*cos(3*x)"}


@wrong("chain_rule_steps", "letter-u", why="u is no letter of the answer", unnamed="a refusal names the letter")
def _():
    return {"outer": "exp(u)", "inner": "3*cos(3*x)", "derivative": "3*cos(3*x)*exp(sin(3*x))"}


@wrong("neuron_gradients", "wrong_variable", why="by x instead of w", unnamed="w for x: the letter decides")
def _():
    s = "sigmoid(w*x + b)"
    return {"w": f"2*({s} - y)*{s}*(1 - {s})*w", "b": f"2*({s} - y)*{s}*(1 - {s})"}


@wrong("neuron_gradients", "chain_forgot_inner", why="the sigmoid's slope and x forgotten")
def _():
    s = "sigmoid(w*x + b)"
    return {"w": f"2*({s} - y)", "b": f"2*({s} - y)"}


@wrong("neuron_gradients", "power_factor_missing", why="the 2 forgotten")
def _():
    s = "1/(1 + exp(-(w*x + b)))"
    return {"w": f"({s} - y)*{s}*(1 - {s})*x", "b": f"({s} - y)*{s}*(1 - {s})"}


@wrong("neuron_gradients", "act_on_preactivation", why="a(1 - a) at the pre-activation")
def _():
    by_sum = "2*(sigmoid(w*x + b) - y)*(w*x + b)*(1 - (w*x + b))"
    return {"w": f"{by_sum}*x", "b": by_sum}


@wrong("neuron_gradients", "outer_sign", why="y - σ, without the minus of its derivative")
def _():
    s = "sigmoid(w*x + b)"
    return {"w": f"2*(y - {s})*{s}*(1 - {s})*x", "b": f"2*(y - {s})*{s}*(1 - {s})"}


# numerical_derivative


@wrong("numerical_derivative", "fd-2", why="the points are 2h apart")
def _(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h


@wrong("numerical_derivative", "fd-forward", why="one-sided")
def _(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@wrong("numerical_derivative", "fd-backward", why="one-sided")
def _(f, x, h=1e-5):
    return (f(x) - f(x - h)) / h


@wrong("numerical_derivative", "fd-half-of-one-side", why="one-sided and divided by both sides' width")
def _(f, x, h=1e-5):
    return (f(x + h) - f(x)) / (2 * h)


@wrong("numerical_derivative", "fd-plus", why="mean of the values")
def _(f, x, h=1e-5):
    return (f(x + h) + f(x - h)) / (2 * h)


@wrong("numerical_derivative", "fd-sign", why="left minus right")
def _(f, x, h=1e-5):
    return (f(x - h) - f(x + h)) / (2 * h)


@wrong("numerical_derivative", "fd-precedence", why="/ 2 * h multiplies by h")
def _(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h


@wrong("numerical_derivative", "fd-no-division", why="a difference is no slope")
def _(f, x, h=1e-5):
    return f(x + h) - f(x - h)


@wrong("numerical_derivative", "fd-no-brackets", why="only the second value is divided")
def _(f, x, h=1e-5):
    return f(x + h) - f(x - h) / (2 * h)


@wrong("numerical_derivative", "fd-ignores-h", why="a step of its own")
def _(f, x, h=1e-5):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong("numerical_derivative", "fd-own-step", why="another step where none is given")
def _(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong("numerical_derivative", "fd-narrow", why="half a step to each side")
def _(f, x, h=1e-5):
    return (f(x + h / 2) - f(x - h / 2)) / h


@wrong("numerical_derivative", "fd-half-step", why="half a step to each side, divided by two")
def _(f, x, h=1e-5):
    return (f(x + h / 2) - f(x - h / 2)) / (2 * h)


@wrong("numerical_derivative", "fd-relative-step", why="the step grows with x")
def _(f, x, h=1e-5):
    h = h * max(1, abs(x))
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong("numerical_derivative", "fd-five-points", why="better than asked, and not what was asked")
def _(f, x, h=1e-5):
    return (-f(x + 2 * h) + 8 * f(x + h) - 8 * f(x - h) + f(x - 2 * h)) / (12 * h)


@wrong("numerical_derivative", "fd-second", why="the second difference")
def _(f, x, h=1e-5):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


@wrong("numerical_derivative", "fd-rounded-x", why="x cut to a whole number")
def _(f, x, h=1e-5):
    x = int(x)
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong(
    "numerical_derivative", "fd-small-is-zero", why="a small slope is taken for rounding",
    unnamed="no idea behind it: a limit of the student's own",
)  # fmt: skip
def _(f, x, h=1e-5):
    slope = (f(x + h) - f(x - h)) / (2 * h)
    return slope if abs(slope) > 1e-5 else 0.0


@wrong("numerical_derivative", "fd-rounded", why="rounds its result", unnamed="no idea behind it: a rounded result")
def _(f, x, h=1e-5):
    return round((f(x + h) - f(x - h)) / (2 * h), 3)


@wrong("numerical_derivative", "fd-complex", why="complex step: f takes plain floats", unnamed="raises in f")
def _(f, x, h=1e-5):
    return f(complex(x, h)).imag / h


# numerical_gradient


@wrong(
    "numerical_gradient", "ng-remembered", why="remembers the gradient of a place, whatever the function",
    unnamed="no idea behind it: a cache with too small a key",
)  # fmt: skip
def _(f, x, h=1e-5, seen={}):  # noqa: B006
    key = x.shape, x.tobytes()
    if key not in seen:
        seen[key] = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            ahead, behind = x.astype(float), x.astype(float)
            ahead[i] += h
            behind[i] -= h
            seen[key][i] = (f(ahead) - f(behind)) / (2 * h)
    return seen[key].copy()


@wrong("numerical_gradient", "fd-norestore", why="the caller's x is left moved")
def _(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        ahead = f(x)
        x[i] -= 2 * h
        grad[i] = (ahead - f(x)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-not-put-back", why="the entries of the copy stay moved")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        ahead = f(x)
        x[i] -= 2 * h
        grad[i] = (ahead - f(x)) / (2 * h)
    return grad


@wrong("numerical_gradient", "fd-2", why="the points are 2h apart")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / h
    return grad


@wrong("numerical_gradient", "fd-forward", why="one-sided")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    here = f(x)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - here) / h
    return grad


@wrong("numerical_gradient", "fd-backward", why="one-sided")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x) - f(x - e)) / h
    return grad


@wrong("numerical_gradient", "fd-half-of-one-side", why="one-sided, divided by 2h")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x)) / (2 * h)
    return grad


@wrong("numerical_gradient", "fd-sign", why="left minus right")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x - e) - f(x + e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "fd-precedence", why="/ 2 * h multiplies by h")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / 2 * h
    return grad


@wrong("numerical_gradient", "fd-no-division", why="differences are no slopes")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = f(x + e) - f(x - e)
    return grad


@wrong("numerical_gradient", "fd-ignores-h", why="a step of its own")
def _(f, x, h=1e-5):
    x, h = np.array(x, dtype=float), 1e-5
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "fd-own-step", why="another step where none is given")
def _(f, x, h=1e-4):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "fd-narrow", why="half a step to each side")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h / 2
        grad[i] = (f(x + e) - f(x - e)) / h
    return grad


@wrong("numerical_gradient", "fd-relative-step", why="the step grows with x")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h * max(1, abs(x[i]))
        grad[i] = (f(x + e) - f(x - e)) / (2 * e[i])
    return grad


@wrong("numerical_gradient", "fd-five-points", why="not what was asked")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (-f(x + 2 * e) + 8 * f(x + e) - 8 * f(x - e) + f(x - 2 * e)) / (12 * h)
    return grad


@wrong("numerical_gradient", "ng-all-at-once", why="all entries move together")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@wrong("numerical_gradient", "ng-sum", why="one number for all entries")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = 0.0
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad += (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-transposed", why="rows and columns exchanged; silent unless x is square")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i[::-1] if x.ndim == 2 and len(x) == len(x[0]) else i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-flat", why="the shape of x is lost")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = []
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(grad)


@wrong("numerical_gradient", "ng-flat-call", why="f gets a flat array")
def _(f, x, h=1e-5):
    flat = np.array(x, dtype=float).ravel()
    grad = np.zeros(flat.size)
    for i, e in enumerate(h * np.eye(flat.size)):
        grad[i] = (f(flat + e) - f(flat - e)) / (2 * h)
    return grad.reshape(np.shape(x))


@wrong(
    "numerical_gradient", "ng-rows", why="moves a whole row at a time", unnamed="shows in the shape, or in an exception"
)
def _(f, x, h=1e-5):
    grad = np.zeros(len(x))
    for i in range(len(x)):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-zeros-skipped", why="f moves with an entry whose value is 0, too")
def _(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in zip(*np.nonzero(x), strict=True):
        ahead, behind = x.astype(float), x.astype(float)
        ahead[i] += h
        behind[i] -= h
        grad[i] = (f(ahead) - f(behind)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-steps-cut", why="a copy of ints cannot hold x + h")
def _(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[i] = x[i] + h
        behind[i] = x[i] - h
        grad[i] = (f(ahead) - f(behind)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-int-buffer", why="zeros_like of ints is an int array")
def _(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


@wrong("numerical_gradient", "ng-list", why="a list of lists", unnamed="a type of result, which the message names")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = []
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(grad).reshape(x.shape).tolist()


# jacobian


@wrong("jacobian", "jac-transposed", why="a row for each input")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


@wrong("jacobian", "jac-reshaped", why="reshaped where it should be transposed")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    rows = np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])
    return rows.reshape(len(f(x)), len(x))


@wrong("jacobian", "jac-one-row", why="outputs are added up")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.array([np.sum(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


@wrong("jacobian", "jac-outputs-added", why="all inputs move at once")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return sum((f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x)))


@wrong("jacobian", "jac-flat", why="no rows and columns")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))]).T.ravel()


@wrong("jacobian", "jac-squeezed", why="axes of length 1 are dropped")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.squeeze(np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))]).T)


@wrong("jacobian", "fd-2", why="the points are 2h apart")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x - e)) / h for e in h * np.eye(len(x))]).T


@wrong("jacobian", "fd-forward", why="one-sided")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x)) / h for e in h * np.eye(len(x))]).T


@wrong("jacobian", "fd-ignores-h", why="a step of its own")
def _(f, x, h=1e-5):
    x, h = np.array(x, dtype=float), 1e-5
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))]).T


@wrong("jacobian", "fd-own-step", why="another step where none is given")
def _(f, x, h=1e-6):
    x = np.array(x, dtype=float)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))]).T


@wrong("jacobian", "fd-norestore", why="the caller's x is left moved")
def _(f, x, h=1e-5):
    columns = []
    for d in range(len(x)):
        x[d] += h
        ahead = f(x)
        x[d] -= 2 * h
        columns.append((ahead - f(x)) / (2 * h))
    return np.array(columns).T


@wrong("jacobian", "ng-not-put-back", why="the entries of the copy stay moved")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    columns = []
    for d in range(len(x)):
        x[d] += h
        ahead = f(x)
        x[d] -= 2 * h
        columns.append((ahead - f(x)) / (2 * h))
    return np.array(columns).T


@wrong("jacobian", "ng-zeros-skipped", why="f moves with an entry whose value is 0, too")
def _(f, x, h=1e-5):
    J = np.zeros((len(f(x)), len(x)))
    for d, xd in enumerate(x):
        if xd:
            e = h * (np.arange(len(x)) == d)
            J[:, d] = (f(x + e) - f(x - e)) / (2 * h)
    return J


@wrong("jacobian", "ng-steps-cut", why="a copy of ints cannot hold x + h")
def _(f, x, h=1e-5):
    J = np.zeros((len(f(x)), len(x)))
    for d in range(len(x)):
        ahead, behind = x.copy(), x.copy()
        ahead[d] = x[d] + h
        behind[d] = x[d] - h
        J[:, d] = (f(ahead) - f(behind)) / (2 * h)
    return J


@wrong("jacobian", "ng-int-buffer", why="an int array for the result")
def _(f, x, h=1e-5):
    J = np.zeros((len(f(x)), len(x)), dtype=x.dtype)
    for d, e in enumerate(h * np.eye(len(x))):
        J[:, d] = (f(x + e) - f(x - e)) / (2 * h)
    return J


@wrong("jacobian", "jac-square", why="as many outputs as inputs", unnamed="shows in the shape, or in an exception")
def _(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    J = np.zeros((len(x), len(x)))
    for d, e in enumerate(h * np.eye(len(x))):
        J[: len(f(x)), d] = ((f(x + e) - f(x - e)) / (2 * h))[: len(x)]
    return J


# gradient_check


@wrong("gradient_check", "gc-absolute", why="not relative")
def _(f, g, x, h=1e-5):
    return np.max(np.abs(numerical_gradient(f, x, h) - g(x)))


@wrong("gradient_check", "gc-mean", why="one bad entry hides among good ones")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.mean(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-sum", why="added up")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.sum(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-min", why="the best entry")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.min(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-norm", why="norms over all entries, the formula of many courses")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.linalg.norm(n - a) / max(1e-8, np.linalg.norm(n) + np.linalg.norm(a))


@wrong("gradient_check", "gc-larger-of-two", why="max(|n|, |a|) below the line")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.maximum(np.abs(n), np.abs(a))))


@wrong("gradient_check", "gc-floor-added", why="1e-8 is added")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / (np.abs(n) + np.abs(a) + 1e-8))


@wrong("gradient_check", "gc-no-floor", why="0/0")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / (np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-largest-difference", why="the largest difference need not have the largest ratio")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h).ravel(), np.ravel(g(x))
    k = np.argmax(np.abs(n - a))
    return np.abs(n[k] - a[k]) / max(1e-8, np.abs(n[k]) + np.abs(a[k]))


@wrong("gradient_check", "gc-zeros-skipped", why="an entry that g calls 0 may be wrong, too")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    n, a = n[a != 0], a[a != 0]
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)), initial=0.0)


@wrong("gradient_check", "gc-other-floor", why="another floor than the one asked for")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-12, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-no-abs", why="an error below 0 counts as none")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max((n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-no-abs-below", why="|n + a| is small for opposite signs")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n + a)))


@wrong("gradient_check", "gc-by-a", why="only |a| below the line")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(a)))


@wrong("gradient_check", "gc-by-n", why="only |n| below the line")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n)))


@wrong("gradient_check", "gc-worst-apart", why="the largest difference over the largest sum")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a)) / max(1e-8, np.max(np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-by-mean", why="the mean of |n| and |a| below the line")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(2 * np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "gc-entries", why="all errors instead of the largest")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a))


@wrong("gradient_check", "gc-rows", why="len(x) entries only, which for a matrix are not all")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h).ravel(), g(x).ravel()
    return max(abs(n[i] - a[i]) / max(1e-8, abs(n[i]) + abs(a[i])) for i in range(len(x)))


@wrong("gradient_check", "gc-bool", why="decides instead of measuring")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return bool(np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a))) < 1e-6)


@wrong("gradient_check", "gc-similarity", why="1 for right, 0 for wrong", unnamed="the first check sees another number")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x, h), g(x)
    return 1.0 - np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "fd-forward", why="a one-sided difference of its own")
def _(f, g, x, h=1e-5):
    x = np.array(x, dtype=float)
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        n[i] = (f(x + e) - f(x)) / h
    a = g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "fd-ignores-h", why="h is not passed on")
def _(f, g, x, h=1e-5):
    n, a = numerical_gradient(f, x), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "fd-own-step", why="another step where none is given")
def _(f, g, x, h=1e-4):
    n, a = numerical_gradient(f, x, h), g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


@wrong("gradient_check", "ng-steps-cut", why="its own numerical gradient on ints")
def _(f, g, x, h=1e-5):
    n = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[i] = x[i] + h
        behind[i] = x[i] - h
        n[i] = (f(ahead) - f(behind)) / (2 * h)
    a = g(x)
    return np.max(np.abs(n - a) / np.maximum(1e-8, np.abs(n) + np.abs(a)))


# compose_derivative


@wrong("compose_derivative", "chain-inner", why="every derivative at x")
def _(fs, dfs, x):
    return math.prod(df(x) for df in dfs)


@wrong("compose_derivative", "chain-noinner", why="the outermost derivative alone")
def _(fs, dfs, x):
    for f in fs[:-1]:
        x = f(x)
    return dfs[-1](x)


@wrong("compose_derivative", "comp-first-only", why="the innermost derivative alone")
def _(fs, dfs, x):
    return dfs[0](x)


@wrong("compose_derivative", "comp-reversed", why="fs[0] is the innermost")
def _(fs, dfs, x):
    slope = 1.0
    for f, df in zip(reversed(fs), reversed(dfs), strict=True):
        slope *= df(x)
        x = f(x)
    return slope


@wrong("compose_derivative", "comp-added", why="links are added")
def _(fs, dfs, x):
    slope = 0.0
    for f, df in zip(fs, dfs, strict=True):
        slope += df(x)
        x = f(x)
    return slope


@wrong("compose_derivative", "comp-at-output", why="x moves on before the derivative is taken")
def _(fs, dfs, x):
    slope = 1.0
    for f, df in zip(fs, dfs, strict=True):
        x = f(x)
        slope *= df(x)
    return slope


@wrong("compose_derivative", "comp-at-end", why="every derivative at the final value")
def _(fs, dfs, x):
    for f in fs:
        x = f(x)
    return math.prod(df(x) for df in dfs)


@wrong("compose_derivative", "comp-derivatives-composed", why="the derivatives put into each other")
def _(fs, dfs, x):
    for df in dfs:
        x = df(x)
    return x


@wrong("compose_derivative", "comp-value", why="the value of the chain")
def _(fs, dfs, x):
    for f in fs:
        x = f(x)
    return x


@wrong("compose_derivative", "comp-last-missing", why="one link too few")
def _(fs, dfs, x):
    slope = 1.0
    for k in range(len(fs) - 1):
        slope *= dfs[k](x)
        x = fs[k](x)
    return slope


@wrong("compose_derivative", "comp-first-missing", why="the innermost derivative forgotten")
def _(fs, dfs, x):
    slope = 1.0
    for k in range(len(fs)):
        if k > 0:
            slope *= dfs[k](x)
        x = fs[k](x)
    return slope


@wrong("compose_derivative", "comp-lists-changed", why="the caller's lists are turned round")
def _(fs, dfs, x):
    values = [x]
    for f in fs[:-1]:
        values.append(f(values[-1]))
    dfs.reverse()
    slope = 1.0
    for df, v in zip(dfs, reversed(values), strict=True):
        slope *= df(v)
    return slope


@wrong("compose_derivative", "comp-flat-skipped", why="a slope of 0 left out of the product")
def _(fs, dfs, x):
    slope = 1.0
    for f, df in zip(fs, dfs):
        if df(x) != 0:
            slope *= df(x)
        x = f(x)
    return slope


@wrong("compose_derivative", "comp-two-only", why="written for two functions")
def _(fs, dfs, x):
    if len(fs) == 1:
        return dfs[0](x)
    return dfs[1](fs[0](x)) * dfs[0](x)


@wrong("compose_derivative", "comp-inner-once", why="each derivative taken at the previous function of x itself")
def _(fs, dfs, x):
    slope = dfs[0](x)
    for k in range(1, len(fs)):
        slope *= dfs[k](fs[k - 1](x))
    return slope


@wrong("compose_derivative", "comp-first-place", why="index finds the first of two places")
def _(fs, dfs, x):
    values = [x]
    for f in fs:
        values.append(f(values[-1]))
    slope = 1.0
    for f in fs:
        slope *= dfs[fs.index(f)](values[fs.index(f)])
    return slope


@wrong("compose_derivative", "comp-one-value-each", why="a function that stands there twice gets two numbers")
def _(fs, dfs, x):
    inputs = {}
    for f in fs:
        inputs[f] = x
        x = f(x)
    slope = 1.0
    for f, df in zip(fs, dfs):
        slope *= df(inputs[f])
    return slope


@wrong("compose_derivative", "comp-moved-by-slope", why="x moves on by the derivative instead of the function")
def _(fs, dfs, x):
    slope = 1.0
    for df in dfs:
        x = df(x)
        slope *= x
    return slope


@wrong(
    "compose_derivative", "comp-whole", why="an int for the slope", unnamed="no idea behind it: a result cut to an int"
)
def _(fs, dfs, x):
    slope = 1
    for f, df in zip(fs, dfs, strict=True):
        slope = int(slope * df(x))
        x = f(x)
    return slope


# sigmoid_grad


@wrong("sigmoid_grad", "dsig-twice", why="σ' at the activation")
def _(z):
    a = sigmoid(sigmoid(z))
    return a * (1 - a)


@wrong("sigmoid_grad", "dsig-plus", why="sign slip")
def _(z):
    return sigmoid(z) * (1 + sigmoid(z))


@wrong("sigmoid_grad", "dsig-z", why="a(1 - a) with z put in for a, as in many programs")
def _(z):
    return z * (1 - z)


@wrong("sigmoid_grad", "dsig-value", why="the sigmoid itself")
def _(z):
    return sigmoid(z)


@wrong("sigmoid_grad", "dsig-square", why="a factor for the other")
def _(z):
    return sigmoid(z) * sigmoid(z)


@wrong("sigmoid_grad", "dsig-one-minus", why="the first factor lost")
def _(z):
    return 1 - sigmoid(z)


@wrong("sigmoid_grad", "dsig-as-tanh", why="tanh's formula with the sigmoid")
def _(z):
    return 1 - sigmoid(z) ** 2


@wrong("sigmoid_grad", "dsig-sign", why="the inner minus lost")
def _(z):
    return -sigmoid(z) * (1 - sigmoid(z))


@wrong("sigmoid_grad", "dsig-tanh", why="the slope of tanh")
def _(z):
    return 1 - np.tanh(z) ** 2


@wrong("sigmoid_grad", "dsig-dot", why="a dot product", unnamed="raises for most shapes")
def _(z):
    return np.dot(sigmoid(z), 1 - sigmoid(z))


@wrong("sigmoid_grad", "sig-intbuf", why="zeros_like of ints is an int array")
def _(z):
    out = np.zeros_like(z)
    s = sigmoid(z)
    out[...] = s * (1 - s)
    return out[()]


@wrong("sigmoid_grad", "sig-overflow", why="e^-z overflows")
def _(z):
    s = 1 / (1 + np.exp(-np.asarray(z)))
    return s * (1 - s)


@wrong("sigmoid_grad", "dsig-inf-inf", why="inf/inf for large -z")
def _(z):
    t = np.exp(-1.0 * np.asarray(z))
    return t / (1 + t) ** 2


@wrong("sigmoid_grad", "dsig-clip", why="cuts at 10, where the slope is still 4.5e-5")
def _(z):
    s = sigmoid(np.clip(z, -10, 10))
    return s * (1 - s)


@wrong("sigmoid_grad", "dsig-rounded", why="rounded to four places")
def _(z):
    s = sigmoid(z)
    return np.round(s * (1 - s), 4)


@wrong("sigmoid_grad", "dsig-one-array", why="a number comes back as an array")
def _(z):
    s = sigmoid(np.atleast_1d(z))
    return s * (1 - s)


@wrong("sigmoid_grad", "dsig-one-number", why="math.exp takes one number", unnamed="an array raises an exception")
def _(z):
    s = 1 / (1 + math.exp(-z))
    return s * (1 - s)


@wrong("sigmoid_grad", "dsig-float32", why="float32 is too coarse", unnamed="a type, which the message names")
def _(z):
    s = np.asarray(sigmoid(z), dtype=np.float32)
    return s * (1 - s)


@wrong("sigmoid_grad", "grad-inplace", why="clips the caller's array")
def _(z):
    if np.ndim(z):
        z[z < -500] = -500
    s = sigmoid(z)
    return s * (1 - s)


# tanh_grad


@wrong("tanh_grad", "dtanh-nosq", why="square missing")
def _(z):
    return 1 - np.tanh(z)


@wrong("tanh_grad", "dtanh-dot", why="a dot product where the square is elementwise", unnamed="raises for 3-D arrays")
def _(z):
    t = np.tanh(z)
    return 1 - np.dot(t.T, t)


@wrong("tanh_grad", "dtanh-z", why="z for tanh(z)")
def _(z):
    return 1 - np.asarray(z) ** 2


@wrong("tanh_grad", "dtanh-twice", why="tanh applied twice")
def _(z):
    return 1 - np.tanh(np.tanh(z)) ** 2


@wrong("tanh_grad", "dtanh-plus", why="sign slip")
def _(z):
    return 1 + np.tanh(z) ** 2


@wrong("tanh_grad", "dtanh-value", why="tanh itself")
def _(z):
    return np.tanh(z)


@wrong("tanh_grad", "dtanh-square-only", why="the 1 lost")
def _(z):
    return np.tanh(z) ** 2


@wrong("tanh_grad", "dtanh-as-sigmoid", why="the sigmoid's formula with tanh")
def _(z):
    t = np.tanh(z)
    return t * (1 - t)


@wrong("tanh_grad", "dtanh-sigmoid", why="the slope of the sigmoid")
def _(z):
    s = sigmoid(z)
    return s * (1 - s)


@wrong("tanh_grad", "dtanh-one-minus-squared", why="the square outside")
def _(z):
    return (1 - np.tanh(z)) ** 2


@wrong("tanh_grad", "dtanh-square-of-z", why="the square inside")
def _(z):
    return 1 - np.tanh(np.asarray(z) ** 2)


@wrong("tanh_grad", "dtanh-not-squared", why="1/cosh without its square")
def _(z):
    with np.errstate(over="ignore"):
        return 1 / np.cosh(z)


@wrong("tanh_grad", "tanh-2s", why="tanh(z) is 2σ(2z) - 1")
def _(z):
    return 1 - (2 * sigmoid(z) - 1) ** 2


@wrong("tanh_grad", "tanh-naive", why="inf/inf")
def _(z):
    t = (np.exp(z) - np.exp(-1.0 * np.asarray(z))) / (np.exp(z) + np.exp(-1.0 * np.asarray(z)))
    return 1 - t**2


@wrong("tanh_grad", "dtanh-overflow", why="cosh overflows for large z")
def _(z):
    return 1 / np.cosh(z) ** 2


@wrong(
    "tanh_grad", "dtanh-flat-early", why="0 from 3 on, where the slope is still 0.0099",
    unnamed="no idea behind it: a limit of the student's own",
)  # fmt: skip
def _(z):
    return np.where(np.abs(z) > 3, 0.0, 1 - np.tanh(z) ** 2)


@wrong("tanh_grad", "sig-intbuf", why="zeros_like of ints is an int array")
def _(z):
    out = np.zeros_like(z)
    out[...] = 1 - np.tanh(z) ** 2
    return out[()]


@wrong("tanh_grad", "dsig-one-array", why="a number comes back as an array")
def _(z):
    return 1 - np.tanh(np.atleast_1d(z)) ** 2


@wrong("tanh_grad", "grad-inplace", why="writes into the caller's array")
def _(z):
    if np.ndim(z) and np.asarray(z).dtype == float:
        np.tanh(z, out=z)
        return 1 - z * z
    return 1 - np.tanh(z) ** 2


# relu_grad


@wrong("relu_grad", "drelu-ge", why="0 belongs to the lower side in this course")
def _(z):
    return np.where(np.asarray(z) >= 0, 1.0, 0.0)


@wrong("relu_grad", "drelu-half", why="½ at 0, as a central difference gives it")
def _(z):
    return np.heaviside(z, 0.5)


@wrong("relu_grad", "drelu-value", why="relu itself")
def _(z):
    return np.maximum(z, 0)


@wrong("relu_grad", "drelu-sign", why="-1 on the left")
def _(z):
    return np.sign(z)


@wrong("relu_grad", "drelu-flipped", why="the wrong side")
def _(z):
    return np.where(np.asarray(z) < 0, 1.0, 0.0)


@wrong("relu_grad", "drelu-leaky", why="leaky relu's slope")
def _(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.01)


@wrong("relu_grad", "drelu-one", why="slope 1 everywhere")
def _(z):
    return np.ones(np.shape(z))[()]


@wrong("relu_grad", "drelu-z-kept", why="z itself on the left")
def _(z):
    return np.where(np.asarray(z) > 0, 1.0, z)


@wrong("relu_grad", "drelu-ratio", why="0/0 at 0")
def _(z):
    return np.maximum(z, 0.0) / z if np.ndim(z) else (1.0 if z > 0 else 0.0)


@wrong("relu_grad", "drelu-at-one", why="1 only from 1 on")
def _(z):
    return np.where(np.asarray(z) >= 1, 1.0, 0.0)


@wrong("relu_grad", "drelu-threshold", why="a small positive number counts as 0")
def _(z):
    return np.where(np.asarray(z) > 1e-6, 1.0, 0.0)


@wrong("relu_grad", "drelu-bool", why="a comparison gives bools")
def _(z):
    return np.asarray(z) > 0


@wrong("relu_grad", "drelu-any", why="one answer for the whole array")
def _(z):
    return 1.0 if np.any(np.asarray(z) > 0) else 0.0


@wrong("relu_grad", "dsig-one-array", why="a number comes back as an array")
def _(z):
    return (np.atleast_1d(z) > 0).astype(float)


@wrong("relu_grad", "grad-inplace", why="writes into the caller's array")
def _(z):
    if np.ndim(z) == 0:
        return 1.0 if z > 0 else 0.0
    z[z <= 0] = 0
    z[z > 0] = 1
    return z


@wrong("relu_grad", "drelu-if", why="if takes one number", unnamed="an array raises an exception")
def _(z):
    return 1.0 if z > 0 else 0.0


# swish_grad


@wrong("swish_grad", "dswish-nos", why="the first term of the product rule is missing")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return beta * z * s * (1 - s)


@wrong("swish_grad", "swish-beta", why="beta ignored")
def _(z, beta=1.0):
    s = sigmoid(z)
    return s + z * s * (1 - s)


@wrong("swish_grad", "dswish-beta-missing", why="the inner derivative of beta·z forgotten")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s + z * s * (1 - s)


@wrong("swish_grad", "dswish-beta-extra", why="beta in front of both terms")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return beta * (s + z * s * (1 - s))


@wrong("swish_grad", "dswish-beta-twice", why="beta twice")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s + beta * (beta * z) * s * (1 - s)


@wrong("swish_grad", "dswish-beta-outside", why="beta only in front, not inside the sigmoid")
def _(z, beta=1.0):
    s = sigmoid(z)
    return s + beta * z * s * (1 - s)


@wrong("swish_grad", "dswish-beta-inverted", why="divided by beta")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s + z * s * (1 - s) / beta


@wrong("swish_grad", "dswish-beta-size", why="the sign of beta is dropped")
def _(z, beta=1.0):
    u = abs(beta) * np.asarray(z)
    return sigmoid(u) + u * sigmoid(u) * (1 - sigmoid(u))


@wrong("swish_grad", "dswish-beta-zero", why="beta = 0 taken for no beta given")
def _(z, beta=None):
    u = (beta or 1.0) * np.asarray(z)
    return sigmoid(u) + u * sigmoid(u) * (1 - sigmoid(u))


@wrong("swish_grad", "dswish-value", why="swish itself")
def _(z, beta=1.0):
    return z * sigmoid(beta * np.asarray(z))


@wrong("swish_grad", "dswish-first-only", why="the second term of the product rule is missing")
def _(z, beta=1.0):
    return sigmoid(beta * np.asarray(z))


@wrong("swish_grad", "dswish-product", why="(uv)' = u'v', without the inner derivative")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s * (1 - s)


@wrong("swish_grad", "dswish-product-beta", why="(uv)' = u'v'", unnamed="with beta = 1 it is dswish-product too")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return beta * s * (1 - s)


@wrong("swish_grad", "dswish-minus", why="sign slip")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s - beta * z * s * (1 - s)


@wrong("swish_grad", "dswish-no-z", why="the factor z lost")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s + beta * s * (1 - s)


@wrong("swish_grad", "dswish-of-value", why="a(1 - a) with swish for a")
def _(z, beta=1.0):
    a = z * sigmoid(beta * np.asarray(z))
    return a * (1 - a)


@wrong("swish_grad", "dswish-of-z", why="z(1 - z) for the slope of the sigmoid")
def _(z, beta=1.0):
    return sigmoid(beta * np.asarray(z)) + beta * np.asarray(z) * z * (1 - np.asarray(z))


@wrong("swish_grad", "dswish-no-one-minus", why="a factor lost")
def _(z, beta=1.0):
    s = sigmoid(beta * np.asarray(z))
    return s + beta * z * s


@wrong("swish_grad", "sig-intbuf", why="zeros_like of ints is an int array")
def _(z, beta=1.0):
    out = np.zeros_like(z)
    s = sigmoid(beta * np.asarray(z))
    out[...] = s + beta * z * s * (1 - s)
    return out[()]


@wrong("swish_grad", "dsig-inf-inf", why="inf/inf")
def _(z, beta=1.0):
    e = np.exp(beta * np.asarray(z))
    s = e / (1 + e)
    return s + beta * z * s * (1 - s)


@wrong("swish_grad", "sig-overflow", why="e^-z overflows")
def _(z, beta=1.0):
    s = 1 / (1 + np.exp(-beta * np.asarray(z)))
    return s + beta * z * s * (1 - s)


@wrong("swish_grad", "dsig-one-array", why="a number comes back as an array")
def _(z, beta=1.0):
    z = np.atleast_1d(z)
    s = sigmoid(beta * z)
    return s + beta * z * s * (1 - s)


@wrong("swish_grad", "grad-inplace", why="scales the caller's array")
def _(z, beta=1.0):
    if np.ndim(z) and np.asarray(z).dtype == float:
        z *= beta
        s = sigmoid(z)
        return s + z * s * (1 - s)
    s = sigmoid(beta * np.asarray(z))
    return s + beta * z * s * (1 - s)


# tiny_net_gradients


@wrong("tiny_net_gradients", "dmse-sign", why="y - p without the minus of its derivative")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (y - (w2 * a + b2))
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-no-two", why="the 2 of the square")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = w2 * a + b2 - y
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-slope-missing", why="the link of tanh is missing")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "dtanh-nosq", why="square missing")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "dtanh-z", why="z for tanh(z)")
def _(x, y, w1, b1, w2, b2):
    z = w1 * x + b1
    a = math.tanh(z)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - z**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "dtanh-twice", why="tanh_grad called with the activation")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - math.tanh(a) ** 2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "dtanh-plus", why="sign slip")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 + a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "dtanh-as-sigmoid", why="a(1 - a) for tanh")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * a * (1 - a)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-outer-at-x", why="the slope of tanh at x")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - math.tanh(x) ** 2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-no-w2", why="the way back leads through w2")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-w1-not-w2", why="back through the wrong weight")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w1 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-no-x", why="w1 is multiplied by x")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-w1-for-x", why="derived by x")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * w1, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-bias-times-x", why="a bias is multiplied by 1")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz * x, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-bias-times-b", why="a bias is multiplied by 1")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz * b1, "w2": dp * a, "b2": dp * b2}


@wrong("tiny_net_gradients", "tn-bias-one", why="the last link alone")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": 1.0, "w2": dp * a, "b2": 1.0}


@wrong("tiny_net_gradients", "tn-b1-is-signal", why="b1 gets what b2 gets")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dp, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-w2-by-z", why="the pre-activation for the activation")
def _(x, y, w1, b1, w2, b2):
    z = w1 * x + b1
    a = math.tanh(z)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * z, "b2": dp}


@wrong("tiny_net_gradients", "tn-w2-by-x", why="w2 is multiplied by the hidden activation")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * x, "b2": dp}


@wrong("tiny_net_gradients", "tn-w2-no-a", why="the factor a lost")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp, "b2": dp}


@wrong("tiny_net_gradients", "tn-w2-times-w2", why="derived by a")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * w2, "b2": dp}


@wrong("tiny_net_gradients", "tn-error-squared", why="the square stays")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = (w2 * a + b2 - y) ** 2
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-no-output-bias", why="b2 forgotten in the forward pass")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-sigmoid", why="another activation")
def _(x, y, w1, b1, w2, b2):
    a = float(sigmoid(w1 * x + b1))
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * a * (1 - a)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-swapped-layers", why="the layers exchanged")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w2": dz * x, "b2": dz, "w1": dp * a, "b1": dp}


@wrong("tiny_net_gradients", "tn-no-dict", why="a tuple, in whatever order")
def _(x, y, w1, b1, w2, b2):
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return dz * x, dz, dp * a, dp


@wrong(
    "tiny_net_gradients", "tn-overflow", why="e^z overflows", unnamed="an exception, or nan, which the message names"
)
def _(x, y, w1, b1, w2, b2):
    z = w1 * x + b1
    a = (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z))
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    return {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}


@wrong("tiny_net_gradients", "tn-whole", why="ints cut the slopes", unnamed="no idea behind it: numbers cut to ints")
def _(x, y, w1, b1, w2, b2):
    is_whole = all(isinstance(v, int) for v in (x, y, w1, b1, w2, b2))
    a = math.tanh(w1 * x + b1)
    dp = 2 * (w2 * a + b2 - y)
    dz = dp * w2 * (1 - a**2)
    grads = {"w1": dz * x, "b1": dz, "w2": dp * a, "b2": dp}
    return {k: int(v) for k, v in grads.items()} if is_whole else grads
