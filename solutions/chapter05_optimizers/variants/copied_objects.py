"""State objects are copied, then changed in place (the copy); arrays are float copies; results may be 0-d arrays."""

import copy
from types import SimpleNamespace

import numpy as np


def sgd_step(params, grads, lr):
    new = [(W.astype(np.float64), b.astype(np.float64)) for W, b in params]
    for (W, b), (dW, db) in zip(new, grads):
        W -= lr * dW
        b -= lr * db
    return new


def _start(state, w, *names):
    if isinstance(state, SimpleNamespace):
        return copy.deepcopy(state)
    return SimpleNamespace(t=0, **{name: np.zeros(np.shape(w)) for name in names})


def momentum_step(w, g, state, lr, mu=0.9):
    state = _start(state, w, "v")
    state.v *= mu
    state.v -= lr * np.asarray(g, dtype=float)
    w = np.array(w, dtype=float)
    w += state.v
    return w, state


def rmsprop_step(w, g, state, lr, decay=0.9, eps=1e-8):
    state = _start(state, w, "s")
    w, g = np.array(w, dtype=float), np.array(g, dtype=float)
    state.s *= decay
    state.s += (1 - decay) * g * g
    w -= lr * g / (np.sqrt(state.s) + eps)
    return w, state


def adam_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state = _start(state, w, "m", "v")
    w, g = np.array(w, dtype=float), np.array(g, dtype=float)
    state.t += 1
    state.m *= beta1
    state.m += (1 - beta1) * g
    state.v *= beta2
    state.v += (1 - beta2) * g * g
    root = np.sqrt(state.v / (1 - beta2**state.t))
    root += eps
    w -= lr * (state.m / (1 - beta1**state.t)) / root
    return w, state


def adamw_step(w, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    decay = lr * weight_decay * np.asarray(w)
    w, state = adam_step(w, g, state, lr, beta1, beta2, eps)
    return w - decay, state


def minibatches(X, y, batch_size, rng):
    together = list(zip(X, y))
    rng.shuffle(together)
    batches = []
    for start in range(0, len(together), batch_size):
        part = together[start : start + batch_size]
        batches.append((np.stack([x for x, _ in part]), np.stack([target for _, target in part])))
    return tuple(batches)


def clip_by_global_norm(grads, max_norm):
    grads = copy.deepcopy(grads)
    norm = np.asarray(np.sqrt(sum(np.vdot(array, array) for pair in grads for array in pair)))
    if norm > max_norm:
        grads = [tuple(np.divide(array, norm / max_norm) for array in pair) for pair in grads]
    return grads, norm


def cosine_lr(step, total_steps, base_lr):
    progress = np.asarray(step, dtype=float) / total_steps
    return np.asarray(base_lr * 0.5 * (1.0 + np.cos(np.pi * progress)))


def rosenbrock_grad(w):
    w = np.asarray(w, dtype=float)
    g = np.empty_like(w)
    g[1] = 200 * (w[1] - w[0] ** 2)
    g[0] = 2 * (w[0] - 1) - 2 * w[0] * g[1]
    return g


def minimize(grad, w0, method, lr, steps):
    if method not in {"gd", "momentum", "rmsprop", "adam"}:
        raise ValueError(f"no method called {method!r}")
    w, state = np.array(w0, dtype=float), {}
    path = [w.copy()]
    for _ in range(steps):
        g = grad(w.copy())
        if method == "gd":
            w -= lr * g
        elif method == "momentum":
            w, state = momentum_step(w, g, state, lr=lr, mu=0.9)
        elif method == "rmsprop":
            w, state = rmsprop_step(w, g, state, lr=lr, decay=0.9, eps=1e-8)
        else:
            w, state = adam_step(w, g, state, lr=lr, beta1=0.9, beta2=0.999, eps=1e-8)
        path.append(w.copy())
    return w, np.vstack(path)
