"""Loops and the math module: one number after another, no array arithmetic; formulas as one writes them on paper."""

import math

import numpy as np


def d_polynomial():
    return "3x^2 - 2"


def d_sine_of_square():
    return "cos(x^2) * 2x"


def d_softplus():
    return "1/(1+e^(-x))"


def d_bump():
    return "e^(-x^2) - 2*x^2*e^(-x^2)"


def d_sigmoid():
    return "1/(1+e^(-x)) * (1 - 1/(1+e^(-x)))"


def d_log_cosine():
    return "-tan(x)"


def d_quotient():
    return "cos(x)/(1+x^2) - 2x*sin(x)/(1+x^2)^2"


def chain_rule_steps():
    answer = {}
    answer["outer"] = "e^(sin(3x))"
    answer["inner"] = "3cos(3x)"
    answer["derivative"] = "3cos(3x) e^(sin(3x))"
    return answer


def neuron_gradients():
    return {
        "w": "2*(1/(1+e^(-(w*x+b))) - y) * e^(-(w*x+b))/(1+e^(-(w*x+b)))^2 * x",
        "b": "2*(1/(1+e^(-(w*x+b))) - y) * e^(-(w*x+b))/(1+e^(-(w*x+b)))^2",
    }


def numerical_derivative(f, x, h=1e-5):
    rise = f(x + h) - f(x - h)
    run = 2 * h
    return rise / run


def numerical_gradient(f, x, h=1e-5):
    grad = np.empty(x.shape)
    for i in range(x.size):
        ahead = x.astype(float)
        behind = x.astype(float)
        ahead.flat[i] += h
        behind.flat[i] -= h
        grad.flat[i] = (f(ahead) - f(behind)) / 2 / h
    return grad


def jacobian(f, x, h=1e-5):
    M, D = len(f(x)), len(x)
    J = np.empty((M, D))
    for d in range(D):
        ahead, behind = x.astype(float), x.astype(float)
        ahead[d] += h
        behind[d] -= h
        up, down = f(ahead), f(behind)
        for m in range(M):
            J[m, d] = (up[m] - down[m]) / (2 * h)
    return J


def gradient_check(f, g, x, h=1e-5):
    worst = 0.0
    n, a = numerical_gradient(f, x, h), g(x)
    for i in range(x.size):
        p, q = float(n.flat[i]), float(a.flat[i])
        error = abs(p - q) / max(1e-8, abs(p) + abs(q))
        if error > worst:
            worst = error
    return worst


def compose_derivative(fs, dfs, x):
    values = [x]
    for f in fs:
        values.append(f(values[-1]))
    result = 1.0
    for k in range(len(fs)):
        result *= dfs[k](values[k])
    return result


def _each(function, z):
    z = np.asarray(z)
    out = np.empty(z.shape)
    for i in np.ndindex(z.shape):
        out[i] = function(float(z[i]))
    return out


def _sigmoid(t):
    return 1 / (1 + math.exp(-t)) if t >= 0 else math.exp(t) / (1 + math.exp(t))


def sigmoid_grad(z):
    return _each(lambda t: _sigmoid(t) * _sigmoid(-t), z)


def tanh_grad(z):
    return _each(lambda t: (1 - math.tanh(t)) * (1 + math.tanh(t)), z)


def relu_grad(z):
    def one(t):
        if t > 0:
            return 1.0
        return 0.0

    return _each(one, z)


def swish_grad(z, beta=1.0):
    return _each(lambda t: _sigmoid(beta * t) * (1 + beta * t * _sigmoid(-beta * t)), z)


def tiny_net_gradients(x, y, w1, b1, w2, b2):
    z1 = w1 * x + b1
    a1 = math.tanh(z1)
    out = w2 * a1 + b2
    d_out = 2 * (out - y)
    grads = dict()
    grads["w2"] = d_out * a1
    grads["b2"] = d_out
    d_a1 = d_out * w2
    d_z1 = d_a1 * (1 - a1 * a1)
    grads["w1"] = d_z1 * x
    grads["b1"] = d_z1
    return grads
