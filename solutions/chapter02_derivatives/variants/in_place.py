"""Entries are moved in the array itself and their exact old values put back; masks and slices for the slopes."""

from collections import OrderedDict

import numpy as np


def d_polynomial():
    return "3*x**2-2"


def d_sine_of_square():
    return "2*x*cos(x**2)"


def d_softplus():
    return "sigmoid(x)"


def d_bump():
    return "-(2*x**2 - 1)*exp(-x**2)"


def d_sigmoid():
    return "sigmoid(x)*(1 - sigmoid(x))"


def d_log_cosine():
    return "-sin(x)*sec(x)"


def d_quotient():
    return "(-2*x*sin(x) + (x**2 + 1)*cos(x))/(x**2 + 1)**2"


def chain_rule_steps():
    return OrderedDict(
        [
            ("outer", "exp(sin(3*x))"),
            ("inner", "3*cos(3*x)"),
            ("derivative", "exp(sin(3*x))*3*cos(3*x)"),
            ("inner value", "sin(3*x)"),
        ]
    )


def neuron_gradients():
    a = "sigmoid(w*x + b)"
    db = f"2*({a} - y)*{a}*(1 - {a})"
    return {"b": db, "w": "x*" + db}


def numerical_derivative(f, x, h=1e-5):
    left, right = x - h, x + h
    return f(right) / (2 * h) - f(left) / (2 * h)


def numerical_gradient(f, x, h=1e-5):
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    grad = np.zeros(x.shape, dtype=np.float64)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old = float(x[ix])
        x[ix] = old + h
        pos = f(x)
        x[ix] = old - h
        neg = f(x)
        x[ix] = old
        grad[ix] = (pos - neg) / (2 * h)
        it.iternext()
    return grad


def jacobian(f, x, h=1e-5):
    x = 1.0 * x
    J = None
    for d in range(x.shape[0]):
        old = x[d]
        x[d] = old + h
        up = f(x)
        x[d] = old - h
        down = f(x)
        x[d] = old
        if J is None:
            J = np.zeros((up.shape[0], x.shape[0]))
        J[:, d] = (up - down) / (2 * h)
    return J


def gradient_check(f, g, x, h=1e-5):
    analytic = g(x)
    numeric = numerical_gradient(f, x, h)
    top = np.abs(numeric - analytic)
    bottom = np.abs(numeric) + np.abs(analytic)
    bottom[bottom < 1e-8] = 1e-8
    return np.max(top / bottom)


def compose_derivative(fs, dfs, x):
    fs, dfs = list(fs), list(dfs)
    total = 1
    while fs:
        df = dfs.pop(0)
        total = total * df(x)
        x = fs.pop(0)(x)
    return np.float64(total)


def _stable_sigmoid(z):
    z = np.array(z, dtype=float, ndmin=1)
    out = np.zeros_like(z)
    right = z >= 0
    out[right] = 1 / (1 + np.exp(-z[right]))
    out[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
    return out


def sigmoid_grad(z):
    s = _stable_sigmoid(z).reshape(np.shape(z))
    return s * (1 - s)


def tanh_grad(z):
    t = np.tanh(z)
    t = t * t
    return 1 - t


def relu_grad(z):
    out = np.zeros(np.shape(z))
    out[np.asarray(z) > 0] = 1
    return out


def swish_grad(z, beta=1.0):
    z = np.asarray(z, dtype=float)
    s = _stable_sigmoid(beta * z).reshape(z.shape)
    swish = z * s
    return beta * swish + s * (1 - beta * swish)


def tiny_net_gradients(x, y, w1, b1, w2, b2):
    grads = dict.fromkeys(["w1", "b1", "w2", "b2"], 0.0)
    h = np.tanh(w1 * x + b1)
    grads["b2"] += 2 * (w2 * h + b2 - y)
    grads["w2"] += grads["b2"] * h
    grads["b1"] += grads["b2"] * w2 * (1 - h**2)
    grads["w1"] += grads["b1"] * x
    return grads
