"""Lambdas and closures; the state is a function that takes the next step; minimize keeps its own memory."""

import numpy as np

sgd_step = lambda params, grads, lr: [[W - lr * dW, b - lr * db] for (W, b), (dW, db) in zip(params, grads)]  # noqa: E731


def _momentum(v):
    def step(w, g, lr, mu):
        new = mu * v - lr * g
        return w + new, _momentum(new)

    return step


def _rmsprop(s):
    def step(w, g, lr, decay, eps):
        new = decay * s + (1 - decay) * g**2
        return w - lr * g / (np.sqrt(new) + eps), _rmsprop(new)

    return step


def _adam(t, m, v):
    def step(w, g, lr, beta1, beta2, eps, weight_decay):
        new_m, new_v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        rate = lr * np.sqrt(1 - beta2 ** (t + 1)) / (1 - beta1 ** (t + 1))
        return w - rate * new_m / (np.sqrt(new_v) + eps) - lr * weight_decay * w, _adam(t + 1, new_m, new_v)

    return step


def momentum_step(w, g, state, lr, mu=0.9):
    return (state or _momentum(0.0))(w, g, lr, mu)


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    return (state or _rmsprop(0.0))(w, g, lr, decay, eps)


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    return (state or _adam(0, 0.0, 0.0))(w, g, lr, beta1, beta2, eps, 0.0)


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return (state or _adam(0, 0.0, 0.0))(w, g, lr, beta1, beta2, eps, weight_decay)


def minibatches(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order)
    return ((X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size))


def clip_by_global_norm(grads, max_norm):
    norm = sum(np.einsum("ij,ij->", dW, dW) + np.einsum("i,i->", db, db) for dW, db in grads) ** 0.5
    factor = min(1.0, max_norm / (norm + 1e-6))
    return [(dW * factor, db * factor) for dW, db in grads], norm


cosine_lr = lambda step, total_steps, base_lr: base_lr * (0.5 + 0.5 * np.cos(np.pi * step / total_steps))  # noqa: E731


def rosenbrock_grad(w):
    (a, b) = w
    return np.hstack((-2 * (1 - a) - 4 * 100 * a * (b - a**2), 2 * 100 * (b - a**2)))


def minimize(grad, w0, method, lr, steps):
    def gd():
        return lambda g, t: lr * g

    def momentum():
        v = np.zeros(len(w0))

        def move(g, t):
            nonlocal v
            v = 0.9 * v + lr * g
            return v

        return move

    def rmsprop():
        s = np.zeros(len(w0))

        def move(g, t):
            nonlocal s
            s = 0.9 * s + 0.1 * g**2
            return lr * g / (np.sqrt(s) + 1e-8)

        return move

    def adam():
        m, v = np.zeros(len(w0)), np.zeros(len(w0))

        def move(g, t):
            nonlocal m, v
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            return lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-8)

        return move

    if method not in ("gd", "momentum", "rmsprop", "adam"):
        raise ValueError(method)
    move = {"gd": gd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}[method]()
    path = [w0]
    for t in range(1, steps + 1):
        path.append(path[-1] - move(grad(path[-1]), t))
    return path[-1], tuple(path)
