"""Functions without def, as short as they get; formulas with tanh, sech and other relatives."""

import functools
import math

import numpy as np

d_polynomial = lambda: "-2 + x*x*3"
d_sine_of_square = lambda: "x*(cos(x**2) + cos(-x*x))"
d_softplus = lambda: "(1 + tanh(x/2))/2"
d_bump = lambda: "exp(-x*x)*(1 - sqrt(2)*x)*(1 + sqrt(2)*x)"
d_sigmoid = lambda: "sech(x/2)**2/4"
d_log_cosine = lambda: "cot(x) - 2*cos(2*x)/sin(2*x) - 2*tan(x)"
d_quotient = lambda: "(cos(x) + x**2*cos(x) - x*sin(x) - x*sin(x))/(x**4 + 2*x**2 + 1)"
chain_rule_steps = lambda: dict(
    outer="exp(sin(3*x))", inner="3*sin(3*x + pi/2)", derivative="3*exp(sin(3*x))*sqrt(1)*cos(3*x)"
)
neuron_gradients = lambda: {
    "w": "x*(tanh((w*x + b)/2)/2 + 1/2 - y)*sech((w*x + b)/2)**2/2",
    "b": "(tanh((w*x + b)/2)/2 + 1/2 - y)*sech((w*x + b)/2)**2/2",
    "x": "",
}
numerical_derivative = lambda f, x, h=1e-5: 0.5 * (f(x + h) - f(x - h)) / h
units = lambda x: np.eye(x.size).reshape(x.size, *x.shape)
numerical_gradient = lambda f, x, h=1e-5: np.reshape(
    [numerical_derivative(lambda t, e=e: f(x + t * e), 0.0, h) for e in units(x)], x.shape
)
jacobian = lambda f, x, h=1e-5: np.column_stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in units(x)])
relative = lambda n, a: np.abs(n - a) / np.clip(np.abs(n) + np.abs(a), 1e-8, None)
gradient_check = lambda f, g, x, h=1e-5: relative(numerical_gradient(f, x, h), g(x)).max()
compose_derivative = lambda fs, dfs, x: functools.reduce(
    lambda state, link: (link[0](state[0]), state[1] * link[1](state[0])), zip(fs, dfs), (x, 1.0)
)[1]
sigmoid_grad = np.vectorize(lambda z: 0.25 * (1 - math.tanh(z / 2) ** 2), otypes=[float])
tanh_grad = lambda z: 1.0 - np.square(np.tanh(z))
relu_grad = lambda z: 1 * np.greater(z, 0)
swish_grad = lambda z, beta=1.0: (
    (np.tanh(beta * np.asarray(z) / 2) + 1) / 2 + beta * z * sigmoid_grad(beta * np.asarray(z))
)
tiny_net_gradients = lambda x, y, w1, b1, w2, b2: (
    lambda a: (
        lambda e: {
            "b2": e,
            "w2": e * a,
            "b1": e * w2 * tanh_grad(w1 * x + b1),
            "w1": e * w2 * tanh_grad(w1 * x + b1) * x,
        }
    )(2 * (w2 * a + b2 - y))
)(np.tanh(w1 * x + b1))
