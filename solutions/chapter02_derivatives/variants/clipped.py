"""Clipped sigmoids, np.piecewise and np.select, two-point stencils by einsum, unicode and NumPy names in formulas."""

import numpy as np


def d_polynomial() -> str:
    return "3x² - 2"


def d_sine_of_square() -> str:
    return "2·x·np.cos(x**2)"


def d_softplus() -> str:
    return "σ(x)"


def d_bump() -> str:
    return """
        np.exp(-x**2)
        - 2*x**2 * np.exp(-x**2)
    """


def d_sigmoid() -> str:
    return "sigma(x) - sigma(x)^2"


def d_log_cosine() -> str:
    return "tan(-x)"


def d_quotient() -> str:
    return "(math.cos(x)*(1 + x^2) - math.sin(x)*(2x)) / ((1 + x^2)*(1 + x^2))"


def chain_rule_steps() -> dict[str, str]:
    return {"outer": "E**sin(3*x)", "inner": "3*(cos(x)^3*4 - 3cos(x))", "derivative": "3*E**sin(3*x)*cos(3*x)"}


def neuron_gradients() -> dict[str, str]:
    return {
        "w": "(2σ(w*x+b) - 2y) · σ(w*x+b) · (1-σ(w*x+b)) · x",
        "b": "(2σ(w*x+b) - 2y) · σ(w*x+b) · (1-σ(w*x+b))",
    }


def numerical_derivative(f, x: float, h: float = 1e-5) -> float:
    slope = np.dot([f(x + h), f(x - h)], [1.0, -1.0]) / (2 * h)
    return float(slope)


def numerical_gradient(f, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    x = np.asarray(x) + 0.0
    shifts = h * np.identity(x.size)
    values = np.array([[f(x + sign * e.reshape(x.shape)) for e in shifts] for sign in (1, -1)])
    return np.einsum("sk,s->k", values, np.array([0.5, -0.5]) / h).reshape(x.shape)


def jacobian(f, x, h=1e-5):
    x = np.array(x, float)
    y = [[f(x + sign * e) for e in h * np.eye(x.size)] for sign in (1, -1)]
    return np.einsum("sdm,s->md", np.array(y), np.array([0.5, -0.5]) / h)


def gradient_check(f, g, x, h=1e-5):
    a = np.array(g(x.copy()), dtype=float)
    n = numerical_gradient(f, x, h)
    error = np.where(np.abs(n) + np.abs(a) < 1e-8, np.abs(n - a) / 1e-8, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.maximum(error, np.where(error > 0, 0, np.nan_to_num(np.abs(n - a) / (np.abs(n) + np.abs(a)))))
    return float(np.max(np.minimum(error, np.abs(n - a) / 1e-8)))


def compose_derivative(fs, dfs, x):
    points = [x]
    for f in fs[:-1]:
        points.append(f(points[-1]))
    return np.prod([df(p) for df, p in zip(dfs, points)])


def _sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def sigmoid_grad(z):
    return _sigmoid(z) * (1 - _sigmoid(z))


def tanh_grad(z):
    return 4 * sigmoid_grad(2 * np.asarray(z))


def relu_grad(z):
    z = np.asarray(z, dtype=float)
    return np.piecewise(z, [z > 0, z <= 0], [1.0, 0.0])


def swish_grad(z, beta=1.0):
    s = _sigmoid(np.multiply(beta, z))
    return s * (1 + np.multiply(beta, z) * (1 - s))


def tiny_net_gradients(x, y, w1, b1, w2, b2):
    inputs = np.array([x, 1.0])
    hidden = np.array([np.tanh(inputs @ np.array([w1, b1])), 1.0])
    signal = 2.0 * (hidden @ np.array([w2, b2]) - y)
    d2 = signal * hidden
    d1 = signal * w2 * (1 - hidden[0] ** 2) * inputs
    return {"w1": d1[0], "b1": d1[1], "w2": d2[0], "b2": d2[1]}
