"""Adam in the efficient order of the paper's section 2, velocity with the other sign, minibatches as a generator."""

from math import cos, pi, sqrt

import numpy as np


def sgd_step(params, grads, lr):
    return tuple((W + (-lr) * dW, b + (-lr) * db) for (W, b), (dW, db) in zip(params, grads, strict=True))


def momentum_step(w, g, state, lr, mu=0.9):
    v = lr * g
    if "v" in state:
        v = v + mu * state["v"]
    return w - v, dict(v=v)


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    s = (1 - decay) * g**2
    if "s" in state:
        s = s + decay * state["s"]
    return w - lr / (np.sqrt(s) + eps) * g, dict(s=s)


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state = {"m": 0.0, "v": 0.0, "beta1_t": 1.0, "beta2_t": 1.0} | state
    m = state["m"] * beta1 + g * (1 - beta1)
    v = state["v"] * beta2 + g**2 * (1 - beta2)
    beta1_t, beta2_t = state["beta1_t"] * beta1, state["beta2_t"] * beta2
    alpha_t = lr * sqrt(1 - beta2_t) / (1 - beta1_t)
    return w - alpha_t * m / (np.sqrt(v) + eps), {"m": m, "v": v, "beta1_t": beta1_t, "beta2_t": beta2_t}


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return new - lr * weight_decay * w, state


def minibatches(X, y, batch_size, rng):
    order = np.argsort(rng.random(len(X)))
    X, y = X[order], y[order]
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]


def clip_by_global_norm(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([array.reshape(-1) for pair in grads for array in pair]))
    scale = max_norm / max(norm, max_norm)
    return tuple((dW * scale, db * scale) for dW, db in grads), norm


def cosine_lr(step, total_steps, base_lr):
    return base_lr * (1 + cos(pi * step / total_steps)) / 2


def rosenbrock_grad(w):
    a, b = w
    return np.array([2 * a - 2 + 400 * a**3 - 400 * a * b, 200 * b - 200 * a**2])


def minimize(grad, w0, method, lr, steps):
    if method == "gd":

        def step(w, g, state):
            return w - lr * g, state
    else:
        try:
            rule = {"momentum": momentum_step, "rmsprop": rmsprop_step, "adam": adam_step}[method]
        except KeyError as error:
            raise ValueError(method) from error

        def step(w, g, state):
            return rule(w, g, state, lr)

    path = np.zeros((steps + 1, len(w0)))
    path[0] = w0
    state = {}
    for k in range(1, steps + 1):
        path[k], state = step(path[k - 1], grad(path[k - 1]), state)
    return path[steps], path
