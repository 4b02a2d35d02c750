"""Dual numbers for the capstone, callable objects, recursion; a small class for formulas; told of every underflow."""

import math
from dataclasses import dataclass

import numpy as np

np.seterr(all="warn")


@dataclass
class Formula:
    text: str

    def __mul__(self, other):
        return Formula(f"({self.text})*({other.text})")

    def __str__(self):
        return self.text


@dataclass
class Dual:
    """A value and its slope by one parameter."""

    value: float
    slope: float = 0.0

    def __add__(self, other):
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other):
        return Dual(self.value - other.value, self.slope - other.slope)

    def __mul__(self, other):
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def tanh(self):
        t = math.tanh(self.value)
        return Dual(t, self.slope * (1 - t * t))


class Central:
    def __init__(self, f, h):
        self.f, self.h = f, h

    def __call__(self, x):
        return (self.f(x + self.h) - self.f(x - self.h)) / (self.h + self.h)


class Differences:
    """The Jacobian of a function, of any shapes."""

    def __call__(self, f, x, h=1e-5):
        start = np.array(x, dtype=np.float64)

        def moved(i, by):
            point = start.copy()
            point[i] = point[i] + by
            return np.asarray(f(point), dtype=np.float64)

        slopes = [(moved(i, h) - moved(i, -h)) / (2 * h) for i in np.ndindex(start.shape)]
        return np.stack(slopes, axis=-1)


jacobian = Differences()


def numerical_derivative(f, x, h=1e-5):
    return Central(f, h)(x)


def numerical_gradient(f, x, h=1e-5):
    return jacobian(f, x, h).reshape(np.shape(x))


def gradient_check(f, g, x, h=1e-5):
    pairs = zip(numerical_gradient(f, x, h).ravel(), np.ravel(g(x)))
    return max(abs(n - a) / max(1e-8, abs(n) + abs(a)) for n, a in pairs)


def compose_derivative(fs, dfs, x):
    if not fs:
        return 1.0
    return dfs[0](x) * compose_derivative(fs[1:], dfs[1:], fs[0](x))


def d_polynomial():
    return "3*(x - sqrt(2/3))*(x + sqrt(2/3))"


def d_sine_of_square():
    return str(Formula("2*x") * Formula("cos(x**2)"))


def d_softplus():
    return "1 - 1/(1 + exp(x))"


def d_bump():
    return "(1 - 2*x**2)/exp(x**2)"


def d_sigmoid():
    return "1/(exp(x/2) + exp(-x/2))**2"


def d_log_cosine():
    return str(Formula("1/cos(x)") * Formula("-sin(x)"))


def d_quotient():
    return "(cos(x) - 2*x*sin(x)/(1 + x**2))/(1 + x**2)"


def chain_rule_steps():
    outer, inner = Formula("exp(sin(3*x))"), Formula("cos(3*x)*3")
    return {"outer": str(outer), "inner": str(inner), "derivative": str(outer * inner)}


def neuron_gradients():
    links = Formula("2*(sigmoid(w*x + b) - y)") * Formula("sigmoid(w*x + b)*sigmoid(-w*x - b)")
    return {"w": str(links * Formula("x")), "b": str(links * Formula("1"))}


class Slope:
    def __init__(self, formula):
        self.formula = formula

    def __call__(self, z, beta=1.0):
        return self.formula(np.asarray(z, dtype=np.float64), beta)


def e(z):
    return np.exp(-np.abs(z))


sigmoid_grad = Slope(lambda z, _: e(z) / (1 + e(z)) ** 2)
tanh_grad = Slope(lambda z, _: 4 * e(2 * z) / (1 + e(2 * z)) ** 2)
relu_grad = Slope(lambda z, _: np.heaviside(z, 0))
swish_grad = Slope(
    lambda z, beta: np.where(beta * z > 0, 1, e(beta * z)) / (1 + e(beta * z)) + beta * z * sigmoid_grad(beta * z)
)


def tiny_net_gradients(x, y, w1, b1, w2, b2):
    params = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    grads = {}
    for name in params:
        p = {key: Dual(value, float(key == name)) for key, value in params.items()}
        error = p["w2"] * (p["w1"] * Dual(x) + p["b1"]).tanh() + p["b2"] - Dual(y)
        grads[name] = (error * error).slope
    return grads
