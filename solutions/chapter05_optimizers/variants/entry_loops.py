"""Entry by entry in plain Python, on flat lists; the state holds lists of Python floats."""

import math

import numpy as np


def _flat(x):
    return [float(entry) for entry in np.ravel(x)]


def _like(entries, x):
    return np.array(entries).reshape(np.shape(x))


def sgd_step(params, grads, lr):
    def move(p, d):
        out = np.zeros(p.shape)
        for index in np.ndindex(*p.shape):
            out[index] = p[index] - lr * d[index]
        return out

    new = []
    for (W, b), (dW, db) in zip(params, grads):
        new.append((move(W, dW), move(b, db)))
    return new


def momentum_step(w, g, state, lr, mu=0.9):
    slopes = _flat(g)
    old = state["velocity"] if state else [0.0] * len(slopes)
    velocity = [mu * v - lr * slope for v, slope in zip(old, slopes)]
    return _like([x + v for x, v in zip(_flat(w), velocity)], w), {"velocity": velocity}


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    slopes = _flat(g)
    old = state["squares"] if state else [0.0] * len(slopes)
    squares = [decay * s + (1 - decay) * slope * slope for s, slope in zip(old, slopes)]
    new = [x - lr * slope / (math.sqrt(s) + eps) for x, slope, s in zip(_flat(w), slopes, squares)]
    return _like(new, w), {"squares": squares}


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    slopes = _flat(g)
    t, means, squares = state["all"] if state else (0, [0.0] * len(slopes), [0.0] * len(slopes))
    t += 1
    new, new_means, new_squares = [], [], []
    for x, slope, m, s in zip(_flat(w), slopes, means, squares):
        m = beta1 * m + (1 - beta1) * slope
        s = beta2 * s + (1 - beta2) * slope * slope
        new.append(x - lr * m / (1 - beta1**t) / (math.sqrt(s / (1 - beta2**t)) + eps))
        new_means.append(m)
        new_squares.append(s)
    return _like(new, w), {"all": (t, new_means, new_squares)}


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    new, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return _like([x - lr * weight_decay * old for x, old in zip(_flat(new), _flat(w))], w), state


def minibatches(X, y, batch_size, rng):
    left = list(range(len(X)))
    batch_X, batch_y = [], []
    while left:
        row = left.pop(int(rng.integers(len(left))))
        batch_X.append(X[row])
        batch_y.append(y[row])
        if len(batch_X) == batch_size or not left:
            yield np.stack(batch_X), np.stack(batch_y)
            batch_X, batch_y = [], []


def clip_by_global_norm(grads, max_norm):
    total = 0.0
    for dW, db in grads:
        for entry in _flat(dW) + _flat(db):
            total += entry * entry
    norm = math.sqrt(total)
    match norm > max_norm:
        case True:
            return [(dW * (max_norm / norm), db * (max_norm / norm)) for dW, db in grads], norm
        case False:
            return [(1.0 * dW, 1.0 * db) for dW, db in grads], norm


def cosine_lr(step, total_steps, base_lr):
    angle = math.pi * step / total_steps
    return base_lr - base_lr * math.sin(angle / 2) ** 2


def rosenbrock_grad(w):
    a, b = float(w[0]), float(w[1])
    u, v = 1 - a, b - a * a
    du, dv = 2 * u, 200 * v
    return np.array([-du - 2 * a * dv, dv])


def minimize(grad, w0, method, lr, steps):
    names = ("gd", "momentum", "rmsprop", "adam")
    if names.count(method) == 0:
        raise ValueError("method must be one of " + ", ".join(names))
    w = w0.astype(float)
    path, state = [w.copy()], {}
    k = 0
    while k < steps:
        g = grad(w)
        if method == "gd":
            for i in range(len(w)):
                w[i] -= lr * g[i]
        else:
            w, state = globals()[method + "_step"](w, g, state, lr)
        path.append(w.copy())
        k += 1
    return w, np.stack(path)
